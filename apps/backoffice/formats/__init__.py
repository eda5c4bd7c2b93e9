"""How Django itself writes dates in lists and forms: as the rest of the office does."""
