from __future__ import annotations

import dataclasses
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn_pilot import (
    START,
    arm,
    assigned,
    cap,
    csv_file,
    listed,
    measure,
    numbered,
    only,
    opted_out,
    parquet_file,
    plan,
)

from pitcairn.canonical import file_digest
from pitcairn.design.assignment import arm_of, bucket, take_salt
from pitcairn.design.eligibility import IN_AN_EARLIER_ITERATION, IN_ANOTHER_PILOT, NOT_TAKEN, OPTED_OUT
from pitcairn.design.plan import ObservedPlan, OptOutPlan, Plan, SourcePlan
from pitcairn.errors import DataError, PitcairnError
from pitcairn.evidence.draw import count, draw
from pitcairn.evidence.engine import Engine
from pitcairn.evidence.population import Taken

CAP = "over the contact cap of 2 in 7 days"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "scratch", threads=2) as opened:
        yield opened


def drawn_elsewhere(path: Path, numbers: list[int]) -> Path:
    ids = ", ".join(f"('c{number}', 'early')" for number in numbers)
    return parquet_file(path, f"SELECT * FROM (VALUES {ids}) AS t(customer, arm)")[0]


@dataclasses.dataclass
class Shop:
    """A shop with every kind of customer, and who should be left out, worked out in plain Python."""

    plan: Plan
    files: dict[str, tuple[Path, ...]]
    taken: tuple[Taken, ...]
    in_scope: int
    left_out: Counter[str]
    arms: dict[str, str]


def shop(folder: Path, *, take: float = 1.0, seed: int = 1, customers: int = 600) -> Shop:
    chance = random.Random(seed)
    line = {number: chance.choice(["coffee", "coffee", "tea"]) for number in range(customers)}
    refused = {number: "no" for number in range(customers) if chance.random() < 0.1}
    chosen = {number: "stop" for number in range(customers) if chance.random() < 0.05}
    days = {
        number: [chance.randint(-2, 12) for _ in range(chance.choice([0, 0, 1, 2, 4]))] for number in range(customers)
    }
    events = [
        [f"c{number}", (START - timedelta(days=before)).isoformat(), chance.choice(["email", "letter"])]
        for number, each in days.items()
        for before in each
    ]
    chance.shuffle(events)
    other, own = chance.sample(range(customers), 60), chance.sample(range(customers), 60)
    pilot = plan(
        keep=only("line", "coffee"),
        take=take,
        opt_out=(opted_out("customers", "mail", "no"), opted_out("choices", "choice", "stop", "never")),
        caps=(cap(2, 7, only("channel", "email")),),
    )
    contacts = Counter(
        customer
        for customer, day, channel in events
        if channel == "email" and START - timedelta(days=7) <= date.fromisoformat(day) <= START - timedelta(days=1)
    )
    left_out: Counter[str] = Counter()
    arms = {}
    for number in (number for number in range(customers) if line[number] == "coffee"):
        lot = arm_of(pilot, f"c{number}")
        reasons = {
            OPTED_OUT: number in refused or number in chosen,
            CAP: contacts[f"c{number}"] >= 2,
            IN_ANOTHER_PILOT: number in other,
            IN_AN_EARLIER_ITERATION: number in own,
            NOT_TAKEN: lot is None,
        }
        if reason := next((reason for reason, applies in reasons.items() if applies), None):
            left_out[reason] += 1
        else:
            arms[f"c{number}"] = lot or ""
    return Shop(
        plan=pilot,
        files={
            "customers": csv_file(folder / "customers.csv", *numbered(customers, line=line, mail=refused)),
            "choices": csv_file(folder / "choices.csv", *numbered(customers, choice=chosen)),
            "contacts": csv_file(folder / "contacts.csv", ["customer", "sent", "channel"], events),
        },
        taken=(
            Taken(path=drawn_elsewhere(folder / "other.parquet", other[:30]), reason=IN_ANOTHER_PILOT),
            Taken(path=drawn_elsewhere(folder / "own.parquet", own), reason=IN_AN_EARLIER_ITERATION),
            Taken(path=drawn_elsewhere(folder / "another.parquet", other[30:]), reason=IN_ANOTHER_PILOT),
        ),
        in_scope=sum(one == "coffee" for one in line.values()),
        left_out=left_out,
        arms=arms,
    )


