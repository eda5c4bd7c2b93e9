"""What may be done to a subscription in the office: each deed on a page that shows the money first."""
