"""The page on which people choose a server: plain HTML, by keyboard and screen reader, light and dark."""

from collections.abc import Mapping, Sequence
from html import escape

from onedata_hub.profiles import Option, Profile, Profiles
from onedata_hub.server_size import ServerSize

_STYLE = """
<style>
  .od-profiles { border: 0; padding: 0; margin: 0; }
  .od-profiles > legend { font-size: 1.15rem; margin-bottom: .75rem; }
  .od-profile { border: 1px solid var(--bs-border-color, #ced4da); border-radius: .5rem;
    padding: .75rem 1rem; margin-bottom: .6rem; }
  .od-profile:has(input[type=radio]:checked) { border-color: var(--bs-primary, #0d6efd);
    box-shadow: inset 0 0 0 1px var(--bs-primary, #0d6efd); }
  .od-profile > label { font-weight: 600; cursor: pointer; }
  .od-profile input[type=radio] { margin-right: .5rem; }
  .od-profile p { margin: .15rem 0 0 1.35rem; color: var(--bs-secondary-color, #595c5f); }
  .od-profile .od-reason { color: var(--bs-body-color, #212529); font-style: italic; }
  .od-options { margin: .5rem 0 0 1.35rem; display: none; }
  .od-profile:has(input[type=radio]:checked) .od-options { display: block; }
  .od-options label { margin-right: .5rem; }
  .od-options select { max-width: 100%; }
</style>
"""
_MIB = 2**20


def render_form(profiles: Profiles) -> str:
    """Draw the form: one radio button for each profile, its options below it."""
    default = profiles.default
    if profiles.why_unavailable(default):
        default = next((p for p in profiles.by_slug.values() if not profiles.why_unavailable(p)), default)
    cards = "".join(
        _card(profiles, profile, chosen=profile is default) for profile in profiles.by_slug.values()
    )
    return f'{_STYLE}<fieldset class="od-profiles"><legend>Choose a server</legend>{cards}</fieldset>'


def read_form(form: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Turn what the form sent into KubeSpawner's user options.

    Options of other profiles than the chosen one are left out.
    """
    profile = next(iter(form.get("profile", ())), "")
    prefix = f"profile-option-{profile}--"
    chosen = {
        name.removeprefix(prefix): values[0]
        for name, values in form.items()
        if name.startswith(prefix) and values
    }
    return ({"profile": profile} if profile else {}) | chosen


def _card(profiles: Profiles, profile: Profile, *, chosen: bool) -> str:
    reason = profiles.why_unavailable(profile)
    identity = f"profile-{profile.slug}"
    state = (" checked" if chosen else "") + (" disabled" if reason else "")
    lines = [profile.description, *_facts(profiles, profile)]
    words = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    if reason:
        words += f'<p class="od-reason">Not available: {escape(reason)}</p>'
    options = (
        ""
        if reason
        else "".join(
            _select(profiles, profile, name, option) for name, option in profile.profile_options.items()
        )
    )
    return (
        f'<div class="od-profile"><input type="radio" name="profile" id="{identity}" '
        f'value="{escape(profile.slug)}" aria-describedby="{identity}-words" required{state}>'
        f'<label for="{identity}">{escape(profile.display_name)}</label>'
        f'<div id="{identity}-words">{words}</div>{options}</div>'
    )


def _facts(profiles: Profiles, profile: Profile) -> list[str]:
    size = profiles.size(profile)
    facts = [fact for fact in (_cpu_fact(profiles, size), _memory_fact(profiles, size)) if fact]
    ignored = profiles.ignored_keys(profile)
    lines = [" · ".join(facts)]
    if ignored:
        lines.append(f"Not used for local processes: {', '.join(ignored)}.")
    return lines


def _cpu_fact(profiles: Profiles, size: ServerSize) -> str:
    if size.cpus is None:
        return ""
    if size.cpus >= profiles.machine.cpus:
        return f"all {profiles.machine.cpus} CPUs of this machine"
    if not profiles.machine.limits_cpus:
        return f"up to {profiles.machine.cpus} CPUs (this system cannot hold it to {size.cpus:g})"
    return f"{size.cpus:g} CPU" + ("" if size.cpus == 1 else "s")


def _memory_fact(profiles: Profiles, size: ServerSize) -> str:
    if size.memory_bytes is None:
        return ""
    if not profiles.machine.limits_memory:
        return f"memory without a limit (this system cannot hold it to {_memory(size.memory_bytes)})"
    if size.memory_bytes > profiles.machine.memory_bytes:
        return f"all {_memory(profiles.machine.memory_bytes)} of memory of this machine"
    return f"{_memory(size.memory_bytes)} of memory for each kernel"


def _memory(size_bytes: int) -> str:
    mib = size_bytes / _MIB
    return f"{mib / 1024:.3g} GB" if mib >= 1024 else f"{mib:.3g} MB"


def _select(profiles: Profiles, profile: Profile, name: str, option: Option) -> str:
    field = f"profile-option-{profile.slug}--{name}"
    chosen = profiles.default_choice(profile, option)
    entries: list[str] = []
    reasons: dict[str, None] = {}
    for slug, choice in option.choices.items():
        reason = profiles.why_choice_unavailable(profile, choice)
        if reason:
            reasons[reason] = None
        state = (" selected" if slug == chosen else "") + (" disabled" if reason else "")
        suffix = " (not available)" if reason else ""
        entries.append(
            f'<option value="{escape(slug)}"{state}>{escape(choice.display_name + suffix)}</option>'
        )
    if chosen is None:
        entries.insert(0, '<option value="" selected>as it is here</option>')
    why = "".join(f'<p class="od-reason">Not available: {escape(reason)}</p>' for reason in reasons)
    attributes = f'id="{field}" name="{field}" class="form-select d-inline-block w-auto"'
    select = f"<select {attributes}>{''.join(entries)}</select>"
    label = f'<label for="{field}">{escape(option.display_name)}</label>'
    return f'<div class="od-options">{label}{select}{why}</div>'
