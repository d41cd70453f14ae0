"""Where things live in a program folder. Nothing else knows a path by convention."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pitcairn.errors import PitcairnError, SpecError

PROGRAM_FILE = "program.yaml"
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_ID = 64
"""File systems bound the names of folders, and pages and terminals have to show them."""
"""Pilot ids name folders and end up in links: small letters, digits, single hyphens."""


@dataclass(frozen=True, slots=True)
class ProgramFolder:
    """A folder with a `program.yaml`, and the names of everything under it."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> ProgramFolder:
        """The nearest folder, from `start` upwards, that holds a `program.yaml`; SpecError when there is none."""
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / PROGRAM_FILE).is_file():
                return cls(folder)
        raise SpecError(
            f"There is no {PROGRAM_FILE} in {start} or above it.",
            hint="make a program with: pitcairn init NAME   (or point to one with -C DIR)",
        )

    @property
    def program_file(self) -> Path:
        return self.root / PROGRAM_FILE

    @property
    def ledger_file(self) -> Path:
        return self.root / "ledger.db"

    @property
    def schema_folder(self) -> Path:
        return self.root / ".pitcairn" / "schema"

    @property
    def scratch(self) -> Path:
        """Where the engine may spill; safe to delete whenever nothing runs."""
        return self.root / ".pitcairn" / "scratch"

    @property
    def pilots(self) -> Path:
        return self.root / "pilots"

    def pilot_ids(self) -> tuple[str, ...]:
        """Every folder under `pilots/` that holds a `pilot.yaml`, in order of name."""
        return tuple(sorted(path.parent.name for path in self.pilots.glob("*/pilot.yaml")))

    def pilot_folder(self, pilot: str) -> Path:
        if not ID.fullmatch(pilot) or len(pilot) > LONGEST_ID:
            raise SpecError(
                f"“{pilot[:LONGEST_ID]}{'…' * (len(pilot) > LONGEST_ID)}” cannot name a pilot.",
                hint=f"use small letters, digits and hyphens, at most {LONGEST_ID}, such as second-order",
            )
        return self.pilots / pilot

    def pilot_file(self, pilot: str) -> Path:
        return self.pilot_folder(pilot) / "pilot.yaml"

    def iteration_file(self, pilot: str, number: int) -> Path:
        return self.pilot_folder(pilot) / f"iteration-{number}.yaml"

    def pack_file(self, pilot: str) -> Path:
        """What the pilot says for others who will use its model."""
        return self.pilot_folder(pilot) / "pack.yaml"

    @property
    def trusted_keys_file(self) -> Path:
        return self.root / "trusted-keys.yaml"

    @property
    def packs(self) -> Path:
        return self.root / "packs"

    def iterations(self, pilot: str) -> tuple[int, ...]:
        """The numbers of the iteration files that exist, in order."""
        found = (re.fullmatch(r"iteration-([1-9]\d*)\.yaml", path.name) for path in self.pilot_folder(pilot).glob("*"))
        return tuple(sorted(int(match[1]) for match in found if match))

    def lists(self, pilot: str, number: int) -> Path:
        """The one place where customers' ids are written; git ignores it."""
        return self.pilot_folder(pilot) / "lists" / f"iteration-{number}"

    def assignment_file(self, pilot: str, number: int) -> Path:
        return self.lists(pilot, number) / "assignment.parquet"

    def handover_file(self, pilot: str) -> Path:
        """The list for delivery systems; it lives where lists do, because it names customers."""
        return self.pilot_folder(pilot) / "lists" / "assignments.csv"

    def export_folder(self, pilot: str) -> Path:
        """Flag files for delivery systems: ranges only, nobody's name."""
        return self.root / "exports" / pilot

    def result_file(self, pilot: str, number: int) -> Path:
        return self.root / "results" / pilot / f"iteration-{number}.json"

    def result_files(self) -> tuple[Path, ...]:
        """Every result file there is, in order of name, also of pilots whose plan files are gone."""
        return tuple(sorted((*self.root.glob("results/*/iteration-*.json"), *self.together_result_files())))

    def report_file(self, pilot: str, number: int) -> Path:
        return self.root / "reports" / pilot / f"iteration-{number}.html"

    def together_result_file(self, first: str, last: str) -> Path:
        """All pilots together over a period, of days as ISO text."""
        return self.root / "results" / "together" / f"{first}-{last}.json"

    def together_result_files(self) -> tuple[Path, ...]:
        """Every reading of all pilots together, in order of name."""
        return tuple(sorted(self.root.glob("results/together/[0-9]*.json")))

    def together_report_file(self, first: str, last: str) -> Path:
        return self.root / "reports" / "together" / f"{first}-{last}.html"

    @property
    def site(self) -> Path:
        return self.root / "site"

    def plan_page_file(self, pilot: str, number: int) -> Path:
        return self.root / "reports" / pilot / f"plan-{number}.html"

    @property
    def templates(self) -> Path:
        """The program's own templates, looked up before Pitcairn's."""
        return self.root / "templates"

    def inside(self, written: str) -> Path:
        """A path written in a plan file, which may not leave the program folder; PitcairnError if it does."""
        path = (self.root / written).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise PitcairnError(f"“{written}” leads out of the program folder {self.root}.")
        return path

    def relative(self, path: Path) -> str:
        """The path as people see it: relative to the program folder where it is inside."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()
