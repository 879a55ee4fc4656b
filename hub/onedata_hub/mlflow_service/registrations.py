"""A registered model version becomes a lineage event: what made it, and from which datasets."""

import asyncio
import contextlib
import json
import logging
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from onedata.contract import mlflow_tags
from onedata.contract.lineage import (
    LineageDataset,
    LineageEvent,
    LineageRun,
    dataset_entity,
    model_entity,
    notebook_job,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onedata_hub.mlflow_service.backend import Backend, RunFacts, VersionFacts
from onedata_hub.mlflow_service.outbox import Outbox
from onedata_hub.mlflow_service.refusals import Refusal

log = logging.getLogger("onedata.mlflow.lineage")

PRODUCER = "https://example.org/one-data-studio/mlflow"
SCHEMA_URL = "https://example.org/one-data-studio/schemas/mlflow-run-facet.json"
_PROMPT_TAG = "mlflow.prompt.is_prompt"  # source: mlflow/prompt/constants.py
_CLOCK_SLACK_MS = 2_000
_MOST_INPUTS = 1_000  # as many as an event may name


class Registrations:
    """Stands around MLflow's route ``model-versions/create``.

    A note is on the disk before MLflow hears of the request, and the event before the caller hears
    of the version; so a version without an event can only be one whose note is still there,
    and ``catch_up`` finds it at the next start.
    """

    def __init__(self, backend: Backend, outbox: Outbox) -> None:
        self._backend = backend
        self._outbox = outbox

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, workspace: str) -> None:
        """Serve one request to register a version, and put its event into the outbox."""
        body = await _whole_body(receive)
        note = {"workspace": workspace, "since_ms": int(time.time() * 1000), **_asked(body)}
        if note["is_prompt"]:
            await app(scope, _replay(body), send)
            return
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        left = await asyncio.to_thread(self._outbox.leave_note, note)
        await app(scope, _replay(body), keep)
        try:
            version = _made(answer)
            if version is not None:
                await self._put_event(workspace, version)
            await asyncio.to_thread(left.unlink)
        except Exception:  # the version is there: its maker must hear so, and the note stays
            log.exception("The lineage of a model version of '%s' waits for the next start.", note["name"])
        for message in answer:
            await send(message)

    async def catch_up(self) -> None:
        """Write the events of versions that were made just before this service last ended."""
        for file in await asyncio.to_thread(self._outbox.notes_left):
            try:
                await self._catch_up_one(json.loads(await asyncio.to_thread(file.read_bytes)))
            except Exception:
                log.exception(
                    "The note %s could not be followed up; it is tried again at the next start.", file
                )
                continue
            await asyncio.to_thread(file.unlink, missing_ok=True)

    async def _catch_up_one(self, note: dict[str, Any]) -> None:
        versions = await self._backend.versions_since(
            note["workspace"], note["name"], note["since_ms"] - _CLOCK_SLACK_MS
        )
        for version in versions:
            if not version.is_prompt:
                await self._put_event(note["workspace"], version)

    async def _put_event(self, workspace: str, version: VersionFacts) -> Path:
        run_id = version.run_id
        if not run_id and version.model_id:
            run_id = await self._backend.source_run(workspace, version.model_id)
        run = await self._backend.run_facts(workspace, run_id) if run_id else None
        event = make_event(workspace, version, run)
        return await asyncio.to_thread(
            self._outbox.put, workspace, event.model_dump(mode="json", exclude_defaults=False)
        )


def make_event(workspace: str, version: VersionFacts, run: RunFacts | None) -> LineageEvent:
    """Say in OpenLineage what a model version came from.

    Without a run of this workspace (anybody may name any) the version stands on nothing we know.
    """
    tags = run.tags if run else {}
    made_by = tags.get(mlflow_tags.NOTEBOOK_PATH) or (run.name if run else "") or f"register {version.name}"
    return LineageEvent(
        eventType="COMPLETE",
        eventTime=datetime.fromtimestamp(version.created_ms / 1000, UTC),
        producer=PRODUCER,
        run=LineageRun(
            runId=run.run_id if run else f"{version.name}@{version.version}",
            facets={"onedata_mlflow": _facet(version, run)},
        ),
        job=notebook_job(workspace, made_by),
        inputs=_inputs(tags),
        outputs=[model_entity(workspace, version.name, version.version)],
    )


def _inputs(tags: dict[str, str]) -> list[LineageDataset]:
    inputs = []
    for ref in mlflow_tags.datasets_in(tags)[:_MOST_INPUTS]:
        with contextlib.suppress(ValueError):  # anybody may set a tag; one that names no dataset is no input
            inputs.append(dataset_entity(ref))
    return inputs


def _facet(version: VersionFacts, run: RunFacts | None) -> dict[str, Any]:
    facet: dict[str, Any] = {"_producer": PRODUCER, "_schemaURL": SCHEMA_URL, "source": version.source}
    if run is not None:
        facet |= {
            "run_id": run.run_id,
            "run_name": run.name,
            "experiment_id": run.experiment_id,
            "user": run.user,
        }
        for name in (mlflow_tags.NOTEBOOK_DIGEST, mlflow_tags.GIT_COMMIT, mlflow_tags.JOB_RUN_ID):
            if name in run.tags:
                facet[name.removeprefix(mlflow_tags.PREFIX)] = run.tags[name]
    return facet


def _asked(body: bytes) -> dict[str, Any]:
    """Read what lineage needs from the request; MLflow itself answers 500 where it is no JSON object."""
    try:
        asked = json.loads(body)
        tags = {str(tag["key"]): str(tag["value"]) for tag in asked.get("tags") or ()}
        name = str(asked["name"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refusal.invalid(
            "To register a model version, send a JSON object with 'name', 'source' and, as a list of "
            "{'key', 'value'}, 'tags'."
        ) from None
    return {"name": name, "is_prompt": tags.get(_PROMPT_TAG, "").lower() == "true"}


def _made(answer: list[Message]) -> VersionFacts | None:
    """Read the version out of MLflow's answer; None where it made none."""
    if not answer or answer[0]["status"] != 200:
        return None
    body = b"".join(message.get("body", b"") for message in answer[1:])
    made = json.loads(body)["model_version"]
    return VersionFacts(
        name=made["name"],
        version=str(made["version"]),
        source=made.get("source", ""),
        run_id=made.get("run_id", ""),
        model_id=made.get("model_id", ""),
        created_ms=int(made["creation_timestamp"]),
    )


async def _whole_body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
