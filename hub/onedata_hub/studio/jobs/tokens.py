"""The hub's tokens of attempts that are on their way to a runner."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from onedata_hub.identity import Caller, HubUnreachable
from onedata_hub.studio.context import Context
from onedata_hub.studio.database import utc_now
from onedata_hub.studio.jobs.references import reference_of
from onedata_hub.studio.jobs.tables import JobRunDetailRow, JobRunRow

_MARGIN_SECONDS = 3_600  # beyond the timeout: for the start, and for cells that clean up
_KEPT = timedelta(minutes=30)  # for the next try: as much of the margin is left at least


@dataclass(frozen=True)
class RunToken:
    """A token of a run's user, and who the hub says holds it; without any, a key alone opens the result.

    Attributes:
        is_new: Whether this try has had it made: then nobody else has it.
    """

    id: str = ""
    value: str = ""
    caller: Caller | None = None
    is_new: bool = False


class RunTokens:
    """Makes tokens; what fails to start is tried again with the one it had, so that few are made."""

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
        self._forget_old()
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
        return RunToken(token_id, value, caller, is_new=True)

    def _seconds(self, detail: JobRunDetailRow) -> int:
        """Count how long a token may be needed; it is revoked when the run ends.

        The time limit counts once the notebook begins. Until then a run that was started waits for a place, where
        places are others' to give.
        """
        is_here = self._context.compute.keeps_spools
        waiting = 0 if is_here else self._context.settings.jobs_start_patience_seconds
        return int(detail.timeout_seconds + waiting) + _MARGIN_SECONDS

    def keep(self, run: JobRunRow, token: RunToken) -> None:
        """Keep a token that is noted in the database for the next tries."""
        if token.is_new:
            self._kept[reference_of(run.id, run.attempt)] = token, utc_now()

    async def drop(self, run: JobRunRow, token: RunToken) -> None:
        """Revoke a token that was made for nothing; one of an earlier try may be a runner's by now.

        Raises:
            HubUnreachable: If the hub does not answer: the token then lives until it expires.
        """
        if token.is_new:
            await self._context.identity.revoke_token(run.created_by, token.id)

    def forget(self, reference: str) -> None:
        """Keep no token of an attempt that has gone its way."""
        self._kept.pop(reference, None)

    def _forget_old(self) -> None:
        now = utc_now()
        self._kept = {of: kept for of, kept in self._kept.items() if now - kept[1] < _KEPT}
