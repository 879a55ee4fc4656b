"""The profiles of the platform's one file, read again when it changes."""

from functools import lru_cache
from pathlib import Path

from onedata.contract.profiles import ServerProfile, ServerProfiles

from onedata_hub.profiles import (
    DEFAULT_PROFILES,
    Profile,
    Profiles,
    load_profiles,
)
from onedata_hub.server_size import ProfileError, ServerSize
from onedata_hub.studio.errors import Invalid, Unavailable
from onedata_hub.studio.settings import StudioSettings


def list_profiles(settings: StudioSettings) -> ServerProfiles:
    """Give every profile, those too that cannot be had here.

    Raises:
        Unavailable: If the profiles' file is broken.
    """
    profiles = _read(settings)
    return ServerProfiles(profiles=[_shown(profiles, one) for one in profiles.by_slug.values()])


def check_profile(settings: StudioSettings, profile: str | None) -> ServerSize:
    """Give what a profile comes to; without a name, the default one.

    Raises:
        Invalid: If there is no such profile here; names those there are.
        Unavailable: If the profiles' file is broken.
    """
    profiles = _read(settings)
    try:
        return profiles.select({"profile": profile} if profile else {})
    except ProfileError as error:
        raise Invalid(str(error), code="unknown_profile") from error


def _shown(profiles: Profiles, profile: Profile) -> ServerProfile:
    size = profiles.size(profile)
    return ServerProfile(
        name=profile.slug,
        display_name=profile.display_name,
        description=profile.description,
        default=profile is profiles.default,
        memory_bytes=size.memory_bytes,
        cpus=size.cpus,
        gpus=size.gpus,
        unavailable=profiles.why_unavailable(profile),
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
