"""What is sold, and at what price.

Owns: Product, Metric, Plan, AddOn, which add-ons a plan carries, and Price.
Does not own: the arithmetic of a price (rating).
"""
