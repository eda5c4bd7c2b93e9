"""What was used, when, on which item.

Owns: Event, recording, the aggregates of a period, and the rollups that a worker keeps of them.
Does not own: prices and invoices.
"""
