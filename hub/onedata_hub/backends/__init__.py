"""Whatever starts real work or holds real bytes: one port each, two or more adapters."""
