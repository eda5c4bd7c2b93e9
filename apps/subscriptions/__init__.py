"""Which customer is on which plan, who uses it, and the time line of each billable item.

Owns: Subscription, Item, Quantity, Period: opening, recording and tiling of periods; Seat.
Does not own: money; invoicing prices a period and decides when it is closed.
"""
