"""What MLflow reads from the environment, fixed before it is imported."""

import os
import secrets
import sqlite3
import sys
from pathlib import Path

from onedata_hub.mlflow_service.settings import MlflowSettings

# MLflow imports these where they are installed, and this server never calls them: it reads no
# frames and scores no models. Measured with MLflow 3.17.2: 264 MB resident with them, 200 without.
NEEDLESS = ("polars", "pyarrow", "scipy")

# A model version may only stand on what a run of its own workspace logged. With any other source
# (s3://, https://, a path) the server would read it for the caller with its own rights.
# The last two are the placeholders of prompts. Source: mlflow/prompt/constants.py.
_MODEL_SOURCES = r"^(mlflow-artifacts:|runs:/|models:/|dummy-source$|prompt-template$)"


def prepare(settings: MlflowSettings) -> None:
    """Set MLflow's environment, its secrets and its folders.

    Raises:
        PermissionError: If others may read the file with the passphrase; says how to mend it.
        OSError: If a folder cannot be made.
    """
    for module in NEEDLESS:
        sys.modules.setdefault(module, None)  # type: ignore[arg-type]  # Python's own way to refuse an import
    if settings.artifacts_folder is not None:
        settings.artifacts_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    use_write_ahead_log(settings.database_url)
    os.environ.update(_variables(settings))
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_WORKSPACE"):
        os.environ.pop(name, None)  # a client's settings; here they would point the server at itself


def _variables(settings: MlflowSettings) -> dict[str, str]:
    variables = {
        # Source: mlflow/server/constants.py, what `mlflow server` sets for its workers.
        "_MLFLOW_SERVER_FILE_STORE": settings.database_url,
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": settings.artifacts_destination,
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "_MLFLOW_SGI_NAME": "uvicorn",
        "MLFLOW_ENABLE_WORKSPACES": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX": _MODEL_SOURCES,
        "MLFLOW_CRYPTO_KEK_PASSPHRASE": passphrase(settings.kek_file),
        "MLFLOW_LOGGING_LEVEL": "WARNING",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
    }
    if settings.s3_endpoint_url:
        variables["MLFLOW_S3_ENDPOINT_URL"] = settings.s3_endpoint_url
    return variables


def passphrase(file: Path) -> str:
    """Read the passphrase that seals MLflow's stored secrets; make one at the first start.

    Raises:
        PermissionError: If anybody but the owner may read the file.
    """
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        if file.stat().st_mode & 0o077:
            raise PermissionError(
                f"{file} holds the passphrase of MLflow's stored secrets, and others may read it. "
                f"Run: chmod 600 {file}"
            ) from None
        return file.read_text().strip()
    made = secrets.token_urlsafe(32)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(made)
        stream.flush()
        os.fsync(stream.fileno())
    return made


def use_write_ahead_log(database_url: str) -> None:
    """Put an SQLite database into WAL mode, in which readers do not wait for a writer.

    The mode is a lasting property of the file. Source: sqlite.org/wal.html, section 3.3.
    """
    if not database_url.startswith("sqlite:///"):
        return
    file = Path(database_url.removeprefix("sqlite:///"))
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    file.chmod(0o600)
