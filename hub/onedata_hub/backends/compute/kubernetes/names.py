"""Names that Kubernetes takes: of our objects, and those that KubeSpawner gives a user's.

A run's pod mounts the home that KubeSpawner made for the user's server, so a name in a template
must come out as KubeSpawner writes it. Its own code is not imported: it brings the hub with it.
Source: kubespawner.slugs and KubeSpawner._expand_user_properties, version 7.
"""

import hashlib
import re
import string
from typing import Any

from onedata_hub.backends.compute.base import ComputeError
from onedata_hub.naming import safe_slug as our_slug

_OBJECT = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_HASH_LENGTH = 8
_PART = b"\xff"  # between the names that one digest is of; in UTF-8 it is part of none
_LONGEST_USER = 48
_LONGEST_ALONE = 46  # room for the two hyphens that part a user's name from a server's
_LONGEST_OF_TWO = 17  # of each name, where both would be too long together; one that is empty is x
_LONGEST_LABEL = 32  # of a name that cannot be a label as it is
_UNESCAPED = frozenset(string.ascii_lowercase + string.digits)


def job_name(reference: str) -> str:
    """Name an attempt's Job: a DNS label that no other reference shares, short enough for its pods' names."""
    return f"run-{our_slug(reference, longest=48)}"


def label_value(text: str) -> str:
    """Give a text as a label's value: itself where it can be one, else something legible and unique."""
    return text if _LABEL.fullmatch(text) else our_slug(text, longest=60)


def kubespawner_slug(name: str, longest: int = _LONGEST_USER) -> str:
    """Write a user's name as KubeSpawner's scheme ``safe`` does."""
    if "--" not in name and len(name) <= longest and _OBJECT.fullmatch(name):
        return name
    return _hashed(name, longest)


def kubespawner_server_slug(user: str) -> str:
    """Write the name of a user's default server as KubeSpawner's ``{user_server}`` does."""
    alone = kubespawner_slug(user)
    if len(alone) <= _LONGEST_ALONE:
        return alone
    return f"{_legible(user, _LONGEST_OF_TWO)}--x---{_digest(user.encode() + _PART)}"


def kubespawner_label(name: str) -> str:
    """Write a user's name as the value of KubeSpawner's labels."""
    return name if "--" not in name and _LABEL.fullmatch(name) else _hashed(name, _LONGEST_LABEL)


def _hashed(name: str, longest: int) -> str:
    return f"{_legible(name, longest - (_HASH_LENGTH + 3))}---{_digest(name.encode())}"


def _legible(name: str, longest: int) -> str:
    """Keep what can stand in an object's name."""
    kept = re.sub(r"[^a-z0-9]+", "-", name.lower()).lstrip("-")[:longest].rstrip("-")
    if kept and not kept[0].isalpha():
        kept = "x-" + kept[: longest - 2]
    return kept or "x"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]


def escaped(name: str) -> str:
    """Write a user's name as KubeSpawner's old scheme ``escape`` does."""
    return "".join(
        character if character in _UNESCAPED else "".join(f"-{byte:x}" for byte in character.encode())
        for character in name
    ).lower()


class Templates:
    """Fills KubeSpawner's templates for one user's default server.

    Args:
        user: The user's name.
        pvc_name: KubeSpawner's ``pvc_name_template``.
        is_legacy: Write names as KubeSpawner did before version 7.
    """

    def __init__(self, user: str, pvc_name: str = "", *, is_legacy: bool = False) -> None:
        safe, safe_server = kubespawner_slug(user), kubespawner_server_slug(user)
        old = escaped(user)
        self._values = {
            "unescaped_username": user,
            "unescaped_servername": "",
            "username": old if is_legacy else safe,
            "servername": "",
            "user_server": old if is_legacy else safe_server,
            "safe_username": safe,
            "safe_servername": "",
            "safe_user_server": safe_server,
            "escaped_username": old,
            "escaped_servername": "",
            "escaped_user_server": f"{old}--",
        }
        if pvc_name:
            self._values["pvc_name"] = self._fill(pvc_name)

    def fill(self, value: Any) -> Any:
        """Fill every text in a value.

        Raises:
            ComputeError: If a template names what a run's pod has not; says what there is.
        """
        if isinstance(value, dict):
            return {name: self.fill(content) for name, content in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        return self._fill(value) if isinstance(value, str) else value

    def _fill(self, text: str) -> str:
        try:
            filled = text.format(**self._values)
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            known = ", ".join(f"{{{name}}}" for name in self._values)
            raise ComputeError(
                f"The template {text!r} of the pod settings cannot be filled ({error}). A run's pod knows {known}."
            ) from error
        # KubeSpawner drops what an empty server name leaves at the end.
        return filled if text.endswith("-") else filled.rstrip("-")
