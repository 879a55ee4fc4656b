"""What a full disk says, wherever something is written."""

import errno

_FULL = {errno.ENOSPC, errno.EDQUOT}


def is_about_room(error: BaseException) -> bool:
    """Say whether an error is that of a full disk or quota, in space or in number of files."""
    return isinstance(error, OSError) and error.errno in _FULL
