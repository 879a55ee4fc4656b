"""The self test's report as a page for people and as JSON for programs."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from onedata_hub.tour.report import Report


@dataclass(frozen=True)
class Outcome:
    """What came of a self test.

    Attributes:
        platform: The address that was tested.
        user: The account that was used.
        began: When, in UTC.
        seconds: How long it took.
        report: Its steps and what they found.
        versions: The version of each part that told one.
    """

    platform: str
    user: str
    began: datetime
    seconds: float
    report: Report
    versions: dict[str, str]

    @property
    def passed(self) -> bool:
        """Say whether every step happened."""
        return all(not step.refusal for step in self.report.steps)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write both files, named by the time at which it began; give their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"selftest-{self.began:%Y%m%dT%H%M%SZ}"
        page, record = folder / f"{stem}.md", folder / f"{stem}.json"
        page.write_text(self.as_markdown(), encoding="utf-8")
        record.write_text(json.dumps(self.as_json(), indent=2) + "\n", encoding="utf-8")
        return page, record

    def as_json(self) -> dict[str, Any]:
        """Give the report as JSON has it; times are ISO 8601 in UTC, durations are seconds."""
        return {
            "platform": self.platform,
            "user": self.user,
            "began": f"{self.began:%Y-%m-%dT%H:%M:%SZ}",
            "seconds": self.seconds,
            "passed": self.passed,
            "steps": [asdict(step) | {"passed": not step.refusal} for step in self.report.steps],
            "found": self.report.facts,
            "versions": self.versions,
        }

    def as_markdown(self) -> str:
        """Give the report as a page."""
        steps = [
            (str(number), step.name, f"{step.seconds:.1f}", step.refusal or "happened")
            for number, step in enumerate(self.report.steps, 1)
        ]
        return "\n".join(
            [
                f"# Self test: {'passed' if self.passed else 'FAILED'}",
                "",
                f"{self.platform} as `{self.user}`, {self.began:%d %B %Y %H:%M} UTC, {self.seconds:.0f} s.",
                "",
                *_table(("", "step", "seconds", "result"), steps),
                "",
                "## What it found",
                "",
                *_table(("what", "value"), self.report.facts.items()),
                "",
                "## Versions",
                "",
                *_table(("part", "version"), self.versions.items()),
                "",
            ]
        )


def _table(heads: tuple[str, ...], rows: Any) -> list[str]:
    cells = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in [list(heads), ["---"] * len(heads), *cells]]
