"""What this server does itself, with the library and the user's own token: rows, comparisons, publishing."""

import asyncio
import json
from collections import OrderedDict
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from onedata.contract.names import DatasetRef
from onedata.errors import InvalidInput, NotFound, OneDataError
from tornado.web import authenticated

from onedata_lab.cells import rows_of
from onedata_lab.problems import write_error
from onedata_lab.publishing import Publisher

RESOURCE = "onedata"
_READERS_KEPT = 4


class LocalHandler(APIHandler):  # type: ignore[misc]  # jupyter_server is not followed
    """Calls the library in a thread, and answers with JSON or with the library's own sentence."""

    async def answer(self, call: Any, *arguments: Any) -> None:
        """Answer with what a function gives."""
        try:
            self.finish(json.dumps(await asyncio.to_thread(call, *arguments)))
        except OneDataError as error:
            write_error(self, error)

    def number(self, name: str) -> int:
        """Read a whole number of the query.

        Raises:
            InvalidInput: If it is none.
        """
        text = self.get_query_argument(name, "")
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise InvalidInput(f"{name}={text[:50]!r} is no number. Give 0, 1, 2 and so on.")
        return int(text)


class RowsHandler(LocalHandler):
    """A window of a dataset's rows."""

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Give rows ``offset`` to ``offset + limit`` of ``dataset``."""
        await self.answer(self._rows)

    def _rows(self) -> dict[str, Any]:
        offset, limit = self.number("offset"), self.number("limit")
        reader = self._reader(self.get_query_argument("dataset", ""))
        table = reader.read(offset, limit)
        return {
            "offset": offset,
            "total": reader.total,
            "columns": table.column_names,
            "rows": rows_of(table),
        }

    def _reader(self, ref: str) -> Any:
        """Give the reader of a version, one of the last few used; versions never change."""
        from onedata.datasets.rows import RowReader

        readers = self.settings.setdefault("onedata_readers", OrderedDict())
        reader = readers.pop(ref, None) or RowReader(ref)
        if "@" in ref:
            readers[ref] = reader
            while len(readers) > _READERS_KEPT:
                readers.popitem(last=False)
        return reader


class CompareHandler(LocalHandler):
    """Two versions of a dataset, side by side."""

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Compare version ``before`` of ``dataset`` with version ``after``."""
        await self.answer(self._compare)

    def _compare(self) -> dict[str, Any]:
        from onedata.datasets import compare

        found = compare(self.get_query_argument("dataset", ""), self.number("before"), self.number("after"))
        return {
            "before": found.before.model_dump(mode="json"),
            "after": found.after.model_dump(mode="json"),
            "added": found.added,
            "removed": found.removed,
            "changed": [vars(one) for one in found.changed],
            "drift": [
                {"name": one.name, "words": one.words, "value": one.value, "measure": one.measure}
                for one in found.drift
            ],
        }


class PublicationsHandler(LocalHandler):
    """Files of this server that become datasets."""

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Give what is under way, and what ended lately."""
        self.finish(json.dumps({"items": [one.to_json() for one in self._publisher.list()]}))

    @authenticated  # type: ignore[untyped-decorator]
    @authorized("write", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """Publish ``path``, as the file browser calls it, as ``workspace``/``name``."""
        await self.answer(self._start, self.get_json_body() or {})

    def _start(self, body: dict[str, Any]) -> dict[str, Any]:
        path, name, workspace = (_text(body, key) for key in ("path", "name", "workspace"))
        description = body.get("description") or None
        if description is not None and not isinstance(description, str):
            raise InvalidInput("description is not text.")
        try:
            dataset = DatasetRef.parse(f"{workspace}/{name}")
        except ValueError as error:
            raise InvalidInput(str(error)) from error
        if dataset.version is not None:
            raise InvalidInput(f"'{name}' names a version; publishing makes the next one itself.")
        place = self._place(path)
        return self._publisher.start(place, path, str(dataset), description).to_json()

    def _place(self, path: str) -> Path:
        """Find a file of the file browser; nothing outside of its root."""
        root = Path(self.settings["server_root_dir"]).expanduser().resolve()
        place = (root / path.lstrip("/")).resolve()
        if "\0" in path or not place.is_relative_to(root) or not place.exists():
            raise NotFound(f"There is no file or folder '{path[:200]}' in this server's files.")
        return place

    @property
    def _publisher(self) -> Publisher:
        publisher = self.settings.get("onedata_publisher")
        if not isinstance(publisher, Publisher):
            publisher = self.settings["onedata_publisher"] = Publisher()
        return publisher


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"{key} is missing. Send path, workspace and name as text.")
    return value


def routes(base_url: str) -> list[tuple[str, type[LocalHandler]]]:
    """Give the handlers."""
    here = url_path_join(base_url, RESOURCE, "local")
    return [
        (f"{here}/rows", RowsHandler),
        (f"{here}/compare", CompareHandler),
        (f"{here}/publications", PublicationsHandler),
    ]
