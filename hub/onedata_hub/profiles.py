"""Server profiles: one YAML file in KubeSpawner's own ``profile_list`` shape.

The same file serves pods and local processes. What a local process cannot have (an image, a GPU that
is not there) stays in the list, with the reason. Form, API and jobs are checked by the same code.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from onedata.contract.profiles import UNLISTED
from pydantic import TypeAdapter, ValidationError

from onedata_hub.amounts import GPU_RESOURCE
from onedata_hub.limits import Limit, Limits
from onedata_hub.machine import Machine
from onedata_hub.profile_list import Choice, Option, Profile
from onedata_hub.server_size import ProfileError, ProfileForbidden, ServerSize, size_of

__all__ = [
    "DEFAULT_PROFILES",
    "UNLISTED",
    "Choice",
    "Option",
    "Profile",
    "Profiles",
    "load_profiles",
    "read_profiles",
]

DEFAULT_PROFILES = Path(__file__).with_name("profiles.yaml")
_HONOURED = {"mem_limit", "cpu_limit", "environment", "extra_resource_limits"}
_GUARANTEES = {"mem_guarantee", "cpu_guarantee", "extra_resource_guarantees"}  # a process has all there is
_NO_IMAGES = "Images need containers; here servers are local processes of one environment."


class Profiles:
    """The profiles of a platform, on one machine or in pods.

    Args:
        profiles: As the file has them.
        machine: The machine we run on.
        in_pods: Servers and runs are pods: whether a node can have them, the cluster alone knows.
        limits: What people may have at once, by their groups.
    """

    def __init__(
        self,
        profiles: list[Profile],
        machine: Machine,
        *,
        in_pods: bool = False,
        limits: Limits | None = None,
    ) -> None:
        if not profiles:
            raise ProfileError("No profile is listed. Write at least one.")
        slugs = [profile.slug for profile in profiles]
        twice = sorted({slug for slug in slugs if slugs.count(slug) > 1})
        if twice:
            raise ProfileError(f"Two profiles have the slug '{twice[0]}'. Give each its own.")
        self.machine = machine
        self.in_pods = in_pods
        self.limits = limits or Limits()
        self.limit = Limit()
        self.by_slug = {profile.slug: profile for profile in profiles}
        self._withheld: dict[str, Profile] = {}
        for profile in profiles:
            for overrides in _all_overrides(profile):
                size_of(profile.slug, overrides)

    def of(self, groups: Collection[str]) -> "Profiles":
        """Give what people in these hub groups may have of it; it may be nothing at all."""
        own = object.__new__(Profiles)
        own.machine, own.in_pods, own.limits = self.machine, self.in_pods, self.limits
        own.limit = self.limits.of(groups)
        own.by_slug = {slug: one.of(groups) for slug, one in self.by_slug.items() if one.is_for(groups)}
        own._withheld = {slug: one for slug, one in self.by_slug.items() if slug not in own.by_slug}
        return own

    @property
    def default(self) -> Profile | None:
        """The profile that holds where none is chosen: the marked one, else the first."""
        marked = (profile for profile in self.by_slug.values() if profile.default)
        return next(marked, next(iter(self.by_slug.values()), None))

    def why_unavailable(self, profile: Profile) -> str | None:
        """Say why a profile cannot be had here by these people, or None if it can."""
        withheld = self._withheld.get(profile.slug)
        if withheld is not None:
            return f"It is for {withheld.whose()}."
        return self._why_not(size_of(profile.slug, profile.kubespawner_override))

    def why_choice_unavailable(self, profile: Profile, choice: Choice) -> str | None:
        """Say why a choice cannot be had here by these people, or None if it can."""
        if "image" in choice.kubespawner_override and not self.in_pods:
            return _NO_IMAGES
        return self._why_not(size_of(profile.slug, profile.kubespawner_override, choice.kubespawner_override))

    def _why_not(self, size: ServerSize) -> str | None:
        reason = None if self.in_pods else _why_not_here(size, self.machine)
        return reason or self.limit.why_too_many_gpus(size.gpus)

    def ignored_keys(self, profile: Profile) -> list[str]:
        """Name what a profile asks for that a local process does not have (it starts without)."""
        return [] if self.in_pods else sorted(set(profile.kubespawner_override) - _HONOURED - _GUARANTEES)

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
            options: As KubeSpawner has them: ``{"profile": slug, "<option>": "<choice>"}``, and
                ``"<option>--unlisted-choice"`` for a value of one's own.

        Raises:
            ProfileForbidden: If it is for other groups.
            ProfileError: If there is no such profile, option or choice, or it cannot be had here.
        """
        profile = self._profile(options)
        reason = self.why_unavailable(profile)
        if reason:
            raise ProfileError(f"Profile '{profile.slug}' cannot be had here: {reason} {self._others()}")
        self._refuse_unknown(profile, options)
        chosen, overrides = {"profile": profile.slug}, [profile.kubespawner_override]
        for name, option in profile.profile_options.items():
            made = self._chosen(profile, name, option, options)
            if made is not None:
                chosen[made[0]] = made[1]
                overrides.append(made[2])
        size = size_of(profile.slug, *overrides)
        reason = self._why_not(size)  # several choices together
        if reason:
            raise ProfileError(f"Profile '{profile.slug}' cannot be had with these choices: {reason}")
        return replace(size, options=chosen)

    def _profile(self, options: Mapping[str, Any]) -> Profile:
        slug = options.get("profile") or (self.default.slug if self.default else None)
        if slug is None:
            raise ProfileForbidden(
                "No profile is for any of your groups. Ask an administrator to add you to one."
            )
        found = self.by_slug.get(slug) if isinstance(slug, str) else None
        withheld = self._withheld.get(slug) if isinstance(slug, str) else None
        if withheld is not None:
            raise ProfileForbidden(f"Profile '{slug}' is for {withheld.whose()}. {self._others()}")
        if found is None:
            raise ProfileError(f"There is no profile {slug!r}. {self._others()}")
        return found

    def _chosen(
        self, profile: Profile, name: str, option: Option, options: Mapping[str, Any]
    ) -> tuple[str, str, dict[str, Any]] | None:
        """Give the choice made for an option: its key among the user options, its value, what it comes to."""
        written = options.get(name + UNLISTED)
        if written not in (None, ""):
            return name + UNLISTED, written, self._unlisted(profile, name, option, written)
        slug = self._choice(profile, name, option, options.get(name))
        if slug is not None:
            return name, slug, option.choices[slug].kubespawner_override
        if self.in_pods:
            raise ProfileError(
                f"Profile '{profile.slug}' needs a choice for '{name}'. Write one in '{name}{UNLISTED}'."
            )
        return None

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

    def _unlisted(self, profile: Profile, name: str, option: Option, written: Any) -> dict[str, Any]:
        place = f"'{name}{UNLISTED}' of profile '{profile.slug}'"
        if not self.in_pods:
            raise ProfileError(f"{place} cannot be had here: {_NO_IMAGES}")
        if not option.unlisted_choice.enabled:
            raise ProfileError(f"{place} takes no value. Choose one of: {', '.join(option.choices)}.")
        reason = option.unlisted_choice.why_not(written)
        if reason:
            raise ProfileError(f"{place} cannot be {str(written)[:200]!r}: {reason}.")
        return option.unlisted_choice.overrides(written)

    @staticmethod
    def _refuse_unknown(profile: Profile, options: Mapping[str, Any]) -> None:
        known = {"profile", *profile.profile_options, *(name + UNLISTED for name in profile.profile_options)}
        unknown = sorted(set(options) - known)
        if unknown:
            names = ", ".join(profile.profile_options) or "none"
            raise ProfileError(
                f"Profile '{profile.slug}' has no option '{unknown[0]}'. Its options: {names}."
            )

    def _others(self) -> str:
        slugs = [slug for slug, profile in self.by_slug.items() if not self.why_unavailable(profile)]
        return f"Choose one of: {', '.join(slugs)}." if slugs else "None of the others can be had either."


