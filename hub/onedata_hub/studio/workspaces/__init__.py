"""Workspaces and roles. A hub group is a workspace; the hub says who is in it."""
