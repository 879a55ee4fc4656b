"""Keep secrets out of what a run leaves behind.

A secret is the value of an environment variable whose name looks secret. It is masked as it
stands and as ``repr``, JSON, HTML and URLs write it.
"""

import html
import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

MASK = "***"
MIN_SECRET_LENGTH = 8
_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|KEY", re.IGNORECASE)
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
_HALF_ANSI = re.compile(r"\x1b(?:\[[0-?]{0,32}[ -/]{0,8})?\Z")


def find_secrets(environment: Mapping[str, str]) -> set[str]:
    """Give the values that must not be seen: 8 characters or more under a name that looks secret."""
    return {
        value
        for name, value in environment.items()
        if _SECRET_NAME.search(name) and len(value) >= MIN_SECRET_LENGTH and not value.isspace()
    }


def strip_ansi(text: str) -> str:
    """Take the terminal's colour codes out of a text."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def _spellings(secret: str) -> set[str]:
    """Give a secret as it may be written: plain, repr, JSON, HTML, URL."""
    plain = {secret, secret.strip()}
    written = {
        spelling
        for value in plain
        for spelling in (
            repr(value)[1:-1],
            repr(value + "'\"")[1:-4],  # in a text with both quotes repr escapes the single one
            json.dumps(value)[1:-1],
            json.dumps(value, ensure_ascii=False)[1:-1],
            html.escape(value),
            html.escape(value, quote=False),
            quote(value),
            quote(value, safe=""),
            quote_plus(value),
        )
    }
    return {spelling for spelling in plain | written if len(spelling) >= MIN_SECRET_LENGTH}


class Masker:
    """Replaces secrets in texts."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
        self.spellings = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
        self._pattern = re.compile("|".join(map(re.escape, self.spellings))) if self.spellings else None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Masker":
        """Make a masker of the secrets in an environment."""
        return cls(find_secrets(environment))

    def is_needed(self, text: str) -> bool:
        """Say whether a text holds a secret. Plain searches: several times faster than the pattern."""
        return any(spelling in text for spelling in self.spellings)

    def mask(self, text: str) -> str:
        """Replace every secret. A text whose colour codes hide one loses the codes too."""
        if self._pattern is None:
            return text
        if "\x1b" in text and self.is_needed(strip_ansi(text)):
            text = strip_ansi(text)
        # The mask may complete another secret with its neighbours, so again until none is left;
        # each round makes the text shorter, as a secret is longer than the mask.
        while self.is_needed(text):
            text = self._pattern.sub(MASK, text)
        return text

    def mask_pieces(self, pieces: list[str]) -> list[str]:
        """Mask a text that lies in pieces, so that a secret cut across two is found.

        The mask goes where the secret began. Pieces keep their places.
        """
        if not self.is_needed(strip_ansi("".join(pieces))):
            return pieces
        if len(pieces) == 1:
            return [self.mask(pieces[0])]
        # Not worth exact bookkeeping: what belongs together is shown together.
        return [self.mask("".join(pieces)), *[""] * (len(pieces) - 1)]


class StreamMasker:
    """Masks a text that arrives in chunks, and takes its colour codes out.

    It holds back an end that may be a secret's beginning, or half a colour code.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._held = ""

    def feed(self, chunk: str) -> str:
        """Take a chunk and give what can be shown now."""
        text = strip_ansi(self._held + chunk)
        half_code = _HALF_ANSI.search(text)
        body, tail = (text[: half_code.start()], half_code.group()) if half_code else (text, "")
        body = self._masker.mask(body)
        shown = len(body) - self._longest_beginning(body)
        self._held = body[shown:] + tail
        return body[:shown]

    def flush(self) -> str:
        """Give what is held back: nothing more comes."""
        text, self._held = self._held, ""
        return text

    def _longest_beginning(self, text: str) -> int:
        """Count the characters at the end that a secret may begin with."""
        return max(
            (
                length
                for spelling in self._masker.spellings
                for length in range(1, min(len(spelling) - 1, len(text)) + 1)
                if text.endswith(spelling[:length])
            ),
            default=0,
        )
