"""The platform's server profiles, as jobs may name them."""
