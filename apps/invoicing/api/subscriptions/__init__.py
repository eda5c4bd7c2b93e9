"""The whole life of a subscription for programs: what is done to it moves its time and its money together."""
