"""What MLflow's own client is told, in servers and in runs."""


def tracking_environment(mlflow_url: str) -> dict[str, str]:
    """Give the variables that point MLflow's client at the platform's service, and at nobody else."""
    return {
        "MLFLOW_TRACKING_URI": mlflow_url,
        # Waits of 0, 4, 8, 16 and 32 s outlast a restart of the hub; by default a notebook hangs for four minutes.
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "5",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