def read_profiles(
    content: Any, *, machine: Machine | None = None, in_pods: bool = False, limits: Limits | None = None
) -> Profiles:
    """Read profiles from what a file or a chart's values hold: a list, or a map with the limits beside it.

    Raises:
        ProfileError: If it has another shape; names the place and the fix.
    """
    try:
        if isinstance(content, dict) and "profile_list" in content:
            unknown = sorted(set(content) - {"profile_list", "limits"})
            if unknown:
                raise ProfileError(f"'{unknown[0]}' is not known beside profile_list. There is: limits.")
            limits = Limits.model_validate(content.get("limits") or {})
            content = content["profile_list"]
        profiles = TypeAdapter(list[Profile]).validate_python(content)
    except ValidationError as error:
        raise ProfileError(_explain(error)) from error
    return Profiles(profiles, machine or Machine.here(), in_pods=in_pods, limits=limits)


def load_profiles(
    path: Path | None = None, *, machine: Machine | None = None, in_pods: bool = False
) -> Profiles:
    """Read the profile file; without a path, the one that comes with us.

    Raises:
        ProfileError: If it cannot be read or has another shape; names the place and the fix.
    """
    path = path or DEFAULT_PROFILES
    try:
        return read_profiles(yaml.safe_load(path.read_text()), machine=machine, in_pods=in_pods)
    except (OSError, yaml.YAMLError) as error:
        raise ProfileError(f"Profile file {path} cannot be read ({' '.join(str(error).split())}).") from error
    except ProfileError as error:
        raise ProfileError(f"Profile file {path}: {error}") from error


def _explain(error: ValidationError) -> str:
    wrong = error.errors()[0]
    place = ".".join(str(part) for part in wrong["loc"])
    if error.title == Limits.__name__:
        return f"at limits.{place}: {wrong['msg']}. Write servers, gpus and hours, by default and for groups."
    return (
        f"at {place or 'the top'}: {wrong['msg']}. "
        "Write a list of profiles as KubeSpawner's profile_list has them."
    )


def _all_overrides(profile: Profile) -> list[dict[str, Any]]:
    choices = [c for option in profile.profile_options.values() for c in option.choices.values()]
    return [profile.kubespawner_override, *(choice.kubespawner_override for choice in choices)]


def _why_not_here(size: ServerSize, machine: Machine) -> str | None:
    if size.gpus == 0:
        return None
    others = sorted(set(size.gpu_kinds) - {GPU_RESOURCE})
    if others:
        return f"It takes {others[0]}, which Kubernetes alone shares out; here servers are local processes."
    if machine.gpus == 0:
        return "This machine has no NVIDIA GPU that nvidia-smi knows of."
    if size.gpus > machine.gpus:
        return f"It takes {size.gpus} GPUs; this machine has {machine.gpus}."
    return None
