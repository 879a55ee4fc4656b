"""JupyterHub wiring, server profiles, the studio service and MLflow under hub tokens."""
