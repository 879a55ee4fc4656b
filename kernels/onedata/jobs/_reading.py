"""Read a run's log, and fetch what it left behind."""

import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from onedata._client import StudioClient, path_of
from onedata.contract.jobs import RunLog
from onedata.errors import InvalidInput, NotFound
from onedata.jobs._shape import AnyRun

_FOLLOW_SECONDS = 0.5
_EARLIER = "attempts/"  # where the studio shows the outputs of attempts before the newest


def read_log(studio: StudioClient, run: AnyRun, *, follow: bool) -> Iterator[str]:
    """Read a run's log from its beginning; a new attempt has a log of its own."""
    offset = 0
    while True:
        part = RunLog.model_validate(studio.get(f"{run.path}/logs", offset=offset))
        if part.text:
            yield part.text
        if part.complete or (not follow and part.next_offset == offset):
            return
        if part.next_offset == offset:
            time.sleep(_FOLLOW_SECONDS)
            attempt = run.summary.attempt
            if run.refresh().summary.attempt != attempt:
                yield f"\n[attempt {run.summary.attempt}]\n"
                offset = 0
                continue
        offset = part.next_offset


def fetch_outputs(
    studio: StudioClient, run: AnyRun, folder: str | Path | None, names: list[str] | None
) -> list[Path]:
    """Fetch outputs of a run into a folder, each whole or not at all.

    Raises:
        NotFound: If the run has no output of a name; says which it has.
    """
    there = run.refresh().outputs
    wanted = [name for name in there if not name.startswith(_EARLIER)] if names is None else names
    target = Path(folder) if folder is not None else Path(f"{run.name}-{run.id}")
    for name in wanted:
        if name not in there:
            has = ", ".join(there) or "none yet"
            raise NotFound(f"Run {run.id} has no output '{name}'. It has: {has}.")
    return [_fetch(studio, run, name, target) for name in wanted]


def _fetch(studio: StudioClient, run: AnyRun, name: str, folder: Path) -> Path:
    parts = PurePosixPath(name).parts
    if not parts or any(part in ("..", "/") for part in parts):
        raise InvalidInput(f"'{name}' is no output's name.")
    content = studio.send("GET", f"{run.path}/outputs{path_of(*parts)}").content
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
    return path
