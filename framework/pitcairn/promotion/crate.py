"""The payload as a research object crate (RO-Crate 1.2): what each file is, who made it, from what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pitcairn.canonical import dumps
from pitcairn.promotion.archive import Files
from pitcairn.promotion.contents import Contents

METADATA = "ro-crate-metadata.json"
CARD = "ro-crate-preview.html"
CONTENTS = "pack.json"
EFFECTS = "evidence/effects.csv"
REPORT = "evidence/report.html"
PROFILE = "urn:pitcairn:pack-profile:1"
_SPECIFICATION = "https://w3id.org/ro/crate/1.2"
_KNOWN = {
    CONTENTS: "Everything the pack says, for software: practice, claim, evidence, needs, rollout plan.",
    CARD: "The card: the pack on one page, for people.",
    EFFECTS: "Every effect of every iteration and group, as a table.",
    REPORT: "The report of the deciding confirmation.",
    "practice/playbook.md": "How it is done, step by step.",
}
_TYPES = {
    "csv": "text/csv",
    "gif": "image/gif",
    "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "webp": "image/webp",
    "yaml": "application/yaml",
}
"""A table of our own: Python's differs from version to version and machine to machine."""


def metadata(contents: Contents, files: Files) -> bytes:
    """`ro-crate-metadata.json` for the payload's other files."""
    identity = contents.identity
    paths = sorted(path for path in files if path not in (METADATA, CARD))
    root = {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": PROFILE},
        "creator": {"@id": "#owner"},
        "publisher": {"@id": "#program"},
        "datePublished": identity.promoted_at,
        "description": identity.summary,
        "hasPart": [{"@id": path} for path in paths],
        "identifier": f"pkg:pilotpack/{identity.name}@{identity.version}",
        "license": {"@id": "#terms"},
        "mainEntity": {"@id": CONTENTS},
        "mentions": {"@id": "#promotion"},
        "name": f"{identity.title} ({identity.name} {identity.version})",
        "version": identity.version,
    }
    promotion = {
        "@id": "#promotion",
        "@type": "CreateAction",
        "agent": {"@id": "#decided-by"},
        "description": contents.decided_why,
        "endTime": identity.promoted_at,
        "instrument": {"@id": "#pitcairn"},
        "name": "Promotion of the model",
        "object": [{"@id": path} for path in paths if path.startswith("evidence/")],
        "result": {"@id": "./"},
    }
    graph: list[Mapping[str, Any]] = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": _SPECIFICATION},
        },
        root,
        {"@id": CARD, "@type": "CreativeWork", "about": {"@id": "./"}, "encodingFormat": "text/html"},
        *(_file(path, files[path]) for path in paths),
        {"@id": PROFILE, "@type": "Profile", "name": "Pilot pack, version 1"},
        {"@id": "#owner", "@type": "Person", "name": identity.owner},
        {"@id": "#decided-by", "@type": "Person", "name": contents.decided_by},
        {"@id": "#program", "@type": "Organization", "name": identity.program},
        {"@id": "#terms", "@type": "CreativeWork", "name": identity.license, "description": "Terms of use."},
        {"@id": "#pitcairn", "@type": "SoftwareApplication", "name": "Pitcairn"},
        promotion,
    ]
    return (dumps({"@context": f"{_SPECIFICATION}/context", "@graph": graph}, indent=1) + "\n").encode("utf-8")


def _file(path: str, data: bytes) -> Mapping[str, Any]:
    return {
        "@id": path,
        "@type": "File",
        "contentSize": str(len(data)),
        "description": _described(path),
        "encodingFormat": _format(path),
        "name": path.rpartition("/")[2],
    }


def _described(path: str) -> str:
    if path.startswith("evidence/iterations/"):
        return "One iteration as it was read, with small counts left out."
    return _KNOWN.get(path, "An asset of the practice.")


def _format(path: str) -> str:
    return _TYPES.get(path.rpartition(".")[2].lower(), "application/octet-stream")
