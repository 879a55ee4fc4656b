"""Prometheus metrics of the studio's own."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REGISTRY = CollectorRegistry()
_EVENT_STREAM = b"text/event-stream"

REQUEST_SECONDS = Histogram(
    "onedata_studio_request_seconds",
    "Time to answer an HTTP request.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
RUNS_ENDED = Counter("onedata_job_runs_ended", "Job runs that have ended.", ["state"], registry=REGISTRY)
RUNS_ACTIVE = Gauge(
    "onedata_job_runs_active", "Job runs that this process holds a lease on.", registry=REGISTRY
)
SCHEDULER_LAG_SECONDS = Gauge(
    "onedata_scheduler_lag_seconds", "Age of the oldest due run that has not started.", registry=REGISTRY
)


def render_metrics() -> bytes:
    """Give every metric in Prometheus' text format."""
    text: bytes = generate_latest(REGISTRY)
    return text


class RequestTimer:
    """ASGI middleware that times requests by route, so that paths with names do not multiply series."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500
        is_stream = False

        async def watch(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status = message["status"]
                is_stream = dict(message["headers"]).get(b"content-type", b"").startswith(_EVENT_STREAM)
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            if not is_stream:  # it lasts as long as its client likes
                route = scope.get("route")
                name = route.path if isinstance(route, Route) else "unknown"
                REQUEST_SECONDS.labels(scope["method"], name, status).observe(time.perf_counter() - started)
