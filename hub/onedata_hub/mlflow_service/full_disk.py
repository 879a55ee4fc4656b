"""A disk that is full below MLflow, told as such.

MLflow says so of its database with a 503 and of an artefact with a bare 500, and its clients repeat
both for minutes without a word to the notebook. Nothing gets better by that: it is 507 instead.
"""

from onedata.contract.disks import is_about_room
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onedata_hub.mlflow_service.refusals import Refusal

# SQLite's words, and those that PostgreSQL passes on from its system.
_WORDS = (b"database or disk is full", b"No space left on device")
_HELD = {500, 503}


async def tell_of_full_disk(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Have MLflow serve a request; where a disk is full, answer in its place.

    Its app answers a fault of its own and then raises it, so an answer that may be of a full disk is
    held until it is whole.
    """
    held: list[Message] = []

    async def hold(message: Message) -> None:
        if held or (message["type"] == "http.response.start" and message["status"] in _HELD):
            held.append(message)
        else:
            await send(message)

    is_full = False
    try:
        await app(scope, receive, hold)
        is_full = _says_full(b"".join(message.get("body", b"") for message in held))
    except Exception as error:
        is_full = is_about_room(error) or _says_full(str(error).encode())
        if not is_full:
            raise
    finally:
        for message in () if is_full else held:
            await send(message)
    if is_full:
        refusal = Refusal.full(
            "A disk of MLflow's is full, and nothing of this was kept. Ask an administrator to free some space on "
            "it, or to make its volume larger; then do the same again."
        )
        response = refusal.response()
        response.headers["Connection"] = "close"  # the rest of a file that nobody reads is still on its way
        await response(scope, receive, send)


def _says_full(said: bytes) -> bool:
    return any(words in said for words in _WORDS)
