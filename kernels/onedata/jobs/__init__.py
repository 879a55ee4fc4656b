"""Notebooks that run as jobs, with nobody logged in.

submit("train.ipynb", {"days": 30})     run a notebook now; gives the run
schedule("etl.ipynb", "30 2 * * *")     run it at set times; gives the job
runs("etl", state="failed")             what ran, newest first
run(id) · wait · logs · download        follow one run and take what it made
cancel(run) · retry(run)                stop one, or try it again
list() · get("etl") · pause · resume · delete
inspect("train.ipynb")                  the parameters a notebook takes

A job belongs to a workspace and has a name there. Submitting or scheduling under a name that is
taken changes that job: its notebook becomes the one given now.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onedata.jobs._errors import RunFailed, WaitedTooLong
    from onedata.jobs._job import Job
    from onedata.jobs._listing import delete, get, list, pause, resume, run, runs
    from onedata.jobs._output import download, logs, stream_logs
    from onedata.jobs._run import Run
    from onedata.jobs._running import cancel, retry, wait
    from onedata.jobs._submitting import inspect, preview, schedule, submit

__all__ = [
    "Job",
    "Run",
    "RunFailed",
    "WaitedTooLong",
    "cancel",
    "delete",
    "download",
    "get",
    "inspect",
    "list",
    "logs",
    "pause",
    "preview",
    "resume",
    "retry",
    "run",
    "runs",
    "schedule",
    "stream_logs",
    "submit",
    "wait",
]

_HOMES = {
    "Job": "_job",
    "Run": "_run",
    "RunFailed": "_errors",
    "WaitedTooLong": "_errors",
    "cancel": "_running",
    "delete": "_listing",
    "download": "_output",
    "get": "_listing",
    "inspect": "_submitting",
    "list": "_listing",
    "logs": "_output",
    "pause": "_listing",
    "preview": "_submitting",
    "resume": "_listing",
    "retry": "_running",
    "run": "_listing",
    "runs": "_listing",
    "schedule": "_submitting",
    "stream_logs": "_output",
    "submit": "_submitting",
    "wait": "_running",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(
            f"module 'onedata.jobs' has no attribute '{name}'. It has: {', '.join(__all__)}."
        )
    value = getattr(import_module(f"onedata.jobs.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> Any:
    return sorted(__all__)
