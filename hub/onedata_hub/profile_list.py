"""The shape of a profile list: KubeSpawner's own, and who may have what of it.

``allowed_groups`` of a profile or a choice is what hubs of this field write there already; KubeSpawner passes over it.

Source: KubeSpawner reference, ``KubeSpawner.profile_list``.
"""

import re
from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from slugify import slugify

# What an image's name is, where the site has no rule of its own: no blanks, and a tag or digest perhaps.
_IMAGE = r"[a-z0-9][\w.:/-]*(@sha256:[0-9a-f]{64})?$"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="ignore")

    allowed_groups: list[str] | None = None
    kubespawner_override: dict[str, Any] = Field(default_factory=dict)

    def is_for(self, groups: Collection[str]) -> bool:
        """Say whether people in these groups may have it; without ``allowed_groups`` everybody may."""
        return self.allowed_groups is None or not set(self.allowed_groups).isdisjoint(groups)

    def whose(self) -> str:
        """Name the groups that it is for."""
        names = self.allowed_groups or []
        return f"group{'' if len(names) == 1 else 's'} {', '.join(names)}" if names else "nobody"


class Choice(_Entry):
    """One choice of an option."""

    display_name: str
    default: bool = False


class UnlistedChoice(BaseModel):
    """A value that people write themselves; KubeSpawner puts it where ``{value}`` stands."""

    model_config = ConfigDict(extra="ignore")

    enabled: bool = False
    display_name: str = "Another"
    validation_regex: str = ""
    validation_message: str = ""
    kubespawner_override: dict[str, Any] = Field(default_factory=dict)

    @field_validator("validation_regex")
    @classmethod
    def _check_regex(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{value!r} is no regular expression ({error})") from error
        return value

    @property
    def pattern(self) -> str:
        """The regular expression that a value must match at its start; an image's name has one anyhow."""
        return self.validation_regex or (_IMAGE if "image" in self.kubespawner_override else "")

    def why_not(self, value: Any) -> str | None:
        """Say what is wrong with a value, or None if nothing is."""
        if not isinstance(value, str) or len(value) > 500 or not value.isprintable():
            return "it is no line of text"
        if self.pattern and not re.match(self.pattern, value):
            return self.validation_message or f"it does not match {self.pattern}"
        return None

    def overrides(self, value: str) -> dict[str, Any]:
        """Give what a value comes to."""
        return {name: _filled(given, value) for name, given in self.kubespawner_override.items()}


class Option(BaseModel):
    """Something to choose within a profile."""

    model_config = ConfigDict(extra="ignore")

    display_name: str
    choices: dict[str, Choice] = Field(default_factory=dict)
    unlisted_choice: UnlistedChoice = Field(default_factory=UnlistedChoice)

    def default_choice(self) -> str | None:
        """Name the choice that holds where none is made: the marked one, else the first."""
        marked = [slug for slug, choice in self.choices.items() if choice.default]
        return next(iter(marked or self.choices), None)

    def of(self, groups: Collection[str]) -> "Option":
        """Give the option with the choices that people in these groups may have."""
        kept = {slug: choice for slug, choice in self.choices.items() if choice.is_for(groups)}
        return self.model_copy(update={"choices": kept})


class Profile(_Entry):
    """A kind of server."""

    display_name: str
    slug: str = ""
    description: str = ""
    default: bool = False
    profile_options: dict[str, Option] = Field(default_factory=dict)

    @field_validator("slug")
    @classmethod
    def _check_slug(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", value):
            raise ValueError(f"slug '{value}' may hold a-z, 0-9, '.', '_' and '-' only, and is not empty")
        return value

    @model_validator(mode="after")
    def _derive_slug(self) -> "Profile":
        # By the same library as KubeSpawner, which looks a profile up by the slug that it makes itself.
        self.slug = self.slug or slugify(self.display_name)
        if not self.slug:
            raise ValueError(
                f"display_name '{self.display_name}' gives no slug; write one, such as slug: standard"
            )
        return self

    def of(self, groups: Collection[str]) -> "Profile":
        """Give the profile with the choices that people in these groups may have."""
        options = {name: option.of(groups) for name, option in self.profile_options.items()}
        return self.model_copy(update={"profile_options": options})


def _filled(given: Any, value: str) -> Any:
    if isinstance(given, str):
        return given.replace("{value}", value)
    if isinstance(given, dict):
        return {name: _filled(inner, value) for name, inner in given.items()}
    return [_filled(inner, value) for inner in given] if isinstance(given, list) else given
