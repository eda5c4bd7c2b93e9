"""The page of a subscription: where it stands, its time line drawn, its items, its invoices, its history."""
