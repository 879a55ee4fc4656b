"""Object keys: every key starts with its workspace, and none leads out of it.

Layout below a workspace: ``files/md5/ab/cdef…`` (DVC's own), ``notebooks/…``, ``runs/…``.
Source: DVC 3, cache directory layout (``files/md5``, first two hex digits as folder).
"""

import re

from onedata.contract.names import WORKSPACE_PATTERN

from onedata_hub.backends.objects.errors import BadKey

LONGEST_KEY = 1_024  # bytes; the S3 API's own limit (CreateObject, "Key length constraints")
STAGING = "staging"
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_WORKSPACE = re.compile(WORKSPACE_PATTERN)
_DIGEST = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
_UPLOAD = re.compile(r"[A-Za-z0-9-]{1,64}")


def is_workspace(name: str) -> bool:
    """Say whether a name can be a workspace's."""
    return _WORKSPACE.fullmatch(name) is not None


def checked_workspace(workspace: str) -> str:
    """Give the workspace back if it is a legal name.

    Raises:
        BadKey: If it is not.
    """
    if not is_workspace(workspace):
        raise BadKey(f"'{workspace}' is not a workspace name.")
    return workspace


def checked_upload_id(upload_id: str) -> str:
    """Give the upload's id back if it can name a folder.

    Raises:
        BadKey: If it cannot.
    """
    if _UPLOAD.fullmatch(upload_id) is None:
        raise BadKey(f"'{upload_id}' is not an upload's id.")
    return upload_id


def checked_key(key: str) -> str:
    """Give the key back if it is ``<workspace>/<part>/…`` of plain parts outside the staging area.

    Raises:
        BadKey: If it is not; says what a key looks like.
    """
    workspace, _, rest = key.partition("/")
    parts = rest.split("/")
    plain = all(_PART.fullmatch(part) for part in parts)
    if not plain or parts[0] == STAGING or len(key) > LONGEST_KEY or not is_workspace(workspace):
        raise BadKey(
            f"'{key}' is not an object key. A key is <workspace>/<part>/<part>…, "
            f"of parts with a-z, A-Z, 0-9, '.', '_' and '-' that do not start with '.' or '-'."
        )
    return key


def checked_prefix(prefix: str) -> str:
    """Give the prefix back if it is a workspace or a key, each with a slash at the end.

    Raises:
        BadKey: If it is not.
    """
    bare = prefix.removesuffix("/")
    if not prefix.endswith("/"):
        raise BadKey(f"'{prefix}' is not a prefix: it needs a '/' at its end.")
    if "/" in bare:
        checked_key(bare)
    else:
        checked_workspace(bare)
    return prefix


def object_key(workspace: str, digest: str) -> str:
    """Give the key of a file (its MD5) or of a folder's manifest (``<md5>.dir``).

    Raises:
        BadKey: If workspace or digest has another shape.
    """
    if _DIGEST.fullmatch(digest) is None:
        raise BadKey(f"'{digest}' is not an MD5 digest.")
    return f"{checked_workspace(workspace)}/files/md5/{digest[:2]}/{digest[2:]}"


def digest_of_key(key: str) -> str | None:
    """Give the digest an object key stands for; None where the key names no content-addressed object."""
    parts = key.split("/")
    if len(parts) != 5 or parts[1:3] != ["files", "md5"]:
        return None
    digest = parts[3] + parts[4]
    return digest if _DIGEST.fullmatch(digest) else None
