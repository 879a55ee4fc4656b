"""How the service says no: in the shape that MLflow's clients print."""

import json
from http import HTTPStatus

from starlette.responses import Response


class Refusal(Exception):
    """A request that goes no further, with a message that is safe to show.

    ``error_code`` is one of MLflow's, since its clients turn the answer into an exception
    that carries it. Source: mlflow/protos/databricks.proto, ErrorCode.
    """

    def __init__(self, status: int, error_code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code
        self.message = message
        self.retry_after = retry_after

    @classmethod
    def unauthenticated(cls, message: str) -> "Refusal":
        """No token, or one that the hub does not know."""
        return cls(401, "UNAUTHENTICATED", message)

    @classmethod
    def forbidden(cls, message: str) -> "Refusal":
        """Known, but not allowed."""
        return cls(403, "PERMISSION_DENIED", message)

    @classmethod
    def closed(cls, message: str) -> "Refusal":
        """A part of MLflow that this service does not offer."""
        return cls(403, "FEATURE_DISABLED", message)

    @classmethod
    def invalid(cls, message: str) -> "Refusal":
        """The request says something that cannot be."""
        return cls(400, "INVALID_PARAMETER_VALUE", message)

    @classmethod
    def too_large(cls, most_bytes: int) -> "Refusal":
        """The body is longer than the service takes."""
        return cls(
            413,
            "INVALID_PARAMETER_VALUE",
            f"The request body is larger than {most_bytes} bytes. Log it as an artefact, or in smaller batches.",
        )

    @classmethod
    def unavailable(cls, message: str, *, retry_after: int = 2) -> "Refusal":
        """A part we stand on is away; the same request may do later."""
        return cls(503, "TEMPORARILY_UNAVAILABLE", message, retry_after=retry_after)

    @classmethod
    def full(cls, message: str) -> "Refusal":
        """No room is left where it would be kept."""
        return cls(507, "RESOURCE_LIMIT_EXCEEDED", message)

    def response(self) -> Response:
        """Render the refusal: MLflow's ``error_code`` and ``message`` beside RFC 9457's fields."""
        body = {
            "error_code": self.error_code,
            "message": self.message,
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.error_code.lower(),
            "detail": self.message,
        }
        headers = {"Cache-Control": "no-store"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(json.dumps(body), self.status, headers, media_type="application/json")
