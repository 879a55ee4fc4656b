"""What must be true before the platform starts. Each refusal is one sentence that says what to do."""

import os
import shutil
from pathlib import Path

from onedata.contract.disks import is_about_room

from onedata_hub.launch.processes import port_holder
from onedata_hub.launch.refusal import StartRefused
from onedata_hub.launch.state import StateFolder, is_port_free
from onedata_hub.profiles import load_profiles
from onedata_hub.server_size import ProfileError
from onedata_hub.settings import PlatformSettings

_LEAST_FREE_BYTES = 200 * 2**20


def check_state_folder(state: StateFolder) -> None:
    """Make the state folder and write a file in it.

    Raises:
        StartRefused: If it cannot be written, or its disk is (nearly) full.
    """
    try:
        state.make()
        probe = state / "run" / ".probe"
        probe.write_bytes(os.urandom(4096))
        probe.unlink()
        free = shutil.disk_usage(state.path).free
    except OSError as error:
        raise StartRefused(_explain(error, state.path)) from error
    if free < _LEAST_FREE_BYTES:
        raise StartRefused(
            f"The disk of {state.path} has {free // 2**20} MB left, and {_LEAST_FREE_BYTES // 2**20} MB is the "
            "least to start with: free some space, or set ONEDATA_HOME to a folder on another disk."
        )


def check_port(settings: PlatformSettings) -> None:
    """See that nobody else listens where people will reach us.

    Raises:
        StartRefused: If somebody does; says who, as far as the system lets us see.
    """
    if not is_port_free(settings.host, settings.port):
        raise StartRefused(
            f"Port {settings.port} of {settings.host} is in use{port_holder(settings.port)}: "
            "stop that program, or start with --port and another number."
        )


def check_profiles(settings: PlatformSettings) -> None:
    """Read the profile file.

    Raises:
        StartRefused: If it is wrong.
    """
    try:
        load_profiles(settings.profiles_file)
    except ProfileError as error:
        raise StartRefused(str(error)) from error


def check_objects(settings: PlatformSettings) -> None:
    """See that the object store's URL is one; the store is not asked anything yet.

    Raises:
        StartRefused: If it is not.
    """
    if settings.objects_url is None:
        return
    from onedata_hub.backends.objects import open_store
    from onedata_hub.backends.objects.errors import BadStoreUrl

    try:
        open_store(settings.objects_url)
    except BadStoreUrl as error:
        raise StartRefused(f"Setting objects_url: {error}") from error


def _explain(error: OSError, path: Path) -> str:
    if is_about_room(error):
        return (
            f"The disk of {path} is full: free some space, or set ONEDATA_HOME to a folder on another disk."
        )
    reason = (error.strerror or str(error)).lower()
    return (
        f"The state folder {path} cannot be written ({reason}): make it writable, "
        "or set ONEDATA_HOME to a folder that is."
    )
