"""What this server or run was started with, so that a job made here runs with the same."""

import json
import os
from typing import Any

from onedata.contract import environment as names


def profile_here() -> dict[str, Any]:
    """Give the profile in use and what was chosen within it, as a job's fields; nothing where there is none."""
    profile = os.environ.get(names.PROFILE)
    if not profile:
        return {}
    return {"profile": profile, "profile_options": json.loads(os.environ.get(names.PROFILE_OPTIONS) or "{}")}
