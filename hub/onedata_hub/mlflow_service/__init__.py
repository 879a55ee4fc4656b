"""MLflow as a hub service: its own FastAPI app, in our process, behind hub tokens."""
