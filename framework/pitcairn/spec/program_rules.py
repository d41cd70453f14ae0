"""What must hold inside `program.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pitcairn.errors import PitcairnError, Problem
from pitcairn.program import ProgramFolder
from pitcairn.spec.draft import Draft
from pitcairn.spec.fit import is_rate, known, possible
from pitcairn.spec.measures import Group, Measure
from pitcairn.spec.models import EventSource, ProgramSpec, WideSource
from pitcairn.spec.place import Path
from pitcairn.spec.words import nearest, quoted, short

Program = Draft[ProgramSpec]
ProgramRule = Callable[[Program, ProgramFolder], Iterator[Problem]]

ENDINGS = (".csv", ".csv.gz", ".tsv", ".parquet")
"""The kinds of file a source may have."""
LEAST_KEPT_OUT, MOST_KEPT_OUT = Fraction(1, 1000), Fraction(1, 2)
"""Of all customers. Lots are ten-thousandths, and pilots are for most customers."""


def time_zone(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """The time zone is one that the system knows."""
    name = program.spec.time_zone
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(name, sorted(available_timezones()))
        hint = f"did you mean “{near}”?" if near else "write a name such as Europe/London"
        yield program.problem(("time_zone",), f"“{short(name)}” is not a time zone", hint)


def files(program: Program, folder: ProgramFolder) -> Iterator[Problem]:
    """Files are inside the program folder, of a kind that can be read."""
    for id, source in program.spec.sources.items():
        path: Path = ("sources", id, "files")
        patterns = source.files if isinstance(source.files, list) else [source.files]
        for index, pattern in enumerate(patterns):
            at = (*path, index) if isinstance(source.files, list) else path
            yield from _file(program, folder, at, pattern)
        yield from _file_options(program, id, source, patterns)


def _file(program: Program, folder: ProgramFolder, at: Path, pattern: str) -> Iterator[Problem]:
    try:
        folder.inside(pattern)
    except (PitcairnError, OSError, ValueError):
        message = f"“{short(pattern)}” leads out of the program folder"
        yield program.problem(at, message, "name a file inside it, and give others at the command with --data")
        return
    if "://" in pattern:
        message = f"“{short(pattern)}” is an address, not a file in the program folder"
        yield program.problem(at, message, "fetch it first, then name the file")
    elif not pattern.lower().endswith(ENDINGS):
        message = f"“{short(pattern)}” does not end like a file that can be read"
        yield program.problem(at, message, f"files end in {', '.join(ENDINGS)}")


def _file_options(
    program: Program, id: str, source: WideSource | EventSource, patterns: list[str]
) -> Iterator[Problem]:
    at: Path = ("sources", id)
    if source.sha256 and (len(patterns) > 1 or set(patterns[0]) & set("*?[")):
        yield program.problem((*at, "sha256"), "a fingerprint belongs to one file, and here are several", "remove it")
    if all(pattern.lower().endswith(".parquet") for pattern in patterns):
        for key in ("delimiter", "decimal"):
            if key in source.model_fields_set:
                message = f"“{key}” is for CSV files, and “{id}” is Parquet"
                yield program.problem((*at, key), message, "remove the line", at_key=True)
    elif source.delimiter == source.decimal:
        yield program.problem((*at, "delimiter"), "the separator and the decimal mark are the same", "change one")


def measure_sources(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """Measures read from declared sources."""
    for path, source in program.words("measures", "source"):
        yield from known(program, path, source, program.ids("sources"), "a source")


def measure_parts(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """Every measure has what its kind needs, and nothing that its kind cannot use."""
    for id, measure in program.spec.measures.items():
        at: Path = ("measures", id)
        for key, kinds in _ONLY_FOR.items():
            if key in measure.model_fields_set and measure.kind not in kinds and getattr(measure, key) is not None:
                message = f"“{key}” means nothing for a measure of kind “{measure.kind}”"
                yield program.problem((*at, key), message, f"it is for {quoted(kinds)}", at_key=True)
        for key in _NEEDED.get(measure.kind, ()):
            if getattr(measure, key) in (None, []):
                message = f"a measure of kind “{measure.kind}” needs “{key}”"
                yield program.problem(at, message, f"add a line “{key}: …”", at_key=True)
        yield from possible(program, (*at, "where"), measure.where)
        if measure.over:
            yield from possible(program, (*at, "over", "where"), measure.over.where)


_ONLY_FOR: dict[str, tuple[str, ...]] = {
    "over": ("ratio",),
    "answers": ("share",),
    "cap": ("count", "sum", "mean"),
    "usual": ("any", "share"),
    "money": ("count", "sum", "mean", "quantile", "ratio"),
    "decimals": ("count", "sum", "mean", "quantile", "ratio"),
    "before": ("any", "count", "sum", "mean", "quantile", "share"),
    "adjust_for": ("any", "count", "sum", "mean", "quantile", "ratio", "share"),
    "at": ("quantile",),
    "change": ("mean",),
}
_NEEDED: dict[str, tuple[str, ...]] = {
    "sum": ("column",),
    "mean": ("column",),
    "quantile": ("column", "at"),
    "ratio": ("column", "over"),
    "share": ("column", "answers"),
}


def measure_values(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """The usual level is one that can be, and is not said twice."""
    for id, measure in program.spec.measures.items():
        at: Path = ("measures", id, "usual")
        if measure.usual is None or not is_rate(measure):
            continue
        if not 0 <= measure.usual.value <= 1 or measure.usual.per == "customer":
            message = f"“{short(program.source.written(at))}” cannot be the usual level of “{id}”"
            yield program.problem(at, message, "write a share of customers, such as “12%” or “120 per 1000”")
        elif measure.before is not None:
            message = f"“{id}” has both “usual” and “before”"
            yield program.problem(at, message, "keep “before”: it says the level, and more", at_key=True)


def measure_changes(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """A change needs something to change from, read as the value itself is."""
    for id, measure in program.spec.measures.items():
        if not measure.change or measure.kind != "mean":
            continue
        if measure.before is None:
            message = f"“{id}” is a change, and does not say what from"
            hint = "add a line “before: …” with the column of the pilot's customer source that holds the earlier answer"
            yield program.problem(("measures", id, "change"), message, hint, at_key=True)
        if measure.cap is not None:
            message = f"“cap” holds for a value, and “{id}” is a change of values"
            yield program.problem(("measures", id, "cap"), message, "remove one of “cap” and “change”", at_key=True)


def measure_pasts(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """An earlier period has what the measure's kind is made of."""
    for id, measure in program.spec.measures.items():
        if measure.past is None:
            continue
        at: Path = ("measures", id, "past")
        if measure.kind == "ratio" and measure.past.over is None:
            yield program.problem(at, f"“{id}” is a ratio, and its past has no lower half", "add “over: …” to it")
        if measure.kind != "ratio" and measure.past.over is not None:
            yield program.problem((*at, "over"), "“over” is for a measure of kind “ratio”", "remove it", at_key=True)
        if measure.change and measure.past.before is None:
            hint = "add “before: …” to it, the column with the answer before that one"
            yield program.problem(at, f"“{id}” is a change, and its past does not say what from", hint)


