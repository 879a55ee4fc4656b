"""A real one-node Kubernetes on this machine, for the tests: ``python -m tests.cluster up``."""
