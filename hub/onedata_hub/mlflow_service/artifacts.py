"""Tell a missing artefact from a fault, where artefacts live on S3.

MLflow 3.17.2 answers 500 for an S3 key that is not there, and its clients then try again for two
minutes; a key that is a folder ends the connection half way. On a folder both are told right.
"""

import functools
from pathlib import Path
from typing import Any


def tell_missing_artifacts() -> None:
    """Put the difference into the repository that MLflow serves artefacts from."""
    from mlflow.server.handlers import _get_artifact_repo_mlflow_artifacts

    repository = _get_artifact_repo_mlflow_artifacts()
    repository.download_artifacts = _telling(repository.download_artifacts)


def _telling(download: Any) -> Any:
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST

    @functools.wraps(download)
    def telling(artifact_path: str, *arguments: Any, **options: Any) -> Any:
        try:
            found = download(artifact_path, *arguments, **options)
        except MlflowException as error:
            if "(404)" not in str(error):
                raise
            raise MlflowException(f"No such artifact: '{artifact_path}'", RESOURCE_DOES_NOT_EXIST) from error
        if Path(found).is_dir():
            raise MlflowException(
                f"Artifact path refers to a directory, not a file: '{artifact_path}'", INVALID_PARAMETER_VALUE
            )
        return found

    return telling
