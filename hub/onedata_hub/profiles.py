"""Server profiles: one YAML file in KubeSpawner's own ``profile_list`` shape.

The same file serves pods and local processes. What a local process cannot have (an image, a GPU that
is not there) stays in the list, with the reason. Form, API and jobs are checked by the same code.

Source: KubeSpawner reference, ``KubeSpawner.profile_list``.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from onedata_hub.machine import Machine
from onedata_hub.server_size import ProfileError, ServerSize, size_of

DEFAULT_PROFILES = Path(__file__).with_name("profiles.yaml")
_UNLISTED = "--unlisted-choice"
_HONOURED = {"mem_limit", "cpu_limit", "environment", "extra_resource_limits"}
_GUARANTEES = {"mem_guarantee", "cpu_guarantee", "extra_resource_guarantees"}  # a process has all there is


class Choice(BaseModel):
    """One choice of an option."""

    model_config = ConfigDict(extra="ignore")

    display_name: str
    default: bool = False
    kubespawner_override: dict[str, Any] = Field(default_factory=dict)


class Option(BaseModel):
    """Something to choose within a profile; ``unlisted_choice`` (free text) is for images alone."""

    model_config = ConfigDict(extra="ignore")

    display_name: str
    choices: dict[str, Choice] = Field(default_factory=dict)
    unlisted_choice: dict[str, Any] = Field(default_factory=dict)

    def default_choice(self) -> str | None:
        """Name the choice that holds where none is made: the marked one, else the first."""
        marked = [slug for slug, choice in self.choices.items() if choice.default]
        return next(iter(marked or self.choices), None)


class Profile(BaseModel):
    """A kind of server."""

    model_config = ConfigDict(extra="ignore")

    display_name: str
    slug: str = ""
    description: str = ""
    default: bool = False
    profile_options: dict[str, Option] = Field(default_factory=dict)
    kubespawner_override: dict[str, Any] = Field(default_factory=dict)

    @field_validator("slug")
    @classmethod
    def _check_slug(cls, value: str) -> str:
        if value and not re.fullmatch(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", value):
            raise ValueError(f"slug '{value}' may hold a-z, 0-9, '.', '_' and '-' only")
        return value

    @model_validator(mode="after")
    def _derive_slug(self) -> "Profile":
        # KubeSpawner does the same where a profile has no slug.
        self.slug = self.slug or re.sub(r"[^a-z0-9]+", "-", self.display_name.lower()).strip("-")
        return self


class Profiles:
    """The profiles of a platform, on one machine or in pods.

    Args:
        profiles: As the file has them.
        machine: The machine we run on.
        in_pods: Servers and runs are pods: whether a node can have them, the cluster alone knows.
    """

    def __init__(self, profiles: list[Profile], machine: Machine, *, in_pods: bool = False) -> None:
        if not profiles:
            raise ProfileError("The profile file lists no profile. Write at least one.")
        slugs = [profile.slug for profile in profiles]
        twice = sorted({slug for slug in slugs if slugs.count(slug) > 1})
        if twice:
            raise ProfileError(f"Two profiles have the slug '{twice[0]}'. Give each its own.")
        self.machine = machine
        self.in_pods = in_pods
        self.by_slug = {profile.slug: profile for profile in profiles}
        for profile in profiles:
            for overrides in _all_overrides(profile):
                size_of(profile.slug, overrides)

    @property
    def default(self) -> Profile:
        """The profile that holds where none is chosen: the marked one, else the first."""
        return next((p for p in self.by_slug.values() if p.default), next(iter(self.by_slug.values())))

    def why_unavailable(self, profile: Profile) -> str | None:
        """Say why a profile cannot be had on this machine, or None if it can."""
        return self._why_not(size_of(profile.slug, profile.kubespawner_override))

    def why_choice_unavailable(self, profile: Profile, choice: Choice) -> str | None:
        """Say why a choice cannot be had on this machine, or None if it can."""
        if "image" in choice.kubespawner_override and not self.in_pods:
            return "Images need containers; here servers are local processes of one environment."
        overrides = profile.kubespawner_override | choice.kubespawner_override
        return self._why_not(size_of(profile.slug, overrides))

    def _why_not(self, size: ServerSize) -> str | None:
        return None if self.in_pods else _why_not(size, self.machine)

    def ignored_keys(self, profile: Profile) -> list[str]:
        """Name what a profile asks for that a local process does not have (it starts without)."""
        return sorted(set(profile.kubespawner_override) - _HONOURED - _GUARANTEES)

    def size(self, profile: Profile) -> ServerSize:
        """Give what a profile comes to with its default choices, as far as they can be had."""
        chosen = (
            option.choices[slug]
            for option in profile.profile_options.values()
            if (slug := self.default_choice(profile, option)) is not None
        )
        return size_of(
            profile.slug, profile.kubespawner_override, *(one.kubespawner_override for one in chosen)
        )

    def default_choice(self, profile: Profile, option: Option) -> str | None:
        """Name the choice that holds where none is made, if it can be had; else the first that can."""
        slugs = [option.default_choice(), *option.choices]
        return next(
            (s for s in slugs if s and not self.why_choice_unavailable(profile, option.choices[s])), None
        )

    def select(self, options: Mapping[str, Any]) -> ServerSize:
        """Check what somebody chose, and give what it comes to.

        Args:
            options: As KubeSpawner has them: ``{"profile": slug, "<option>": "<choice>"}``.

        Raises:
            ProfileError: If there is no such profile, option or choice, or it cannot be had here.
        """
        profile = self._profile(options)
        reason = self.why_unavailable(profile)
        if reason:
            raise ProfileError(f"Profile '{profile.slug}' cannot be had here: {reason} {self._others()}")
        unknown = sorted(set(options) - {"profile"} - set(profile.profile_options))
        if unknown:
            self._refuse_unknown(profile, unknown[0])
        overrides = [profile.kubespawner_override]
        for name, option in profile.profile_options.items():
            slug = self._choice(profile, name, option, options.get(name))
            if slug is not None:
                overrides.append(option.choices[slug].kubespawner_override)
        return size_of(profile.slug, *overrides)

    def _profile(self, options: Mapping[str, Any]) -> Profile:
        slug = options.get("profile") or self.default.slug
        found = self.by_slug.get(slug) if isinstance(slug, str) else None
        if found is None:
            raise ProfileError(f"There is no profile {slug!r}. {self._others()}")
        return found

    def _choice(self, profile: Profile, name: str, option: Option, asked: Any) -> str | None:
        if asked is None or asked == "":
            return self.default_choice(profile, option)
        if not isinstance(asked, str) or asked not in option.choices:
            raise ProfileError(
                f"Profile '{profile.slug}' has no choice {asked!r} for '{name}'. "
                f"Choose one of: {', '.join(option.choices)}."
            )
        reason = self.why_choice_unavailable(profile, option.choices[asked])
        if reason:
            raise ProfileError(
                f"'{asked}' for '{name}' of profile '{profile.slug}' cannot be had here: {reason}"
            )
        return asked

    def _refuse_unknown(self, profile: Profile, name: str) -> None:
        if name.endswith(_UNLISTED) and name.removesuffix(_UNLISTED) in profile.profile_options:
            raise ProfileError(
                f"'{name}' names an image. Images need containers; here servers are local processes."
            )
        known = ", ".join(profile.profile_options) or "none"
        raise ProfileError(f"Profile '{profile.slug}' has no option '{name}'. Its options: {known}.")

    def _others(self) -> str:
        slugs = [slug for slug, profile in self.by_slug.items() if not self.why_unavailable(profile)]
        return f"Choose one of: {', '.join(slugs)}."


def load_profiles(
    path: Path | None = None, *, machine: Machine | None = None, in_pods: bool = False
) -> Profiles:
    """Read the profile file; without a path, the one that comes with us.

    Raises:
        ProfileError: If it cannot be read or has another shape; names the place and the fix.
    """
    path = path or DEFAULT_PROFILES
    try:
        content = yaml.safe_load(path.read_text())
        if isinstance(content, dict) and "profile_list" in content:
            content = content["profile_list"]
        profiles = TypeAdapter(list[Profile]).validate_python(content)
        return Profiles(profiles, machine or Machine.here(), in_pods=in_pods)
    except (OSError, yaml.YAMLError) as error:
        raise ProfileError(f"Profile file {path} cannot be read ({' '.join(str(error).split())}).") from error
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ".".join(str(part) for part in wrong["loc"])
        raise ProfileError(
            f"Profile file {path}, at {place or 'the top'}: {wrong['msg']}. "
            "Write a list of profiles as KubeSpawner's profile_list has them."
        ) from error
    except ProfileError as error:
        raise ProfileError(f"Profile file {path}: {error}") from error


def _all_overrides(profile: Profile) -> list[dict[str, Any]]:
    choices = [c for option in profile.profile_options.values() for c in option.choices.values()]
    return [profile.kubespawner_override, *(choice.kubespawner_override for choice in choices)]


def _why_not(size: ServerSize, machine: Machine) -> str | None:
    if size.gpus == 0:
        return None
    if machine.gpus == 0:
        return "This machine has no NVIDIA GPU that nvidia-smi knows of."
    if size.gpus > machine.gpus:
        return f"It takes {size.gpus} GPUs; this machine has {machine.gpus}."
    return None
