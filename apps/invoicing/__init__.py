"""What is due, and the documents that say so.

Owns: Charge, Invoice, Line, number series; closing, finalizing, previews, the verbs that move time and money together.
Does not own: PDF, mail and collection; they hear through the outbox.
"""
