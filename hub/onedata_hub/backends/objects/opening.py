"""From a store's URL to its adapter."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from onedata_hub.backends.objects.base import ObjectStore
from onedata_hub.backends.objects.errors import BadStoreUrl

_EXAMPLES = "Write file:///srv/onedata/objects or s3://bucket/prefix?endpoint_url=http://localhost:9000."
_FOLDER_OPTIONS = {"verify_md5"}
_S3_OPTIONS = {"endpoint_url", "public_endpoint_url", "region"}


def open_store(url: str) -> ObjectStore:
    """Open the object store a URL names; nothing is contacted yet (``check`` does that).

    ``file:///path`` is a folder (``file:path`` one below the working folder). With ``?verify_md5=true``
    each staged file is read again before it is taken, at the cost of that reading; S3 checks digests
    itself, because they are signed into the URLs.
    ``s3://bucket/prefix`` is any S3; its options are ``endpoint_url`` (where the studio reaches
    it), ``public_endpoint_url`` (where kernels reach it, if elsewhere) and ``region``. Credentials
    come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the file that
    AWS_SHARED_CREDENTIALS_FILE names, or the machine's role, never from the URL.

    Args:
        url: The store's URL.

    Raises:
        BadStoreUrl: If the URL has another scheme, credentials, or an unknown option.
    """
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise BadStoreUrl(
            "The object store's URL holds credentials. Take them out of the URL and put them into "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a file that AWS_SHARED_CREDENTIALS_FILE names."
        )
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost") or not parts.path.strip("/"):
            raise BadStoreUrl(f"'{url}' is not a folder's URL. {_EXAMPLES}")
        from onedata_hub.backends.objects.folder import FolderStore

        verify = _options(url, "A folder's URL takes", _FOLDER_OPTIONS).get("verify_md5", "false")
        if verify not in ("true", "false"):
            raise BadStoreUrl(f"'{url}' has verify_md5={verify}. Write true or false.")
        return FolderStore(Path(unquote(parts.path)), verify_md5=verify == "true")
    if parts.scheme == "s3" and parts.netloc:
        options = _options(url, "Credentials come from the environment; an S3 URL takes", _S3_OPTIONS)
        from onedata_hub.backends.objects.s3 import S3Store

        return S3Store(parts.netloc, parts.path.strip("/"), **options)
    raise BadStoreUrl(f"'{url}' is not an object store's URL. {_EXAMPLES}")


def _options(url: str, takes: str, known: set[str]) -> dict[str, str]:
    options = {
        key: values[-1] for key, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()
    }
    if unknown := sorted(set(options) - known):
        raise BadStoreUrl(f"'{url}' has the unknown option {unknown[0]}. {takes} {', '.join(sorted(known))}.")
    return options
