"""JSON Schemas of the plan files, so that editors complete keys and mark slips while people write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from pitcairn.spec.models import IterationSpec, PilotSpec, ProgramSpec
from pitcairn.spec.practice import PackSpec, TrustedKeysSpec

Kind = Literal["program", "pilot", "iteration", "pack", "trusted-keys"]

MODELS: dict[Kind, type[BaseModel]] = {
    "program": ProgramSpec,
    "pilot": PilotSpec,
    "iteration": IterationSpec,
    "pack": PackSpec,
    "trusted-keys": TrustedKeysSpec,
}
TITLES: dict[Kind, str] = {
    "program": "Pitcairn program (program.yaml)",
    "pilot": "Pitcairn pilot (pilots/<id>/pilot.yaml)",
    "iteration": "Pitcairn iteration (pilots/<id>/iteration-N.yaml)",
    "pack": "Pitcairn pack (pilots/<id>/pack.yaml)",
    "trusted-keys": "Pitcairn trusted keys (trusted-keys.yaml)",
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[Kind, dict[str, Any]]:
    """The JSON Schema of each kind of plan file, with a title and an id of its own."""
    return {kind: _schema(kind, model) for kind, model in MODELS.items()}


def _schema(kind: Kind, model: type[BaseModel]) -> dict[str, Any]:
    body = model.model_json_schema()
    head = {"$schema": DIALECT, "$id": f"urn:pitcairn:schema:{kind}:1", "title": TITLES[kind]}
    return {**body, **head}


def write(folder: Path) -> tuple[Path, ...]:
    """Write `program.json`, `pilot.json` and so on into the folder; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, schema in schemas().items():
        path = folder / f"{kind}.json"
        unfinished = path.with_suffix(".json.part")
        unfinished.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        unfinished.replace(path)
        written.append(path)
    return tuple(written)


def modeline(kind: Kind, depth: int) -> str:
    """The first line of a plan file that lies `depth` folders below the program's.

    >>> modeline("iteration", 2)
    '# yaml-language-server: $schema=../../.pitcairn/schema/iteration.json'
    """
    return f"# yaml-language-server: $schema={'../' * depth}.pitcairn/schema/{kind}.json"
