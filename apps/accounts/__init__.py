"""Who works here, who pays, and who may do what.

Owns: User, Member, ApiKey, Customer, sign-in, the permission table.
Does not own: what a customer has bought (subscriptions).
"""
