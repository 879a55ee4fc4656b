"""``onedata doctor``."""

from pathlib import Path
from typing import Annotated

import typer

_MARKS = {
    "ok": "[green]ok[/]",
    "off": "[dim]off[/]",
    "warning": "[yellow]look[/]",
    "broken": "[red]broken[/]",
}


def doctor(
    state_dir: Annotated[
        Path | None, typer.Option(help="State folder; ./.onedata or $ONEDATA_HOME where none is named.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port people reach.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check each part of the platform, and say how to mend what is broken."""
    from onedata_hub.launch.diagnosis import diagnose

    findings = diagnose(home=state_dir, port=port)
    if as_json:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("part", "state", "what is true", "what to do"):
            table.add_column(heading, overflow="fold")
        for finding in findings:
            table.add_row(finding.part, _MARKS[finding.state], finding.detail, finding.advice)
        Console().print(table)
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(1)
