"""The page on which people choose a server: plain HTML, by keyboard and screen reader, light and dark."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from onedata_hub.amounts import count_gpus_in_words, cpus_in_words, memory_in_words
from onedata_hub.profile_list import UnlistedChoice
from onedata_hub.profiles import UNLISTED, Option, Profile, Profiles
from onedata_hub.server_size import ServerSize

Notes = Callable[[ServerSize], Sequence[str]]

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
  .od-options select, .od-options input { max-width: 100%; }
  .od-workspace { margin: 0 0 1rem; }
  .od-workspace label { font-size: 1.15rem; margin-right: .5rem; }
  .od-workspace p { margin: .25rem 0 0; color: var(--bs-secondary-color, #595c5f); }
</style>
"""


def render_form(
    profiles: Profiles,
    *,
    notes: Notes = lambda _: (),
    last: Mapping[str, Any] | None = None,
    workspaces: Sequence[str] = (),
) -> str:
    """Draw the form: the workspace where there is one to choose, one radio button for each profile, its options below.

    Args:
        profiles: What the user's groups may have.
        notes: What is to be said of a profile of such a size now: what is free, what would have to wait.
        last: What was chosen the last time; it is chosen again where it still can be.
        workspaces: Those whose servers have a place of their own, beside the user's.
    """
    if not profiles.by_slug:
        return (
            f'{_STYLE}<p role="alert">No kind of server is for any of your groups. '
            "Ask an administrator of this hub to add you to one.</p>"
        )
    chosen = _preselected(profiles, last or {})
    cards = "".join(
        _card(profiles, profile, notes, last or {}, chosen=profile is chosen)
        for profile in profiles.by_slug.values()
    )
    place = _workspace(workspaces, (last or {}).get("workspace")) if workspaces else ""
    return f'{_STYLE}{place}<fieldset class="od-profiles"><legend>Choose a server</legend>{cards}</fieldset>'


