"""The tags that tie an MLflow run to what made it and what it read. Standard library only.

One tag for each dataset version, so that two that are added at once never overwrite one another:
``onedata.dataset/<workspace>/<name>/<version>`` = ``<workspace>/<name>@<version>``.
(MLflow allows no ``@`` in a tag's name. Source: mlflow/utils/validation.py.)
"""

from collections.abc import Iterable, Mapping

PREFIX = "onedata."
WORKSPACE = "onedata.workspace"
NOTEBOOK_PATH = "onedata.notebook_path"  # below the user's home, or the job's own record of it
NOTEBOOK_DIGEST = "onedata.notebook_digest"  # SHA-256 of the notebook as it ran
GIT_COMMIT = "onedata.git_commit"
JOB_RUN_ID = "onedata.job_run_id"
IMAGE = "onedata.image"  # the container image or environment of the kernel
DATASET_PREFIX = "onedata.dataset/"

# Not a tag: where among a run's artefacts the notebook lies as it ran, without what it printed.
NOTEBOOK_COPY = "onedata/notebook.ipynb"

MAX_VALUE_LENGTH = 8_000  # MLflow cuts longer values. Source: mlflow/utils/validation.py


def dataset_tag(ref: str) -> tuple[str, str]:
    """Give name and value of the tag for a dataset version, ``workspace/name@version``.

    Raises:
        ValueError: If the reference lacks its workspace or version.
    """
    workspace, slash, rest = ref.partition("/")
    name, at, version = rest.partition("@")
    if not (workspace and slash and name and at and version.isdigit()):
        raise ValueError(f"'{ref}' is no dataset version. Write workspace/name@version: team-a/flights@3.")
    return f"{DATASET_PREFIX}{workspace}/{name}/{version}", ref


def dataset_tags(refs: Iterable[str]) -> dict[str, str]:
    """Give the tags for several dataset versions."""
    return dict(dataset_tag(ref) for ref in refs)


def datasets_in(tags: Mapping[str, str]) -> list[str]:
    """Read the dataset versions out of a run's tags, sorted; tags of another shape are left out."""
    found = set()
    for name, value in tags.items():
        if name.startswith(DATASET_PREFIX):
            try:
                tag = dataset_tag(value)
            except ValueError:
                continue
            if tag[0] == name:
                found.add(value)
    return sorted(found)
