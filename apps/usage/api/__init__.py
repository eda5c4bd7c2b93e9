"""Usage for programs."""
