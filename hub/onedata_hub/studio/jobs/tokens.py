"""The hub's tokens of attempts that are on their way to a runner."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from onedata_hub.identity import Caller, HubUnreachable
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.jobs.references import reference_of
from onedata_hub.studio.jobs.tables import JobRunDetailRow, JobRunRow

_MARGIN_SECONDS = 3_600  # beyond the timeout: for the start, and for cells that clean up
_KEPT = timedelta(minutes=5)  # a run that is tried again is so within a minute


@dataclass(frozen=True)
class RunToken:
    """A token of a run's user, and who the hub says holds it; without any, a key alone opens the result."""

    id: str = ""
    value: str = ""
    caller: Caller | None = None


class RunTokens:
    """Makes tokens; what fails to start is tried again with the one it had, so that each attempt has one."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._kept: dict[str, tuple[RunToken, datetime]] = {}

    async def get(self, run: JobRunRow, detail: JobRunDetailRow) -> RunToken:
        """Give the token of an attempt's last try, or a new one.

        Raises:
            HubUnreachable: If the hub does not answer, or does not know its own token.
            UnknownUser: If it has no such user.
        """
        identity = self._context.identity
        kept = self._kept.get(reference_of(run.id, run.attempt))
        if kept is not None:
            caller = await identity.caller_for_token(kept[0].value)
            if caller is not None:
                return RunToken(kept[0].id, kept[0].value, caller)
        token_id, value = await identity.create_token(
            run.created_by,
            scopes=[
                f"access:services!service={self._context.service_name}",
                "access:services!service=mlflow",
                f"read:users:name!user={run.created_by}",
                f"read:users:groups!user={run.created_by}",
            ],
            expires_in=self._seconds(detail),
            note=f"job run {run.id}",
        )
        caller = await identity.caller_for_token(value)
        if caller is None:
            raise HubUnreachable(f"JupyterHub made a token of '{run.created_by}' and does not know it.")
        return RunToken(token_id, value, caller)

    def _seconds(self, detail: JobRunDetailRow) -> int:
        """Count how long a token is needed: the time limit counts only once the notebook begins.

        Before that the attempt may wait to be started, and then for a place; it is revoked when it ends.
        """
        waiting = 2 * self._context.settings.jobs_start_patience_seconds
        return int(detail.timeout_seconds + waiting) + _MARGIN_SECONDS

    def keep(self, run: JobRunRow, token: RunToken) -> None:
        """Keep a token that is noted in the database for the next try."""
        if token.id:
            self._kept[reference_of(run.id, run.attempt)] = token, utc_now()

    async def drop(self, run: JobRunRow, token: RunToken) -> None:
        """Revoke a token that was made for nothing; one of an earlier try may be a runner's by now.

        Raises:
            HubUnreachable: If the hub does not answer: the token then lives until it expires.
        """
        if token.id and reference_of(run.id, run.attempt) not in self._kept:
            await self._context.identity.revoke_token(run.created_by, token.id)

    def forget(self, reference: str = "") -> None:
        """Keep no token of an attempt that has gone its way, nor of those that were not tried for long."""
        self._kept.pop(reference, None)
        now = utc_now()
        self._kept = {of: kept for of, kept in self._kept.items() if now - kept[1] < _KEPT}
