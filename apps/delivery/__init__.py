"""How a document reaches its reader.

Owns: the PDFs of invoices and credit notes, their languages, e-mail with its links, reminders, Delivery and Attempt.
Does not own: what the document says (invoicing).
"""
