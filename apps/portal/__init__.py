"""The customer's pages.

Owns: what whoever has an invoice's link sees of it, in the buyer's language.
Does not own: what documents say (delivery, invoicing), nor who may have a link (delivery).
"""
