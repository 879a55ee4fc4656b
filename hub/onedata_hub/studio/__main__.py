"""``python -m onedata_hub.studio [serve|migrate [--wait]|openapi]``: what the hub starts, and what comes before."""

import json
import os
import sys

from pydantic import ValidationError

from onedata_hub.studio.settings import StudioSettings


def main(arguments: list[str]) -> int:
    """Run one of the commands; give the exit status.

    Each loads what it needs: `onedata up` waits for a migration before it starts anything.
    """
    command = arguments[0] if arguments else "serve"
    try:
        settings = StudioSettings()
    except ValidationError as error:
        for wrong in error.errors():
            name = "_".join(str(part) for part in wrong["loc"]).upper()
            print(
                f"Setting ONEDATA_STUDIO_{name}: {wrong['msg']}. Correct it and start again.", file=sys.stderr
            )
        return 2
    if command == "migrate":
        return _migrate(settings.database_url, wait="--wait" in arguments[1:])
    elif command == "serve":
        from onedata_hub.launch.parent import exit_with_parent
        from onedata_hub.serving import loading, serve

        with loading():
            from onedata_hub.studio.app import create_app
            from onedata_hub.studio.assemble import assemble

        exit_with_parent()
        prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "").rstrip("/")
        context = assemble(settings)
        return serve(create_app(context, prefix=prefix), context.stop)
    elif command == "openapi":
        from onedata_hub.studio.app import describe_api

        print(json.dumps(describe_api(), indent=2))
    else:
        print(f"'{command}' is not a command of the studio. Use serve, migrate or openapi.", file=sys.stderr)
        return 2
    return 0


def _migrate(url: str, *, wait: bool) -> int:
    # Alembic: a studio that serves has no use for it
    from sqlalchemy.exc import OperationalError

    from onedata_hub.studio.database import why_refused
    from onedata_hub.studio.migrate import migrate, migrate_when_there_is_room

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    try:
        if wait:
            migrate_when_there_is_room(url, say)
        else:
            migrate(url)
    except OperationalError as error:
        say(f"The studio's database refuses to be brought up to date: {why_refused(error)}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
