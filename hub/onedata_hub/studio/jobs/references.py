"""How the compute backend names an attempt."""


def reference_of(run_id: str, attempt: int) -> str:
    """Give the name that ``StartRequest.reference`` has too: known before the start, so none is ever lost."""
    return f"{run_id}-{attempt}"
