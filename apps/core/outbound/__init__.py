"""HTTP to other systems, guarded where the connection is opened: nobody else in the house opens one.

client asks, targets reads an address as it was typed, guard connects, addresses knows what is public, faults says
in plain words what went wrong.
"""
