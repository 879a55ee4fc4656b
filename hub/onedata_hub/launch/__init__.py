"""Start the platform on one machine, keep it running, and stop all of it."""
