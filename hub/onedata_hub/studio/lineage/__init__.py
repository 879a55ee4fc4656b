"""Lineage: what went into what, as a graph of dataset and model versions and the code that made them."""
