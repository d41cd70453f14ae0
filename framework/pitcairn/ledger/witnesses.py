"""What the result files of a program remember of its ledger: the digests that hold it to its word."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pitcairn.canonical import file_digest
from pitcairn.errors import PitcairnError
from pitcairn.program import ProgramFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """By name of the result file: the head it was recorded after, and the digest of the file itself."""

    heads: Mapping[str, str]
    results: Mapping[str, str]


def witnesses(folder: ProgramFolder) -> Witnesses:
    """The digests kept in the result files of the program, also where the plan files are gone.

    A result file that is not readable as one gives no head, but still its own digest, which no row will match.
    PitcairnError where the operating system does not let a file be read.
    """
    found = {folder.relative(path): path for path in folder.result_files() if path.is_file()}
    heads = {name: _head(path) for name, path in found.items()}
    return Witnesses(
        heads={name: head for name, head in heads.items() if head is not None},
        results={name: file_digest(path) for name, path in found.items()},
    )


def _head(path: Path) -> str | None:
    try:
        head = json.loads(path.read_bytes())["provenance"]["ledger_head"]
    except OSError as error:
        raise PitcairnError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return head if isinstance(head, str) else None
