"""Which workspaces a caller is in, and with which role: the studio's word, kept for seconds."""

import asyncio
import hashlib
import re
import time

import httpx
from onedata.contract import API_PREFIX
from onedata.contract.names import WORKSPACE_PATTERN, WORKSPACE_RULE
from onedata.contract.workspaces import Me, Role
from pydantic import ValidationError

from onedata_hub.identity import Caller
from onedata_hub.mlflow_service.refusals import Refusal

_MOST_CACHED = 10_000
# MLflow keeps artefacts of its own "default" workspace above all others' folders.
_NOT_OURS = frozenset({"default", "workspaces", "api", "ajax-api", "static-files"})


class Members:
    """Asks the studio's ``GET /me`` with the caller's own token."""

    def __init__(self, http: httpx.AsyncClient, studio_url: str, *, cache_seconds: float = 5.0) -> None:
        self._http = http
        self._studio_url = studio_url.rstrip("/")
        self._cache_seconds = cache_seconds
        self._cache: dict[bytes, tuple[float, Me]] = {}
        self._asking: dict[bytes, asyncio.Task[Me]] = {}

    async def of(self, caller: Caller) -> Me:
        """Say which workspaces are the caller's.

        Raises:
            Refusal: 503 if the studio does not answer, 403 if it refuses the caller.
        """
        key = hashlib.sha256(caller.token.encode()).digest()
        hit = self._cache.get(key)
        if hit is not None and hit[0] > time.monotonic():
            return hit[1]
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(caller.token, key))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(task)

    async def _ask(self, token: str, key: bytes) -> Me:
        headers = {"Authorization": f"token {token}"}
        try:
            answer = await self._http.get(f"{self._studio_url}{API_PREFIX}/me", headers=headers)
        except httpx.HTTPError as error:
            raise self._away(type(error).__name__) from error
        if answer.status_code in (401, 403):
            raise Refusal.forbidden(f"The studio refused this token: {_detail(answer)}")
        try:
            me = Me.model_validate_json(answer.raise_for_status().content)
        except (httpx.HTTPStatusError, ValidationError) as error:
            raise self._away(f"it said {answer.status_code}") from error
        if len(self._cache) >= _MOST_CACHED:
            self._cache.clear()
        self._cache[key] = (time.monotonic() + self._cache_seconds, me)
        return me

    def _away(self, reason: str) -> Refusal:
        return Refusal.unavailable(
            f"MLflow asks the studio which workspaces are yours, and the studio at {self._studio_url} "
            f"does not answer ({reason}). Try again in a moment; an administrator can run `onedata doctor`."
        )


def role_in(me: Me, workspace: str) -> Role:
    """Give the caller's role in a workspace.

    Raises:
        Refusal: 403 if they are not in it, 400 if MLflow can have no workspace of that name.
    """
    for own in me.workspaces:
        if own.name == workspace:
            _check_name(workspace)
            return own.role
    if me.admin and re.fullmatch(WORKSPACE_PATTERN, workspace):
        _check_name(workspace)
        return Role.admin
    yours = ", ".join(own.name for own in me.workspaces)
    raise Refusal.forbidden(
        f"'{workspace}' is no workspace of '{me.name}'. Yours are: {yours}. "
        "A workspace is a hub group: ask a hub administrator to add you."
    )


def _check_name(workspace: str) -> None:
    if len(workspace) < 2 or workspace in _NOT_OURS:
        raise Refusal.invalid(
            f"MLflow cannot have a workspace '{workspace}': the name is too short or its own. "
            f"Give the hub group another one ({WORKSPACE_RULE}, at least 2 of them)."
        )


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"it said {answer.status_code}."
