"""Who a row belongs to.

Owns: Organization, the base of every owned row, the scope that fails closed, row history, the audit log.
Does not own: people and their roles (accounts).
"""
