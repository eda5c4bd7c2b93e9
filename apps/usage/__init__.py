"""What was used, when, on which item.

Owns: Event, recording, and the aggregates of a period.
Does not own: prices and invoices.
"""
