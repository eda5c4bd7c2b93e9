"""What every room builds on, and no table.

Owns: public ids, the two clocks, refusals and their API form, pagination, database constraints and triggers
as declarations, the admin base classes, charts, guarded HTTP to other systems, secrets at rest, signing.
Does not own: any row, and any word of billing.
"""
