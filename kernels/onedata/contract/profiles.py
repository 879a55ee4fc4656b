"""Server profiles: the sizes that a server or a job may have."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

UNLISTED = "--unlisted-choice"  # ends the name of an option whose value people write themselves
# What was chosen within a profile, by the options' names, as KubeSpawner has them.
ProfileOptions = Annotated[
    dict[
        Annotated[str, StringConstraints(max_length=200)],
        Annotated[str, StringConstraints(max_length=500)],
    ],
    Field(max_length=50),
]


class ProfileChoice(BaseModel):
    """One choice of an option. ``unavailable`` says why it cannot be had, and is None where it can."""

    name: str
    display_name: str
    default: bool = False
    unavailable: str | None = None


class ProfileOption(BaseModel):
    """Something to choose within a profile, such as its image.

    ``unlisted`` names the value that people may write themselves, as ``<name>--unlisted-choice``; it is None
    where they may not.
    """

    name: str
    display_name: str
    choices: list[ProfileChoice]
    unlisted: str | None = None


class ServerProfile(BaseModel):
    """A profile; ``name`` is what a job's ``profile`` says. Its limits are those of the default choices.

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
    options: list[ProfileOption] = Field(default_factory=list)


class ServerProfiles(BaseModel):
    """The platform's profiles, in the order of its file."""

    profiles: list[ServerProfile]
