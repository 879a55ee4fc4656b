"""Answers that are JSON already.

FastAPI validates what an endpoint returns and then writes it; for a page of fifty rows that takes
longer than finding them. An endpoint that many ask returns one of these instead, and names its type as
``response_model``, so that it stands in the OpenAPI all the same.
"""

from fastapi import Response
from pydantic import BaseModel


def answer(model: BaseModel, status: int = 200) -> Response:
    """Send a model as it is."""
    return json_answer(model.model_dump_json(), status)


def json_answer(text: str | bytes, status: int = 200) -> Response:
    """Send JSON."""
    return Response(text, status, media_type="application/json")
