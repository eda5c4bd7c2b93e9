"""What was used, when, on which item.

Owns: Event, recording, the aggregates of a period, the rollups that a worker keeps of them, limits and alerts, and
asking usage systems for what ended.
Does not own: prices and invoices.
"""
