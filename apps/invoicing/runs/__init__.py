"""Close at scale: many subscriptions of one organization that meet the same boundary, in one transaction.

What a chunk does is what closing one by one does, by the same rules and the same code that prices and words; only
reading and writing are done for all at once. What it does not know how to do for many goes one by one.
"""