@pytest.mark.parametrize(("take", "seed"), [(1.0, 1), (1.0, 2), (0.5, 3), (0.13, 4)])
def test_a_draw_leaves_out_and_assigns_as_plain_python_does(
    engine: Engine, tmp_path: Path, take: float, seed: int
) -> None:
    given = shop(tmp_path, take=take, seed=seed)
    drawn = draw(engine, given.plan, given.files, taken=given.taken, into=tmp_path / "lists")
    assert drawn.in_scope == given.in_scope
    assert {reason: number for reason, number in drawn.left_out if number} == dict(given.left_out)
    assert dict(assigned(drawn.files[0])) == given.arms
    assert dict(drawn.arms) == Counter(given.arms.values())
    assert drawn.in_scope == sum(number for _, number in drawn.left_out) + drawn.drawn


def test_reasons_come_in_the_order_they_are_asked(engine: Engine, tmp_path: Path) -> None:
    given = shop(tmp_path, take=0.5)
    reasons = [reason for reason, _ in count(engine, given.plan, given.files, taken=given.taken).left_out]
    assert reasons == [OPTED_OUT, CAP, IN_ANOTHER_PILOT, IN_AN_EARLIER_ITERATION, NOT_TAKEN]


def test_nobody_is_not_taken_where_all_are(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(100))}
    assert count(engine, plan(), files, taken=()).left_out == ()


def test_counting_gives_the_numbers_of_the_draw_and_writes_nothing(engine: Engine, tmp_path: Path) -> None:
    given = shop(tmp_path, take=0.5)
    before = sorted(tmp_path.rglob("*"))
    counted = count(engine, given.plan, given.files, taken=given.taken)
    assert sorted(tmp_path.rglob("*")) == before
    drawn = draw(engine, given.plan, given.files, taken=given.taken, into=tmp_path / "lists")
    assert dataclasses.replace(drawn, files=(), digest=None) == counted


def test_each_treatment_arm_has_a_list_of_its_own_customers_and_control_has_none(
    engine: Engine, tmp_path: Path
) -> None:
    given = shop(tmp_path)
    drawn = draw(engine, given.plan, given.files, taken=given.taken, into=tmp_path / "lists")
    assert [path.name for path in drawn.files] == ["assignment.parquet", "early.csv", "late.csv"]
    assert {path.name for path in (tmp_path / "lists").iterdir()} == {path.name for path in drawn.files}
    for name in ("early", "late"):
        expected = sorted(customer for customer, arm in given.arms.items() if arm == name)
        assert listed(tmp_path / "lists" / f"{name}.csv") == expected


def test_the_digest_is_that_of_the_assignment_file(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(100))}
    drawn = draw(engine, plan(), files, taken=(), into=tmp_path / "lists")
    assert drawn.digest == file_digest(tmp_path / "lists" / "assignment.parquet")


def test_the_files_are_the_same_whatever_the_order_of_the_customers(tmp_path: Path) -> None:
    rows = [(f"c{number}",) for number in range(150_000)]
    shuffled = random.Random(5).sample(rows, len(rows))
    digests = set()
    for number, (order, threads) in enumerate([(rows, 1), (shuffled, 2), (rows[::-1], 2)]):
        files = {"customers": csv_file(tmp_path / f"{number}.csv", ["customer"], order)}
        with Engine.open(tmp_path / "scratch", threads=threads) as opened:
            drawn = draw(opened, plan(), files, taken=(), into=tmp_path / f"lists-{number}")
        digests.add(tuple(file_digest(path) for path in drawn.files))
    assert len(digests) == 1


def test_a_customer_is_the_same_as_number_and_as_text(engine: Engine, tmp_path: Path) -> None:
    files = {
        "customers": parquet_file(tmp_path / "c.parquet", "SELECT range AS customer FROM range(300)"),
        "choices": csv_file(tmp_path / "o.csv", ["customer", "choice"], [["7", "stop"], ["8", "stop"], ["9", "go"]]),
    }
    pilot = plan(opt_out=(opted_out("choices", "choice", "stop"),))
    drawn = draw(engine, pilot, files, taken=(), into=tmp_path / "lists")
    assert drawn.left_out == ((OPTED_OUT, 2),)
    assert dict(assigned(drawn.files[0])) == {str(n): arm_of(pilot, n) for n in range(300) if n not in (7, 8)}