def read_form(form: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Turn what the form sent into KubeSpawner's user options, and the workspace if one was chosen.

    Options of other profiles than the chosen one are left out, and so are fields left empty.
    """
    profile = next(iter(form.get("profile", ())), "")
    prefix = f"profile-option-{profile}--"
    chosen = {
        name.removeprefix(prefix): values[0].strip()
        for name, values in form.items()
        if name.startswith(prefix) and values and values[0].strip()
    }
    workspace = next(iter(form.get("workspace", ())), "")
    always = {"profile": profile, "workspace": workspace}
    return {name: value for name, value in always.items() if value} | chosen


def _workspace(workspaces: Sequence[str], last: Any) -> str:
    entries = "".join(
        f'<option value="{escape(one)}"{" selected" if one == last else ""}>{escape(one)}</option>'
        for one in workspaces
    )
    return (
        '<div class="od-workspace"><label for="workspace">Workspace</label>'
        '<select id="workspace" name="workspace" class="form-select d-inline-block w-auto" '
        f'aria-describedby="workspace-words"><option value="">Your own</option>{entries}</select>'
        '<p id="workspace-words">'
        "You have a separate home in each of these. Files stay in theirs; share work as datasets.</p></div>"
    )


def _preselected(profiles: Profiles, last: Mapping[str, Any]) -> Profile | None:
    """Give the profile of the last time, else the default one, else the first that can be had."""
    before = last.get("profile")
    wanted = [profiles.by_slug.get(before) if isinstance(before, str) else None, profiles.default]
    can_be_had = (one for one in (*wanted, *profiles.by_slug.values()) if one)
    return next((one for one in can_be_had if not profiles.why_unavailable(one)), None)


def _card(
    profiles: Profiles, profile: Profile, notes: Notes, last: Mapping[str, Any], *, chosen: bool
) -> str:
    reason = profiles.why_unavailable(profile)
    identity = f"profile-{profile.slug}"
    state = (" checked" if chosen else "") + (" disabled" if reason else "")
    lines = [profile.description, *_facts(profiles, profile)]
    words = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    if reason:
        words += f'<p class="od-reason">Not available: {escape(reason)}</p>'
    else:
        said = notes(profiles.size(profile))
        words += "".join(f'<p class="od-reason">{escape(one)}</p>' for one in said)
    before = last if last.get("profile") == profile.slug else {}
    fields = profile.profile_options.items() if not reason else ()
    options = "".join(_fields(profiles, profile, name, option, before) for name, option in fields)
    return (
        f'<div class="od-profile"><input type="radio" name="profile" id="{identity}" '
        f'value="{escape(profile.slug)}" aria-describedby="{identity}-words" required{state}>'
        f'<label for="{identity}">{escape(profile.display_name)}</label>'
        f'<div id="{identity}-words">{words}</div>{options}</div>'
    )


def _facts(profiles: Profiles, profile: Profile) -> list[str]:
    size = profiles.size(profile)
    facts = [_cpu_fact(profiles, size), _memory_fact(profiles, size)]
    facts += [count_gpus_in_words(kind, count) for kind, count in size.gpu_kinds.items()]
    lines = [" · ".join(fact for fact in facts if fact)]
    ignored = profiles.ignored_keys(profile)
    if ignored:
        lines.append(f"Not used for local processes: {', '.join(ignored)}.")
    return lines


def _cpu_fact(profiles: Profiles, size: ServerSize) -> str:
    if size.cpus is None:
        return ""
    if profiles.in_pods:
        return cpus_in_words(size.cpus)
    if size.cpus >= profiles.machine.cpus:
        return f"all {profiles.machine.cpus} CPUs of this machine"
    if not profiles.machine.limits_cpus:
        return f"up to {profiles.machine.cpus} CPUs (this system cannot hold it to {size.cpus:g})"
    return cpus_in_words(size.cpus)


def _memory_fact(profiles: Profiles, size: ServerSize) -> str:
    if size.memory_bytes is None:
        return ""
    amount = memory_in_words(size.memory_bytes)
    if profiles.in_pods:
        return f"{amount} of memory"
    if not profiles.machine.limits_memory:
        return f"memory without a limit (this system cannot hold it to {amount})"
    if size.memory_bytes > profiles.machine.memory_bytes:
        return f"all {memory_in_words(profiles.machine.memory_bytes)} of memory of this machine"
    return f"{amount} of memory for each kernel"


def _fields(profiles: Profiles, profile: Profile, name: str, option: Option, last: Mapping[str, Any]) -> str:
    """Draw an option: what there is to choose from, and a field for a value of one's own."""
    field = f"profile-option-{profile.slug}--{name}"
    unlisted = option.unlisted_choice if profiles.in_pods and option.unlisted_choice.enabled else None
    drawn = _select(profiles, profile, option, field, last.get(name)) if option.choices else ""
    if unlisted:
        needs = not option.choices
        drawn += _text(unlisted, option, f"{field}{UNLISTED}", last.get(name + UNLISTED), needs=needs)
    return f'<div class="od-options">{drawn}</div>' if drawn else ""


def _select(profiles: Profiles, profile: Profile, option: Option, field: str, last: Any) -> str:
    chosen = profiles.default_choice(profile, option)
    if last in option.choices and not profiles.why_choice_unavailable(profile, option.choices[last]):
        chosen = last
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
    attributes = f'id="{escape(field)}" name="{escape(field)}" class="form-select d-inline-block w-auto"'
    select = f"<select {attributes}>{''.join(entries)}</select>"
    return f'<label for="{escape(field)}">{escape(option.display_name)}</label>{select}{why}'


def _text(unlisted: UnlistedChoice, option: Option, field: str, last: Any, *, needs: bool) -> str:
    hint = "" if needs else f"Leave it empty for the {option.display_name.lower()} chosen above."
    told = " ".join(part for part in (unlisted.validation_message, hint) if part)
    value = f' value="{escape(last)}"' if isinstance(last, str) else ""
    # No `required`: the browser would ask for it though another profile is chosen. The hub's check does.
    return (
        f'<p><label for="{escape(field)}">{escape(unlisted.display_name)}</label>'
        f'<input type="text" id="{escape(field)}" name="{escape(field)}"{value} autocomplete="off" '
        f'spellcheck="false" class="form-control" aria-describedby="{escape(field)}-words"></p>'
        f'<p id="{escape(field)}-words">{escape(told)}</p>'
    )
