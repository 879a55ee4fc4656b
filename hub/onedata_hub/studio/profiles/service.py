"""The profiles of the platform's one file, read again when it changes."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path

from onedata.contract.profiles import ProfileChoice, ProfileOption, ServerProfile, ServerProfiles

from onedata_hub.profiles import (
    DEFAULT_PROFILES,
    Option,
    Profile,
    Profiles,
    load_profiles,
)
from onedata_hub.server_size import ProfileError, ProfileForbidden, ServerSize
from onedata_hub.studio.errors import Forbidden, Invalid, Unavailable
from onedata_hub.studio.settings import StudioSettings


def list_profiles(settings: StudioSettings, groups: Collection[str]) -> ServerProfiles:
    """Give every profile, those too that people in these groups cannot have.

    Raises:
        Unavailable: If the profiles' file is broken.
    """
    every = _read(settings)
    own = every.of(groups)
    return ServerProfiles(
        profiles=[_shown(own, own.by_slug.get(slug, one)) for slug, one in every.by_slug.items()]
    )


def check_profile(
    settings: StudioSettings,
    profile: str | None,
    options: Mapping[str, str],
    groups: Collection[str] | None = None,
) -> ServerSize:
    """Give what a profile comes to for people in these hub groups; without a name, the default one.

    The options are what is chosen within it, by KubeSpawner's names. Without groups, who may have it is not asked:
    that was checked before.

    Raises:
        Forbidden: If it is for other groups.
        Invalid: If there is no such profile or choice here, or it takes more than the user may have.
        Unavailable: If the profiles' file is broken.
    """
    profiles = _read(settings)
    try:
        return (profiles if groups is None else profiles.of(groups)).select(
            {**options, **({"profile": profile} if profile else {})}
        )
    except ProfileForbidden as error:
        raise Forbidden(str(error), code="profile_of_other_groups") from error
    except ProfileError as error:
        raise Invalid(str(error), code="unknown_profile") from error


def _shown(own: Profiles, profile: Profile) -> ServerProfile:
    size = own.size(profile)
    return ServerProfile(
        name=profile.slug,
        display_name=profile.display_name,
        description=profile.description,
        default=own.default is not None and profile.slug == own.default.slug,
        memory_bytes=size.memory_bytes,
        cpus=size.cpus,
        gpus=size.gpus,
        unavailable=own.why_unavailable(profile),
        options=[_option(own, profile, name, one) for name, one in profile.profile_options.items()],
    )


def _option(own: Profiles, profile: Profile, name: str, option: Option) -> ProfileOption:
    default = own.default_choice(profile, option)
    unlisted = option.unlisted_choice
    return ProfileOption(
        name=name,
        display_name=option.display_name,
        choices=[
            ProfileChoice(
                name=slug,
                display_name=choice.display_name,
                default=slug == default,
                unavailable=own.why_choice_unavailable(profile, choice),
            )
            for slug, choice in option.choices.items()
        ],
        unlisted=unlisted.display_name if unlisted.enabled and own.in_pods else None,
    )


def _read(settings: StudioSettings) -> Profiles:
    """Give the profiles as the file has them now."""
    path = settings.profiles_file or DEFAULT_PROFILES
    try:
        return _load(path, path.stat().st_mtime_ns, settings.compute == "kubernetes")
    except OSError as error:
        raise _broken(f"Profile file {path} cannot be read ({error.strerror}).") from error
    except ProfileError as error:
        raise _broken(str(error)) from error


def _broken(said: str) -> Unavailable:
    return Unavailable(f"{said} An administrator can run `onedata doctor`.")


@lru_cache(maxsize=8)
def _load(path: Path, _changed: int, in_pods: bool) -> Profiles:
    return load_profiles(path, in_pods=in_pods)
