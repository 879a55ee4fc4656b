"""A kernel in a user's server, for tests of a whole platform."""

import contextlib
import json
import time
import uuid
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import httpx
from websockets.sync.client import connect

if TYPE_CHECKING:  # the platform gives its kernels
    from tests.support.platform import Platform


class Kernel:
    """A kernel in a user's server, spoken to through Jupyter's own protocol over the proxy."""

    def __init__(self, platform: "Platform", user: str, name: str, folder: str = "") -> None:
        self._http = platform.client(user)
        self._path = f"/user/{quote(user)}/api/kernels"
        made = self._http.post(self._path, json={"name": name, "path": folder})
        made.raise_for_status()
        self.id = made.json()["id"]
        address = f"{platform.url.replace('http', 'ws', 1)}{self._path}/{self.id}/channels"
        headers = {"Authorization": f"token {platform.token(user)}"}
        # Not a context manager here: this class is one.
        self._socket = connect(address, additional_headers=headers, max_size=None, proxy=None, legacy=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        with contextlib.suppress(httpx.HTTPError):  # a test may have stopped the server
            self._http.delete(f"{self._path}/{self.id}")
        self._http.close()

    def send(self, code: str) -> str:
        """Send code to run; give the message's id."""
        identity = uuid.uuid4().hex
        header = {
            "msg_id": identity,
            "msg_type": "execute_request",
            "username": "",
            "session": identity,
            "version": "5.3",
        }
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "allow_stdin": False,
            "stop_on_error": True,
        }
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
        }
        self._socket.send(json.dumps(message))
        return identity

    def run(self, code: str, *, seconds: float = 60.0) -> str:
        """Run code and give what it printed and showed as text.

        Raises:
            AssertionError: If it raised; gives the traceback.
        """
        identity = self.send(code)
        text = ""
        end = time.monotonic() + seconds
        while True:
            message = json.loads(self._socket.recv(timeout=max(0.1, end - time.monotonic())))
            if message["parent_header"].get("msg_id") != identity:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    text += content["text"]
                case "execute_result" | "display_data":
                    text += content["data"].get("text/plain", "")
                case "error":
                    raise AssertionError("\n".join(content["traceback"]))
                case "status" if content["execution_state"] == "idle":
                    return text
