"""What is due, and the documents that say so.

Owns: Charge, Invoice, Line, CreditNote, Allocation, TaxRate, number series; closing, crediting, finalizing, previews,
the verbs that move time and money together.
Does not own: PDF, mail and collection; they hear through the outbox.
"""