def test_a_no_binds_even_in_a_row_that_is_not_in_scope(engine: Engine, tmp_path: Path) -> None:
    rows = [[f"c{n}", "coffee", ""] for n in range(60)] + [["c5", "tea", "no"]]
    files = {"customers": csv_file(tmp_path / "c.csv", ["customer", "line", "mail"], rows)}
    pilot = plan(keep=only("line", "coffee"), opt_out=(opted_out("customers", "mail", "no"),))
    drawn = draw(engine, pilot, files, taken=(), into=tmp_path / "lists")
    assert drawn.left_out == ((OPTED_OUT, 1),)
    assert "c5" not in dict(assigned(drawn.files[0]))


@pytest.mark.parametrize(
    ("at_most", "days_before", "is_left_out"),
    [
        (1, [7], True), (1, [1], True), (1, [8], False), (1, [0], False), (1, [-1], False),
        (2, [1], False), (2, [1, 1], True), (2, [7, 8], False), (3, [1, 2, 3, 4], True),
    ],
)  # fmt: skip
def test_a_cap_counts_contacts_in_the_days_before_the_start(
    engine: Engine, tmp_path: Path, at_most: int, days_before: list[int], is_left_out: bool
) -> None:
    events = [["c5", f"{START - timedelta(days=days)}"] for days in days_before]
    files = {
        "customers": csv_file(tmp_path / "c.csv", *numbered(60)),
        "contacts": csv_file(tmp_path / "e.csv", ["customer", "sent"], events),
    }
    pilot = plan(caps=(cap(at_most, 7),))
    drawn = draw(engine, pilot, files, taken=(), into=tmp_path / "lists")
    assert ("c5" not in dict(assigned(drawn.files[0]))) is is_left_out


def test_a_customer_on_the_edge_of_the_share_taken_is_not_taken(engine: Engine, tmp_path: Path) -> None:
    edge = bucket(take_salt(plan()), "c5")
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(600))}
    for take, is_taken in ((edge / 10_000, False), ((edge + 1) / 10_000, True)):
        pilot = plan(take=take)
        drawn = draw(engine, pilot, files, taken=(), into=tmp_path / f"lists-{take}")
        assert ("c5" in dict(assigned(drawn.files[0]))) is is_taken
        assert (arm_of(pilot, "c5") is not None) is is_taken


def test_caps_that_read_the_same_are_counted_together(engine: Engine, tmp_path: Path) -> None:
    events = [["c5", "2026-03-01", "email"], ["c9", "2026-03-01", "letter"]]
    files = {
        "customers": csv_file(tmp_path / "c.csv", *numbered(60)),
        "contacts": csv_file(tmp_path / "e.csv", ["customer", "sent", "channel"], events),
    }
    caps = (cap(1, 7, only("channel", "email")), cap(1, 7, only("channel", "letter")))
    assert count(engine, plan(caps=caps), files, taken=()).left_out == (("over the contact cap of 1 in 7 days", 2),)


def test_a_cap_of_no_contact_at_all_leaves_everybody_out(engine: Engine, tmp_path: Path) -> None:
    files = {
        "customers": csv_file(tmp_path / "c.csv", *numbered(60)),
        "contacts": csv_file(tmp_path / "e.csv", ["customer", "sent"], [["c5", "2026-03-01"]]),
    }
    with pytest.raises(
        DataError, match=r"0 of 60 customers are drawn; the others: 60 over the contact cap of 0 in 7 days"
    ):
        count(engine, plan(caps=(cap(0, 7),)), files, taken=())


