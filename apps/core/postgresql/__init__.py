"""Owns: how rows come from PostgreSQL. Does not own: what is asked of it. Django finds the backend in `base`."""
