"""Tables as columns, written so that the same values give the same bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pitcairn.evidence.engine import Engine
from pitcairn.evidence.sql import identifier, literal, path_literal

Table = Mapping[str, Sequence[object]]
"""Column name -> values, all of one length. None is an empty cell."""


def write_csv(path: Path, table: Table) -> None:
    """A CSV file with a header. The values are the shop's own words and numbers: none needs quoting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = [["" if value is None else str(value) for value in column] for column in table.values()]
    lines = map(",".join, zip(*columns, strict=True))
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(",".join(table) + "\n")
        stream.writelines(f"{line}\n" for line in lines)


def write_parquet(path: Path, table: Table, types: Mapping[str, str]) -> None:
    """The same as Parquet, with the engine's types by column."""
    draft = path.with_suffix(".csv")
    write_csv(draft, table)
    columns = ", ".join(f"{identifier(name)}: {literal(types[name])}" for name in table)
    rows = f"read_csv({path_literal(draft)}, header = true, auto_detect = false, columns = {{{columns}}})"
    with _engine() as engine:
        engine.run(f"COPY (SELECT * FROM {rows}) TO {literal(str(path))} (FORMAT parquet)")  # noqa: S608 - quoted above
    draft.unlink()


def count_rows(path: Path) -> int:
    """How many rows a Parquet file has."""
    with _engine() as engine:
        return int(engine.rows(f"SELECT count(*) FROM read_parquet({path_literal(path)})")[0][0])  # noqa: S608


def read_arms(assignment: Path) -> dict[str, str]:
    """Customer -> arm, from the file that a launch wrote."""
    with _engine() as engine:
        return dict(engine.rows(f"SELECT customer, arm FROM read_parquet({path_literal(assignment)})"))  # noqa: S608


@contextmanager
def _engine() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as scratch, Engine.open(Path(scratch), threads=1) as engine:
        yield engine