def test_ids_are_listed_exactly_as_they_are(engine: Engine, tmp_path: Path) -> None:
    awkward = [
        "=1+1", "+49 170 1", "-5", "@x", "007", " padded ", 'say "hi"', "a,b", "a;b", "line\nbreak", "tab\t", "NULL",
        "caf\u00e9", "cafe\u0301", "\u5ba2", "\U0001f600", "it's", "\\n", "#", "1e3", "x" * 300,
    ]  # fmt: skip
    ids = awkward + [f"plain{number}" for number in range(60)]
    files = {"customers": csv_file(tmp_path / "c.csv", ["customer"], [[one] for one in ids])}
    pilot = plan(arms=(arm("none", 0, 1_000, "holdout"), arm("early", 1_000, 10_000)))
    drawn = draw(engine, pilot, files, taken=(), into=tmp_path / "lists")
    assert dict(assigned(drawn.files[0])) == {one: arm_of(pilot, one) for one in ids}
    expected = {one for one in ids if arm_of(pilot, one) == "early"}
    assert set(listed(tmp_path / "lists" / "early.csv")) == expected
    assert len(expected & set(awkward)) > 10


def test_hostile_names_and_values_are_only_names_and_values(engine: Engine, tmp_path: Path) -> None:
    column = "cust\"'; DROP TABLE x; -- {}"
    header = [column, "li'ne", 'visits "before"']
    rows = [[f"c{number}", "cof'fee\"", number % 2] for number in range(60)]
    pilot = plan(
        sources=(SourcePlan(id="customers", kind="wide", customer=column),),
        keep=only("li'ne", "cof'fee\""),
        measures=(measure(before='visits "before"'),),
    )
    files = {"customers": csv_file(tmp_path / "it's; here" / "c [1].csv", header, rows)}
    drawn = draw(engine, pilot, files, taken=(), into=tmp_path / "lis'ts [*]")
    assert drawn.drawn == drawn.in_scope == 60
    assert len(assigned(next((tmp_path / "lis'ts [*]").glob("*.parquet")))) == 60


def test_balance_is_the_gap_of_means_in_standard_deviations(engine: Engine, tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    spend = {number: round(float(value), 2) for number, value in enumerate(chance.gamma(1.0, 30.0, 900))}
    visits = {number: int(value) for number, value in enumerate(chance.poisson(0.4, 900))}
    del visits[17]
    measures = (
        measure("visits", before="visits_before"),
        measure("spend", "sum", before="spend_before", cap=100.0, role="watch"),
        measure("orders", "count", role="watch"),
    )
    pilot = plan(measures=measures)
    files = {
        "customers": csv_file(tmp_path / "c.csv", *numbered(900, visits_before=visits, spend_before=spend)),
    }
    drawn = count(engine, pilot, files, taken=())
    expected: dict[tuple[str, str], Any] = {}
    for name, values in (
        ("visits", {number: float(value > 0) for number, value in visits.items()}),
        ("spend", {number: min(value, 100.0) for number, value in spend.items()}),
    ):
        by_arm = {
            each.id: np.array([value for number, value in values.items() if arm_of(pilot, f"c{number}") == each.id])
            for each in pilot.arms
        }
        for treated in ("early", "late"):
            pooled = np.sqrt((by_arm[treated].var(ddof=1) + by_arm["none"].var(ddof=1)) / 2)
            expected[name, treated] = (by_arm[treated].mean() - by_arm["none"].mean()) / pooled
    found = {(each.measure, each.arm): each.gap for each in drawn.balance}
    assert found == pytest.approx(expected, rel=1e-9)


def test_the_groups_are_alike_where_nobody_differs(engine: Engine, tmp_path: Path) -> None:
    header, rows = numbered(90, visits_before=dict.fromkeys(range(90), 1))
    files = {"customers": csv_file(tmp_path / "c.csv", header, rows)}
    found = count(engine, plan(measures=(measure(before="visits_before"),)), files, taken=()).balance
    assert [(each.arm, each.gap) for each in found] == [("early", 0.0), ("late", 0.0)]


def test_an_empty_cell_counts_as_nothing_where_the_source_says_so(engine: Engine, tmp_path: Path) -> None:
    some = dict.fromkeys(range(0, 90, 2), 5)
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(90, spend_before=some))}
    measures = (measure("spend", "sum", before="spend_before"),)
    zero = SourcePlan(id="customers", kind="wide", customer="customer", absent="zero")
    some_known = count(engine, plan(measures=measures), files, taken=()).balance
    assert [each.gap for each in some_known] == [0.0, 0.0]
    all_known = count(engine, plan(measures=measures, sources=(zero,)), files, taken=()).balance
    assert all(each.gap != 0 for each in all_known)


