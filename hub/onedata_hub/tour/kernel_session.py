"""A notebook open on a Jupyter server, through Jupyter's own protocol.

Source: Jupyter Server REST API (contents, sessions); Jupyter messaging, "Request-Reply".
"""

import asyncio
import json
import uuid
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, Self
from urllib.parse import quote

import httpx
import websockets

from onedata_hub.launch.hub_login import client_options
from onedata_hub.tour.hub_session import TourError

CELL_SECONDS = 600.0
_LARGEST_MESSAGE = 64 * 2**20


class NotebookSession:
    """One notebook with its kernel on a server.

    Args:
        server_url: The server's address without a slash at the end.
        token: A hub token that may use the server.
        path: The notebook's path on the server.
    """

    def __init__(self, server_url: str, token: str, path: str) -> None:
        self.path = path
        self._url = server_url
        self._auth = {"Authorization": f"token {token}"}
        self._http = httpx.AsyncClient(base_url=server_url, headers=self._auth, **client_options())
        self._session_id = ""
        self._kernel_id = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session_id:
            await self._http.delete(f"/api/sessions/{self._session_id}")
        await self._http.aclose()

    async def run(self, tell: Callable[[int, int, str], None], *, save: bool = True) -> dict[str, Any]:
        """Run every code cell in a fresh kernel.

        Args:
            tell: Called before each cell with its number (from 1), their count and first line.
            save: Save the notebook with its outputs.

        Returns:
            The notebook, as nbformat JSON.

        Raises:
            TourError: If a cell fails; names it and the error.
        """
        notebook = await self._open()
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        channels = f"{self._url}/api/kernels/{self._kernel_id}/channels".replace("http", "ws", 1)
        async with websockets.connect(
            channels, additional_headers=self._auth, max_size=_LARGEST_MESSAGE, open_timeout=60, proxy=None
        ) as socket:
            for number, cell in enumerate(cells, 1):
                source = "".join(cell["source"])
                tell(number, len(cells), source.strip().partition("\n")[0])
                cell["outputs"], cell["execution_count"] = await self._execute(socket, source)
                failed = next((out for out in cell["outputs"] if out["output_type"] == "error"), None)
                if failed:
                    raise TourError(
                        f"Cell {number} of {self.path} failed: {failed['ename']}: {failed['evalue']}"
                    )
        if save:
            await self._save(notebook)
        return notebook

    async def _open(self) -> dict[str, Any]:
        answer = await self._http.get(f"/api/contents/{quote(self.path)}", params={"content": 1})
        if answer.status_code != 200:
            raise TourError(f"The server has no notebook at {self.path} ({answer.status_code}).")
        notebook: dict[str, Any] = answer.json()["content"]
        kernel = notebook["metadata"].get("kernelspec", {}).get("name", "python3")
        body = {
            "path": self.path,
            "name": PurePosixPath(self.path).name,
            "type": "notebook",
            "kernel": {"name": kernel},
        }
        made = await self._http.post("/api/sessions", json=body)
        if made.status_code != 201:
            raise TourError(f"The server would not start kernel '{kernel}': {made.text[:300]}")
        self._session_id, self._kernel_id = made.json()["id"], made.json()["kernel"]["id"]
        return notebook

    async def _execute(self, socket: Any, source: str) -> tuple[list[dict[str, Any]], int | None]:
        request = _execute_request(source)
        await socket.send(json.dumps(request))
        wanted = request["header"]["msg_id"]
        outputs: list[dict[str, Any]] = []
        count, replied, idle = None, False, False
        while not (replied and idle):
            message = json.loads(await _receive(socket))
            if message["parent_header"].get("msg_id") != wanted:
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "execute_reply":
                replied, count = True, content.get("execution_count")
            elif kind == "status":
                idle = content["execution_state"] == "idle"
            elif kind in ("stream", "display_data", "execute_result", "error"):
                outputs.append(
                    {"output_type": kind, **{k: v for k, v in content.items() if k != "transient"}}
                )
        return outputs, count

    async def _save(self, notebook: dict[str, Any]) -> None:
        body = {"type": "notebook", "format": "json", "content": notebook}
        answer = await self._http.put(f"/api/contents/{quote(self.path)}", json=body)
        if answer.status_code not in (200, 201):
            raise TourError(f"The server would not save {self.path}: {answer.text[:300]}")


async def _receive(socket: Any) -> str:
    try:
        text: str = await asyncio.wait_for(socket.recv(), CELL_SECONDS)
    except TimeoutError:
        raise TourError(f"A cell said nothing for {CELL_SECONDS:.0f} s.") from None
    return text


def _execute_request(source: str) -> dict[str, Any]:
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "username": "tour",
        "session": uuid.uuid4().hex,
        "version": "5.4",
        "date": "",
    }
    content = {
        "code": source,
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": True,
    }
    return {
        "channel": "shell",
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "buffers": [],
    }
