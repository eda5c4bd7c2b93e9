"""Pure arithmetic of billing.

Owns: money and its one rounding, numbers as text, periods and shares of them, pricing models, tax and totals.
Does not own: rows, clocks, files, requests; nothing here imports Django or the other apps.
Everything is a function or a frozen value, so that a bill can be worked out again from its inputs alone.
"""
