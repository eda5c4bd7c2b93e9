"""The verbs that move time and money together, each in one transaction."""
