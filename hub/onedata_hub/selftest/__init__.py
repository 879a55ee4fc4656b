"""The whole path on an installed platform, and a dated report of it: ``onedata selftest``."""
