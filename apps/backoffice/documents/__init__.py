"""What may be done to invoices and balances in the office: each deed on a page that says what will happen."""
