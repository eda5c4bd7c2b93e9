"""What was used, when, on which item.

Owns: Event, recording, the aggregates of a period, the rollups that a worker keeps of them, limits and alerts,
asking usage systems for what ended, and what somebody may do (entitlements).
Does not own: prices and invoices.
"""
