"""Runs as a table."""

from onedata._client import StudioClient, path_of
from onedata.contract import jobs as contract
from onedata.contract.jobs import RunState
from onedata.datasets._registry import Listing
from onedata.datasets._words import time_words
from onedata.errors import InvalidInput
from onedata.jobs._run import Run
from onedata.jobs._words import cells_words, duration_words, seconds_of, state_words


def list_runs(
    studio: StudioClient, workspace: str, *, job_id: str | None, state: str | None, limit: int
) -> Listing:
    """List a workspace's runs, newest first: of one job, or of all.

    Raises:
        InvalidInput: If there is no such state, or nothing is to be listed.
    """
    if state is not None and state not in [known.value for known in RunState]:
        states = ", ".join(known.value for known in RunState)
        raise InvalidInput(f"There is no state '{state}'. A run is in one of: {states}.")
    if limit < 1:
        raise InvalidInput(f"limit is {limit}; it is how many runs to list at the most, at least 1.")
    path = path_of("workspaces", workspace, "runs")
    pages = studio.pages(path, most=limit, job_id=job_id, state=state)
    found = [Run(studio, workspace, contract.RunSummary.model_validate(item)) for item in pages]
    return Listing(
        found,
        ["Run", "Job", "State", "Due", "Took", "Cells", "Failing cell"],
        lambda run: [
            run.id,
            run.name,
            state_words(run.state),
            time_words(run.summary.due_at),
            duration_words(seconds_of(run.summary)),
            cells_words(run.summary),
            run.summary.failing_cell or "",
        ],
    )
