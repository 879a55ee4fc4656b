"""Keep the translations in step with the code: collect every string for people, and look for its translation.

Without an argument the file is put in order: new strings come in with an empty translation, unused ones go.
With ``--check`` nothing is written; strings without a translation, unused ones and translations whose
placeholders differ are named, and the exit status is 1.

The file is Jed's JSON as JupyterLab reads it. A plural has two entries even where a language has one form:
JupyterLab takes a list of one for a singular. Its ``language`` is written ``zh-CN``; JupyterLab ignores others.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent / "extensions"
LOCALE = ROOT / "onedata_lab" / "locale" / "zh_CN" / "LC_MESSAGES" / "onedata.json"
HEADER = {"domain": "onedata", "language": "zh-CN", "plural_forms": "nplurals=1; plural=0;"}
_CONTEXT_END = "\u0004"
_CALL = re.compile(r"\.\s*(__|_n|_p|_np|gettext|ngettext|pgettext|npgettext)\s*\(")
_LITERAL = re.compile(
    r"""\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\$]|\\.)*)`)\s*""", re.DOTALL
)
_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|.|\n)", re.DOTALL)
_PLACEHOLDER = re.compile(r"%\d+")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
# How many leading texts each kind of call has: (context), singular, (plural).
_TEXTS = {"__": 1, "_n": 2, "_p": 2, "_np": 3, "gettext": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}


class NotPlainText(Exception):
    """A call whose text is put together when it runs: no tool can find what to translate."""


@dataclass(frozen=True)
class Message:
    """A string for people, by the key that JupyterLab looks it up with."""

    key: str
    plural: str | None
    place: str


def collect(packages: Path) -> Iterator[Message]:
    """Give every string of every package.

    Raises:
        NotPlainText: If a call has something else than plain text; names its place.
    """
    for path in sorted((*packages.glob("*/src/**/*.ts"), *packages.glob("*/src/**/*.tsx"))):
        if ".test." not in path.name:
            yield from messages_of(path.read_text(encoding="utf-8"), str(path.relative_to(packages)))


def messages_of(source: str, name: str) -> Iterator[Message]:
    """Give the strings of one file.

    Raises:
        NotPlainText: If a call has something else than plain text; names its place.
    """
    for call in _CALL.finditer(source):
        place = f"{name}:{source.count(chr(10), 0, call.start()) + 1}"
        kind = call[1]
        texts: list[str] = []
        end = call.end()
        for number in range(_TEXTS[kind]):
            if number:
                end = _skip_comma(source, end, place)
            text, end = _read_text(source, end, place)
            texts.append(text)
        context = f"{texts.pop(0)}{_CONTEXT_END}" if kind in {"_p", "_np", "pgettext", "npgettext"} else ""
        yield Message(context + texts[0], texts[1] if len(texts) > 1 else None, place)


def _read_text(source: str, start: int, place: str) -> tuple[str, int]:
    """Read literals joined by ``+``; give the text and where it ends."""
    text = ""
    while True:
        found = _LITERAL.match(source, start)
        if found is None:
            raise NotPlainText(f"{place}: write the text to translate as plain text in the call itself.")
        text += _unescape(next(part for part in found.groups() if part is not None))
        start = found.end()
        if source[start] != "+":
            if source[start] not in ",)":
                raise NotPlainText(f"{place}: write the text to translate as plain text in the call itself.")
            return text, start
        start += 1


def _skip_comma(source: str, start: int, place: str) -> int:
    if source[start] != ",":
        raise NotPlainText(f"{place}: a plural takes its singular and its plural, both as plain text.")
    return start + 1


def _unescape(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        code = found[2] or found[3]
        return chr(int(code, 16)) if code else _LETTERS.get(found[1], found[1])

    return _ESCAPE.sub(plain, text)


def problems(messages: list[Message], translations: dict[str, Any]) -> list[str]:
    """Say what is wrong with the translations; nothing if all is well."""
    said = []
    used = {message.key for message in messages}
    for message in sorted({message.key: message for message in messages}.values(), key=lambda one: one.key):
        forms = translations.get(message.key)
        shown = message.key.replace(_CONTEXT_END, " | ")
        if not forms or not forms[0]:
            said.append(f"{message.place}: '{shown}' has no translation.")
        elif message.plural is not None and len(forms) < 2:
            said.append(f"{message.place}: '{shown}' is a plural; give it two entries, the second one empty.")
        elif _placeholders(forms[0]) != _placeholders(message.key) | _placeholders(message.plural or ""):
            said.append(f"{message.place}: '{shown}' and its translation differ in their placeholders.")
    said += [
        f"'{key}' is translated and not used any more." for key in sorted(set(translations) - used - {""})
    ]
    if translations.get("") != HEADER:
        said.append(f"The header is not {json.dumps(HEADER)}.")
    return said


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def in_order(messages: list[Message], translations: dict[str, Any]) -> dict[str, Any]:
    """Give the file's new content: what is used, by its key, with what has been translated before."""
    ordered: dict[str, Any] = {"": HEADER}
    for message in sorted(messages, key=lambda one: one.key):
        forms = (translations.get(message.key) or [""])[:1]
        ordered[message.key] = [*forms, ""] if message.plural is not None else forms
    return ordered


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` compare; give the exit status."""
    if arguments not in ([], ["--check"]):
        print(f"'{' '.join(arguments)}' is not known. Use --check, or nothing to write.", file=sys.stderr)
        return 2
    try:
        messages = list(collect(ROOT / "packages"))
    except NotPlainText as error:
        print(error, file=sys.stderr)
        return 1
    translations = json.loads(LOCALE.read_text(encoding="utf-8")) if LOCALE.is_file() else {}
    if not arguments:
        translations = in_order(messages, translations)
        LOCALE.parent.mkdir(parents=True, exist_ok=True)
        LOCALE.write_text(json.dumps(translations, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    said = problems(messages, translations)
    for sentence in said:
        print(sentence, file=sys.stderr)
    if said and arguments:
        print(f"Run python tools/make_locale.py, then translate in {LOCALE.name}.", file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