def test_no_statement_of_the_count_asks_for_a_row_a_customer(engine: Engine, tmp_path: Path) -> None:
    given = shop(tmp_path)
    fetched: list[int] = []
    original = engine.rows

    class Watched:
        def __getattr__(self, name: str) -> Any:
            return getattr(engine, name)

        def rows(self, sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
            found = original(sql, parameters)
            fetched.append(len(found))
            return found

    draw(Watched(), given.plan, given.files, taken=given.taken, into=tmp_path / "lists")  # type: ignore[arg-type]
    assert max(fetched) < 20


# --- bad customers --------------------------------------------------------------------------------------------


def test_a_customer_twice_is_refused_with_counts_and_without_names(engine: Engine, tmp_path: Path) -> None:
    rows = [[f"c{number}"] for number in range(60)] + [["c5"], ["c5"], ["c9"]]
    files = {"customers": csv_file(tmp_path / "c.csv", ["customer"], rows)}
    with pytest.raises(DataError, match=r"“customers” names 2 customers more than once \(5 rows\)") as caught:
        draw(engine, plan(), files, taken=(), into=tmp_path / "lists")
    assert "c5" not in str(caught.value)
    assert not (tmp_path / "lists").exists()


def test_a_customer_twice_is_found_even_where_they_are_left_out(engine: Engine, tmp_path: Path) -> None:
    rows = [[f"c{number}", ""] for number in range(60)] + [["c5", "no"]]
    files = {"customers": csv_file(tmp_path / "c.csv", ["customer", "mail"], rows)}
    with pytest.raises(DataError, match=r"1 customer more than once \(2 rows\)"):
        count(engine, plan(opt_out=(opted_out("customers", "mail", "no"),)), files, taken=())


@pytest.mark.parametrize("word", ["WAHR", "x", "on", "None", "2"])
def test_an_opt_out_that_is_neither_true_nor_false_is_never_taken_for_no_opt_out(
    engine: Engine, tmp_path: Path, word: str
) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60, quit=dict.fromkeys(range(40), "no") | {7: word}))}
    pilot = plan(opt_out=(opted_out("customers", "quit", True),))
    for attempt in (
        lambda: count(engine, pilot, files, taken=()),
        lambda: draw(engine, pilot, files, taken=(), into=tmp_path / "lists"),
    ):
        with pytest.raises(DataError, match=rf"c\.csv, row 8 .*“{word}” in column “quit” is neither true nor false"):
            attempt()
    assert not (tmp_path / "lists").exists()


@pytest.mark.parametrize("word", ["yes", "true", "x"])
def test_an_opt_out_that_is_asked_for_as_a_number_is_a_number(engine: Engine, tmp_path: Path, word: str) -> None:
    pilot = plan(opt_out=(opted_out("customers", "quit", 1),))
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60, quit={7: word}))}
    with pytest.raises(DataError, match=rf"c\.csv, row 8 .*“{word}” in column “quit” is not a number"):
        count(engine, pilot, files, taken=())
    files = {"customers": csv_file(tmp_path / "d.csv", *numbered(60, quit={7: "1", 8: "1.0", 9: "0"}))}
    assert dict(count(engine, pilot, files, taken=()).left_out) == {"opted out": 2}


@pytest.mark.parametrize("word", ["true", "TRUE", " Yes ", "y", "T", "1", "1.0"])
def test_an_opt_out_is_true_in_any_spelling(engine: Engine, tmp_path: Path, word: str) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60, quit={7: word, 9: "no", 11: "0.0"}))}
    found = count(engine, plan(opt_out=(opted_out("customers", "quit", True),)), files, taken=())
    assert dict(found.left_out) == {"opted out": 1}


