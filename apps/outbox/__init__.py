"""Something happened, and who must hear of it.

Owns: Message and Job: append in the caller's transaction, relay, claim, finish, retry later.
Does not own: what a handler does; billing_site.wiring names the handlers.
"""