def measure_order(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """A quantile's values are found customer by customer, so its source names them."""
    for id, measure in program.spec.measures.items():
        source = program.spec.sources.get(measure.source)
        if measure.kind == "quantile" and source is not None and source.customer is None:
            message = f"“{id}” is a quantile, and “{measure.source}” does not say which column names the customer"
            hint = f"add “customer: …” to the source “{measure.source}”"
            yield program.problem(("measures", id, "source"), message, hint)


def measure_covariates(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """What a measure is adjusted for is said once."""
    for id, measure in program.spec.measures.items():
        seen = {measure.before} if measure.before else set()
        for place, column in enumerate(measure.adjust_for):
            if column in seen:
                at: Path = ("measures", id, "adjust_for", place)
                yield program.problem(at, f"“{id}” is adjusted for “{column}” already", "name each column once")
            seen.add(column)


def measure_kinds(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """A measure fits the kind of its source: windows need events, a wide source needs a column."""
    for id, measure in program.spec.measures.items():
        source = program.spec.sources.get(measure.source)
        if isinstance(source, WideSource):
            yield from _wide_measure(program, id, measure)


def _wide_measure(program: Program, id: str, measure: Measure) -> Iterator[Problem]:
    at: Path = ("measures", id)
    if measure.window is not None:
        message = f"“window” needs to know when things happened, and “{measure.source}” has a row a customer"
        yield program.problem((*at, "window"), message, "remove it, or read from an events source", at_key=True)
    if measure.kind in ("any", "count") and measure.column is None:
        message = f"“{id}” needs “column”, because “{measure.source}” has a row a customer"
        yield program.problem(at, message, "add a line “column: …”", at_key=True)
    if measure.over and measure.over.column is None:
        message = f"“over” needs “column”, because “{measure.source}” has a row a customer"
        yield program.problem((*at, "over"), message, "add “column: …” to it", at_key=True)


def group_parts(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """A group is a column, cut or not, or named levels."""
    for id, group in program.spec.groups.items():
        at: Path = ("groups", id)
        if (group.column is None) == (group.levels is None):
            both = "both “column” and “levels”" if group.column else "neither “column” nor “levels”"
            yield program.problem(at, f"group “{id}” has {both}", "give it exactly one of the two", at_key=True)
        yield from _group_extras(program, id, group)
        for name, tests in (group.levels or {}).items():
            yield from possible(program, (*at, "levels", name), tests)


def _group_extras(program: Program, id: str, group: Group) -> Iterator[Problem]:
    at: Path = ("groups", id)
    if group.cuts is not None and group.levels is not None and group.column is None:
        yield program.problem((*at, "cuts"), "“cuts” belong to a “column”", "remove them", at_key=True)
    if group.names and (group.cuts is not None or group.levels is not None):
        message = "“names” rename the values of a column, and here the levels have names already"
        yield program.problem((*at, "names"), message, "remove them", at_key=True)
    if group.cuts and any(low >= high for low, high in zip(group.cuts, group.cuts[1:], strict=False)):
        yield program.problem((*at, "cuts"), "“cuts” must go up", f"write {sorted(set(group.cuts))}")


def group_sources(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """Groups are read from sources with a row a customer."""
    for path, source in program.words("groups", "source"):
        yield from wide_source(program, program, path, source)


def contact_policy(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """Opt-outs and caps name sources that can tell them."""
    policy = program.spec.contact_policy
    for index, opt_out in enumerate(policy.opt_out):
        at: Path = ("contact_policy", "opt_out", index)
        yield from known(program, (*at, "source"), opt_out.source, program.ids("sources"), "a source")
        yield from _names_customers(program, (*at, "source"), opt_out.source)
        yield from possible(program, (*at, "where"), opt_out.where)
    for index, cap in enumerate(policy.caps):
        at = ("contact_policy", "caps", index)
        yield from known(program, (*at, "source"), cap.source, program.ids("sources"), "a source")
        yield from possible(program, (*at, "where"), cap.where)
        if isinstance(program.spec.sources.get(cap.source), WideSource):
            message = f"“{cap.source}” has a row a customer, so contacts cannot be counted in it"
            yield program.problem((*at, "source"), message, "name an events source that lists contacts")


def holdout(program: Program, _folder: ProgramFolder) -> Iterator[Problem]:
    """The program's holdout is a part, not the half, of the customers of a source that names them."""
    kept = program.spec.holdout
    if kept is None:
        return
    yield from wide_source(program, program, ("holdout", "source"), kept.source)
    yield from _names_customers(program, ("holdout", "source"), kept.source)
    source = program.spec.sources.get(kept.source)
    if source is not None and kept.cluster is not None and kept.cluster == source.customer:
        message = f"“{kept.cluster}” names the customer, so customers would be kept out one by one"
        yield program.problem(("holdout", "cluster"), message, "remove the line, or name the column of the household")
    if kept.share > MOST_KEPT_OUT or kept.share < LEAST_KEPT_OUT:
        message = f"“{short(program.source.written(('holdout', 'share')))}” cannot be kept out of all pilots"
        yield program.problem(("holdout", "share"), message, "write a share from 0.1% to 50%, such as “5%”")


def _names_customers(program: Program, at: Path, id: str) -> Iterator[Problem]:
    source = program.spec.sources.get(id)
    if source is not None and source.customer is None:
        message = f"“{id}” does not say which column names the customer"
        yield program.problem(at, message, f"add “customer: …” to the source “{id}”")


def wide_source(draft: Draft, program: Program, at: Path, id: str) -> Iterator[Problem]:  # type: ignore[type-arg]
    """A problem where a source is not declared, or has a row an event."""
    yield from known(draft, at, id, program.ids("sources"), "a source of the program")
    if isinstance(program.spec.sources.get(id), EventSource):
        yield draft.problem(at, f"“{id}” has a row an event", "name a source of kind “wide”, with a row a customer")


RULES: tuple[ProgramRule, ...] = (
    time_zone,
    files,
    measure_sources,
    measure_parts,
    measure_values,
    measure_changes,
    measure_pasts,
    measure_order,
    measure_covariates,
    measure_kinds,
    group_parts,
    group_sources,
    contact_policy,
    holdout,
)
