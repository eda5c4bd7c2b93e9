"""Usage by file: read rows as people write them, find whom and what they mean, and give each the key it is known by.

Python's own `csv` reads the rows: it gives them one after the other, which is all that a file of any size needs.
"""