def test_other_words_in_rows_that_cannot_be_an_opt_out_are_nobodys_business(engine: Engine, tmp_path: Path) -> None:
    answers = [["c5", "mail", "no"], ["c6", "mail", "yes"], ["c7", "colour", "blue"]]
    files = {
        "customers": csv_file(tmp_path / "c.csv", *numbered(60)),
        "choices": csv_file(tmp_path / "e.csv", ["customer", "asked", "choice"], answers),
    }
    where = (*only("asked", "mail"), *only("choice", False))
    found = count(engine, plan(opt_out=(OptOutPlan(source="choices", where=where),)), files, taken=())
    assert dict(found.left_out) == {"opted out": 1}


def test_a_customer_twice_is_fine_where_only_one_row_is_in_scope(engine: Engine, tmp_path: Path) -> None:
    rows = [[f"c{number}", line] for number in range(60) for line in ("coffee", "tea")]
    files = {"customers": csv_file(tmp_path / "c.csv", ["customer", "line"], rows)}
    assert count(engine, plan(keep=only("line", "coffee")), files, taken=()).in_scope == 60


@pytest.mark.parametrize("select", ["NULL", "''"])
def test_a_row_without_a_customer_is_refused(engine: Engine, tmp_path: Path, select: str) -> None:
    ids = f"SELECT 'c' || range AS customer FROM range(60) UNION ALL SELECT {select} UNION ALL SELECT {select}"
    files = {"customers": parquet_file(tmp_path / "c.parquet", ids)}
    with pytest.raises(DataError, match="2 rows of source “customers” have no customer id"):
        count(engine, plan(), files, taken=())


def test_one_row_without_a_customer_is_one_row(engine: Engine, tmp_path: Path) -> None:
    files = {
        "customers": csv_file(tmp_path / "c.csv", ["customer", "x"], [*([f"c{n}", 1] for n in range(60)), ["", 1]])
    }
    with pytest.raises(DataError, match="1 row of source “customers” has no customer id"):
        count(engine, plan(), files, taken=())


@pytest.mark.parametrize("kind", ["DOUBLE", "DECIMAL(18, 0)", "TIMESTAMP", "DATE", "BOOLEAN"])
def test_ids_that_are_not_text_or_whole_numbers_are_refused(engine: Engine, tmp_path: Path, kind: str) -> None:
    value = "TIMESTAMP '2026-01-01'" if kind in ("TIMESTAMP", "DATE") else "1"
    files = {"customers": parquet_file(tmp_path / "c.parquet", f"SELECT CAST({value} AS {kind}) AS customer")}
    with pytest.raises(DataError, match=r"“customer” .* holds .* cannot be read as a customer: use text or whole"):
        draw(engine, plan(), files, taken=(), into=tmp_path / "lists")


def test_ids_of_the_opt_outs_must_be_text_or_whole_numbers_too(engine: Engine, tmp_path: Path) -> None:
    files = {
        "customers": csv_file(tmp_path / "c.csv", *numbered(60)),
        "choices": parquet_file(tmp_path / "o.parquet", "SELECT 7.0::DOUBLE AS customer, 'stop' AS choice"),
    }
    with pytest.raises(DataError, match="text or whole numbers"):
        count(engine, plan(opt_out=(opted_out("choices", "choice", "stop"),)), files, taken=())


def test_a_source_without_a_customer_column_cannot_be_drawn_from(engine: Engine, tmp_path: Path) -> None:
    nameless = SourcePlan(id="customers", kind="wide", customer=None)
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60))}
    with pytest.raises(DataError, match="“customers” has no customer column"):
        count(engine, plan(sources=(nameless,)), files, taken=())


def test_nobody_in_scope_is_refused(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60, line={}))}
    with pytest.raises(DataError, match="0 of 0 customers are drawn"):
        count(engine, plan(keep=only("line", "coffee")), files, taken=())


def test_nobody_left_is_refused_with_the_reasons_counted(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60, mail=dict.fromkeys(range(45), "no")))}
    taken = (Taken(path=drawn_elsewhere(tmp_path / "t.parquet", list(range(40, 60))), reason=IN_ANOTHER_PILOT),)
    pilot = plan(opt_out=(opted_out("customers", "mail", "no"),))
    with pytest.raises(
        DataError, match="0 of 60 customers are drawn; the others: 45 opted out, 15 in another running pilot"
    ):
        draw(engine, pilot, files, taken=taken, into=tmp_path / "lists")
    assert not (tmp_path / "lists").exists()


