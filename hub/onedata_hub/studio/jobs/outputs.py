"""What runs leave: where it is stored, and how it is served."""

from dataclasses import dataclass

from onedata.contract.runner import EXECUTED_FILE, EXECUTED_HTML, LOG_FILE

from onedata_hub.studio.errors import NotFound

# Notebooks are code of strangers. The page may draw itself, with no origin of its own, so it
# reaches neither the hub's cookies nor its API, and no network at all.
_SANDBOX = (
    "sandbox allow-scripts allow-popups; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "style-src 'unsafe-inline' data:; img-src data: blob:; font-src data:; media-src data: blob:; "
    "form-action 'none'; base-uri 'none'"
)
CONTENT_TYPES = {
    EXECUTED_FILE: "application/x-ipynb+json",
    EXECUTED_HTML: "text/html; charset=utf-8",
    LOG_FILE: "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class Output:
    """One stored output, with how to serve it."""

    name: str
    data: bytes
    job_name: str

    def headers(self, *, download: bool) -> dict[str, str]:
        """Give the headers: a page or log is shown unless it is to be downloaded, a notebook never."""
        is_shown = not download and self.name != EXECUTED_FILE
        kind = "inline" if is_shown else "attachment"
        return {
            "Content-Type": CONTENT_TYPES[self.name],
            "Content-Disposition": f'{kind}; filename="{self.job_name}-{self.name}"',
            "Content-Security-Policy": _SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "private, no-cache",
        }


def notebook_key(workspace: str, snapshot: str) -> str:
    """Give the key of a notebook's snapshot."""
    return f"{workspace}/notebooks/{snapshot}.ipynb"


def output_key(workspace: str, run_id: str, stored: str) -> str:
    """Give the key of an output named ``<attempt>/<name>``."""
    return f"{workspace}/runs/{run_id}/{stored}"


def check_output_name(name: str) -> None:
    """Let only outputs pass that a runner makes.

    Raises:
        NotFound: For any other name; says which there are.
    """
    if name not in CONTENT_TYPES:
        raise NotFound(f"A run has no output '{name[:100]}'. It may have: {', '.join(CONTENT_TYPES)}.")
