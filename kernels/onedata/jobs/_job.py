"""A job as an object: what is known of it, and what can be done with it."""

from datetime import datetime
from typing import Any

from onedata._client import StudioClient, path_of
from onedata.contract import jobs as contract
from onedata.datasets._registry import Listing
from onedata.errors import InvalidInput
from onedata.jobs._html import job_html
from onedata.jobs._run import Run
from onedata.jobs._runs import list_runs
from onedata.jobs._words import schedule_words


class Job:
    """A job: a notebook's snapshot and how to run it, as it was when last asked.

    Attributes:
        info: All that the studio says of it.
    """

    def __init__(self, studio: StudioClient, info: contract.Job) -> None:
        self._studio = studio
        self.info = info

    @property
    def id(self) -> str:
        """The job's id."""
        return self.info.id

    @property
    def name(self) -> str:
        """Its name in the workspace."""
        return self.info.name

    @property
    def workspace(self) -> str:
        """The workspace it belongs to."""
        return self.info.workspace

    @property
    def next_due_at(self) -> datetime | None:
        """When it runs next."""
        return self.info.next_due_at

    @property
    def path(self) -> str:
        """Its path below the API's prefix."""
        return path_of("workspaces", self.workspace, "jobs", self.id)

    def refresh(self) -> "Job":
        """Ask the studio how it is now."""
        self.info = contract.Job.model_validate(self._studio.get(self.path))
        return self

    def run(self, parameters: dict[str, Any] | None = None) -> Run:
        """Run it now; ``parameters`` are laid over its own for this run."""
        answer = self._studio.post(f"{self.path}/runs", {"parameters": parameters or {}})
        return Run(self._studio, self.workspace, contract.Run.model_validate(answer))

    def runs(self, state: str | None = None, limit: int = 50) -> Listing:
        """List its runs, newest first."""
        return list_runs(self._studio, self.workspace, job_id=self.id, state=state, limit=limit)

    def pause(self) -> "Job":
        """Let no due time start a run until it is resumed."""
        return self._set_paused(True)

    def resume(self) -> "Job":
        """Run it at its due times again."""
        return self._set_paused(False)

    def delete(self) -> None:
        """Delete it, and cancel what runs of it; its runs stay to be seen."""
        self._studio.request("DELETE", self.path)

    def update(self, **fields: Any) -> "Job":
        """Change fields of ``onedata.contract.jobs.JobUpdate``; what is not given stays."""
        answer = self._studio.request("PATCH", self.path, json=fields, retry=True)
        self.info = contract.Job.model_validate(answer)
        return self

    def _set_paused(self, paused: bool) -> "Job":
        schedule = self.refresh().info.schedule
        if schedule is None:
            raise InvalidInput(
                f"The job '{self.name}' has no schedule to {'pause' if paused else 'resume'}. "
                f"Give it one: od.jobs.schedule(notebook, cron, name='{self.name}')."
            )
        return self.update(schedule=schedule.model_copy(update={"paused": paused}).model_dump(mode="json"))

    def __repr__(self) -> str:
        return f"Job({self})"

    def __str__(self) -> str:
        parts = [f"{self.name} {self.id}", schedule_words(self.info.schedule) or "no schedule"]
        if self.next_due_at is not None:
            parts.append(f"next {self.next_due_at.isoformat(timespec='minutes')}")
        return " · ".join(parts)

    def _repr_html_(self) -> str:
        return job_html(self.info)
