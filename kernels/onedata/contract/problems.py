"""How the studio says no: RFC 9457 problem JSON."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Problem(BaseModel):
    """One refusal or fault: what was asked, what is true, what to do.

    Source: RFC 9457, section 3.1. ``code`` is stable for programs, ``detail`` is for people.
    """

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    instance: str | None = None
    errors: list[dict[str, Any]] | None = None
