"""Datasets: names in a workspace, immutable versions, uploads that become versions, and their upkeep."""
