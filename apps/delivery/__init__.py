"""How a document reaches its reader.

Owns: the PDF of an invoice, e-mail, Delivery and Attempt.
Does not own: what the document says (invoicing).
"""
