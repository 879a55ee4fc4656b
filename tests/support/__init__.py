"""Real parts for the tests, started once and shared."""
