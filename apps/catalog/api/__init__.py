"""The catalog for programs: what is sold, and at what price.

`resources` and `described` say once what products, features, metrics, plans and add-ons have in common.
"""
