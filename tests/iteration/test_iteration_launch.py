from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from small_shop import CUSTOMERS, ITERATION, a_shop, assigned, files_in, go

from pitcairn.canonical import file_digest
from pitcairn.errors import DataError, PitcairnError, Refused, SpecError
from pitcairn.iteration import launch as module
from pitcairn.ledger import history
from pitcairn.ledger.verify import verify
from pitcairn.program import ProgramFolder


@pytest.fixture
def shop(tmp_path: Path) -> ProgramFolder:
    return a_shop(tmp_path / "shop")


def test_a_launch_draws_everybody_who_may_be_drawn_and_locks_the_plan(shop: ProgramFolder) -> None:
    done = go(shop)
    drawn = assigned(shop)
    assert len(drawn) == CUSTOMERS - CUSTOMERS // 100 == sum(count for _, _, count in done.arms)
    assert [(one.reason, one.count) for one in done.left_out if one.count] == [("opted out", CUSTOMERS // 100)]
    assert not [customer for customer in drawn if int(customer[1:]) % 100 == 7]
    row = history.launch_of(shop.ledger_file, "note", 1)
    assert row is not None
    assert row.body.plan_digest == done.digest == done.plan.digest
    assert row.body.list_digest == file_digest(shop.assignment_file("note", 1))
    assert row.by == "ada"
    assert verify(shop.ledger_file).intact


def test_the_lists_hold_exactly_the_customers_of_their_arm(shop: ProgramFolder) -> None:
    done = go(shop)
    listed = (shop.lists("note", 1) / "note.csv").read_text(encoding="utf-8").split()
    assert listed[0] == "customer"
    assert set(listed[1:]) == {customer for customer, arm in assigned(shop).items() if arm == "note"}
    assert [path.name for path in done.files] == ["assignment.parquet", "note.csv"]
    assert all(path.is_file() for path in done.files)


def test_git_never_sees_a_list(shop: ProgramFolder) -> None:
    go(shop)
    subprocess.run(["git", "init", "-q"], cwd=shop.root, check=True)
    seen = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=shop.root, check=True, capture_output=True, text=True
    ).stdout
    assert "iteration-1.yaml" in seen
    assert "lists" not in seen


def test_a_dry_run_says_the_same_and_writes_nothing(shop: ProgramFolder) -> None:
    before = files_in(shop)
    told = go(shop, dry_run=True)
    assert files_in(shop) == before
    done = go(shop)
    assert (told.arms, told.left_out, told.digest, told.files) == (done.arms, done.left_out, done.digest, done.files)


def test_the_same_launch_elsewhere_draws_the_same_customers(tmp_path: Path) -> None:
    first, second = a_shop(tmp_path / "one"), a_shop(tmp_path / "two")
    go(first)
    go(second)
    assert assigned(first) == assigned(second)


def test_a_second_launch_is_refused(shop: ProgramFolder) -> None:
    go(shop)
    with pytest.raises(Refused, match="was launched on 1 March 2026 by ada"):
        go(shop)


def test_a_plan_changed_after_launch_is_refused_with_the_difference(shop: ProgramFolder) -> None:
    go(shop)
    file = shop.iteration_file("note", 1)
    file.write_text(ITERATION.replace("20 per 1000", "5 per 1000"), encoding="utf-8")
    with pytest.raises(Refused, match="has changed since") as caught:
        go(shop)
    assert "worth_it: was “20 per 1000”, is now “5 per 1000”" in str(caught.value)


def test_a_comment_is_no_change(shop: ProgramFolder) -> None:
    go(shop)
    file = shop.iteration_file("note", 1)
    file.write_text("# a thought\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(Refused, match="was launched on"):
        go(shop)


def test_a_start_that_is_over_is_refused(shop: ProgramFolder) -> None:
    with pytest.raises(Refused, match="2 March 2026, is already over"):
        go(shop, today=date(2026, 3, 3))


def test_customers_of_a_running_pilot_are_left_out(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", pilots=("note", "voucher"))
    file = shop.iteration_file("note", 1)
    file.write_text(file.read_text(encoding="utf-8") + "take: 1/4\n", encoding="utf-8")
    other = shop.pilot_file("voucher")
    other.write_text(other.read_text(encoding="utf-8").replace("product_line: bread", "product_line: cheese"))
    go(shop)
    done = go(shop, "voucher")
    assert not set(assigned(shop)) & set(assigned(shop, "voucher"))
    reasons = {one.reason: one.count for one in done.left_out}
    assert reasons["in another running pilot"] == len(assigned(shop))


def test_an_iteration_draws_nobody_of_the_one_before(shop: ProgramFolder) -> None:
    first = ITERATION + "take: 1/2\n"
    shop.iteration_file("note", 1).write_text(first, encoding="utf-8")
    go(shop)
    later = ITERATION.replace("2026-03-02", "2026-05-04").replace("2026-03-16", "2026-05-18")
    later += "changed: [{what: the picture, why: nobody saw it}]\n"
    shop.iteration_file("note", 2).write_text(later, encoding="utf-8")
    done = go(shop, number=2)
    assert not set(assigned(shop)) & set(assigned(shop, number=2))
    reasons = {one.reason: one.count for one in done.left_out}
    assert reasons["drawn in an earlier iteration of this pilot"] == len(assigned(shop))


def test_a_list_that_is_gone_stops_the_next_draw(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop", pilots=("note", "voucher"))
    go(shop)
    shop.assignment_file("note", 1).unlink()
    with pytest.raises(DataError, match="cannot be left out of this draw"):
        go(shop, "voucher")


def test_a_plan_with_problems_writes_nothing(shop: ProgramFolder) -> None:
    shop.iteration_file("note", 1).write_text(ITERATION.replace("14 days", "14 dayz"), encoding="utf-8")
    before = files_in(shop)
    with pytest.raises(SpecError, match="14 dayz"):
        go(shop)
    assert files_in(shop) == before


@pytest.mark.parametrize("trouble", ["append", "rename"])
def test_an_error_while_locking_leaves_nothing(
    shop: ProgramFolder, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    kept = Path.replace

    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    def fail_at_the_end(path: Path, target: Path) -> Path:
        if path.name.startswith(".iteration-"):
            fail()
        return kept(path, target)

    with monkeypatch.context() as patch:
        if trouble == "append":
            patch.setattr(module.Ledger, "append", fail)
        else:
            patch.setattr(Path, "replace", fail_at_the_end)
        with pytest.raises(OSError, match="disk is full"):
            go(shop)
    assert history.launch_of(shop.ledger_file, "note", 1) is None
    assert not shop.lists("note", 1).parent.exists()
    go(shop)
    assert assigned(shop)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from small_shop import go
from pitcairn.program import ProgramFolder
import pitcairn.iteration.launch as module
place = {place!r}
if place == "append":
    kept = module.Ledger.append
    def die(self, *given, **named):
        kept(self, *given, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    module.Ledger.append = die
elif place == "rename":
    kept = Path.replace
    def die(self, target):
        kept(self, target)
        if self.name.startswith(".iteration-"):
            os.kill(os.getpid(), signal.SIGKILL)
        return target
    Path.replace = die
elif place == "draw":
    kept = module.draw
    def die(*given, **named):
        kept(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    module.draw = die
go(ProgramFolder(Path({root!r})))
"""


@pytest.mark.parametrize("place", ["draw", "append", "rename", "never"])
def test_a_crash_at_any_point_leaves_nothing_or_everything(shop: ProgramFolder, place: str) -> None:
    script = KILLED.format(tests=os.path.dirname(__file__), place=place, root=str(shop.root))  # noqa: PTH120
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    row = history.launch_of(shop.ledger_file, "note", 1)
    if place == "never":
        assert done.returncode == 0, done.stderr
        assert row is not None
        return
    assert done.returncode == -signal.SIGKILL
    assert row is None, "the ledger knows nothing of it"
    assert shop.lists("note", 1).exists() == (place == "rename"), "lists without a row are a crash's remains"
    assert verify(shop.ledger_file).intact
    go(shop)
    assert len(assigned(shop)) == CUSTOMERS - CUSTOMERS // 100
    assert [path.name for path in sorted(shop.lists("note", 1).parent.iterdir())] == [".gitignore", "iteration-1"]


@pytest.mark.parametrize("moment", ["drawing", "drawn"])
def test_of_two_launches_at_once_one_is_made_and_the_other_told(
    shop: ProgramFolder, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    kept = module.draw

    def overtaken(*given: object, **named: object) -> object:
        monkeypatch.setattr(module, "draw", kept)
        if moment == "drawing":
            go(shop, by="bo")
        drawn = kept(*given, **named)  # type: ignore[arg-type]
        if moment == "drawn":
            go(shop, by="bo")
        return drawn

    monkeypatch.setattr(module, "draw", overtaken)
    with pytest.raises(Refused, match="was launched on 1 March 2026 by bo"):
        go(shop)
    assert [row.by for row in history.launches(shop.ledger_file)] == ["bo"]
    assert [path.name for path in sorted(shop.lists("note", 1).parent.iterdir())] == [".gitignore", "iteration-1"]


def test_who_cannot_get_at_the_ledger_leaves_the_lists_of_whoever_holds_it(
    shop: ProgramFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = module.Ledger.open
    monkeypatch.setattr(module.Ledger, "open", lambda path: opened(path, wait_seconds=0.0))
    with opened(shop.ledger_file) as ledger, ledger.transaction():
        shop.lists("note", 1).mkdir(parents=True)
        with pytest.raises(PitcairnError, match="is in use"):
            go(shop)
        assert shop.lists("note", 1).is_dir()


def test_all_missing_columns_of_the_customers_are_told_at_once(shop: ProgramFolder) -> None:
    path = shop.root / "data" / "customers.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("id,area,visited,opted_out", "who,area,seen,out", 1), encoding="utf-8")
    with pytest.raises(DataError, match="has no column") as caught:
        go(shop)
    assert [problem.message.split("“")[2].split("”")[0] for problem in caught.value.problems] == [
        "id",
        "opted_out",
        "visited",
    ]


def test_groups_are_held_side_by_side_before_anything_is_sent(shop: ProgramFolder) -> None:
    path = shop.program_file
    path.write_text(path.read_text(encoding="utf-8").replace(", before: visited", ""), encoding="utf-8")
    for dry_run in (True, False):
        (check,) = go(shop, dry_run=dry_run).checks
        assert check.state == "pass"
        assert "in the share of “Area”" in check.sentence


def test_a_group_that_no_reading_could_use_stops_the_launch(shop: ProgramFolder) -> None:
    path = shop.program_file
    path.write_text(path.read_text(encoding="utf-8").replace("column: area", "column: id"), encoding="utf-8")
    with pytest.raises(DataError, match=r"Group “area” has .* levels"):
        go(shop)
    assert not shop.ledger_file.exists()
