"""Server profiles: the sizes that a server or a job may have."""

from pydantic import BaseModel


class ServerProfile(BaseModel):
    """A profile with its default choices; ``name`` is what a job's ``profile`` says.

    A limit is None where there is none. ``unavailable`` says why it cannot be had here, and is None where it can.
    """

    name: str
    display_name: str
    description: str = ""
    default: bool = False
    memory_bytes: int | None = None
    cpus: float | None = None
    gpus: int = 0
    unavailable: str | None = None


class ServerProfiles(BaseModel):
    """The platform's profiles, in the order of its file."""

    profiles: list[ServerProfile]