def test_an_arm_without_a_customer_is_refused_by_name(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(30))}
    arms = (arm("none", 0, 5_000, "control"), arm("early", 5_000, 9_999), arm("late", 9_999, 10_000))
    with pytest.raises(DataError, match=r"30 of 30 customers are drawn. No customer would be drawn to “late”"):
        draw(engine, plan(arms=arms), files, taken=(), into=tmp_path / "lists")


@pytest.mark.parametrize(
    ("value", "trouble"), [("many", "is not a number"), ("nan", "is not a number"), ("inf", "fin")]
)
def test_a_value_before_the_start_that_is_no_number_is_named_by_its_row(
    engine: Engine, tmp_path: Path, value: str, trouble: str
) -> None:
    before = dict.fromkeys(range(60), "1") | {7: value}
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60, spend_before=before))}
    pilot = plan(measures=(measure("spend", "sum", before="spend_before"),))
    for attempt in (
        lambda: count(engine, pilot, files, taken=()),
        lambda: draw(engine, pilot, files, taken=(), into=tmp_path / "lists"),
    ):
        with pytest.raises(DataError, match=rf"c\.csv, row 8 .*“{value}” in column “spend_before” .*{trouble}"):
            attempt()
    assert not (tmp_path / "lists").exists()


def test_contacts_on_a_day_of_the_programs_time_zone_count_on_that_day(engine: Engine, tmp_path: Path) -> None:
    # 23:30 UTC on the last day before the start is the day of the start in Berlin.
    files = {
        "customers": csv_file(tmp_path / "c.csv", *numbered(60)),
        "contacts": csv_file(tmp_path / "e.csv", ["customer", "sent"], [["c5", "2026-03-01T23:30:00Z"]]),
    }
    left_out = [
        dict(count(engine, plan(caps=(cap(1, 7),), time_zone=zone), files, taken=()).left_out).popitem()[1]
        for zone in ("UTC", "Europe/Berlin")
    ]
    assert left_out == [1, 0]


def test_a_missing_column_is_a_data_error(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", ["kunde"], [["c1"]])}
    with pytest.raises(DataError, match="customer"):
        count(engine, plan(), files, taken=())


def test_a_draw_that_cannot_be_written_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60))}
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PitcairnError, match="cannot be written"):
        draw(engine, plan(), files, taken=(), into=tmp_path / "file")
    assert (tmp_path / "file").read_text() == "in the way"
    assert engine.rows("SELECT table_name FROM information_schema.tables") == []


def test_a_crash_between_two_lists_leaves_the_folder_empty(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60))}

    class Crashing:
        def __getattr__(self, name: str) -> Any:
            return getattr(engine, name)

        def run(self, sql: str, parameters: Any = ()) -> None:
            if "late.csv" in sql:
                raise KeyboardInterrupt
            engine.run(sql, parameters)

    with pytest.raises(KeyboardInterrupt):
        draw(Crashing(), plan(), files, taken=(), into=tmp_path / "lists")  # type: ignore[arg-type]
    assert list((tmp_path / "lists").iterdir()) == []


def test_a_list_that_must_be_respected_cannot_be_missing(engine: Engine, tmp_path: Path) -> None:
    files = {"customers": csv_file(tmp_path / "c.csv", *numbered(60))}
    with pytest.raises(DataError, match=r"gone\.parquet"):
        count(engine, plan(), files, taken=(Taken(path=tmp_path / "gone.parquet", reason=IN_ANOTHER_PILOT),))


def test_where_somebody_else_draws_the_arms_are_expected_by_their_shares(engine: Engine, tmp_path: Path) -> None:
    nameless = SourcePlan(id="customers", kind="wide", customer=None)
    observed = ObservedPlan(source="customers", column="arm", values=(), start=None)
    files = {"customers": csv_file(tmp_path / "c.csv", ["line"], [["coffee"]] * 300 + [["tea"]] * 30)}
    pilot = plan(sources=(nameless,), observed=observed, keep=only("line", "coffee"))
    expected = count(engine, pilot, files, taken=())
    assert expected.in_scope == 300
    assert expected.arms == (("none", 100), ("early", 100), ("late", 100))
