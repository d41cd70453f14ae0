from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from iteration.small_shop import a_shop, luck
from pitcairn.commands.group import run
from pitcairn.design.plan import Condition
from pitcairn.design.resolve import resolve
from pitcairn.ledger import history
from pitcairn.program import ProgramFolder
from pitcairn.promotion.adoption import state_of
from pitcairn.promotion.attest import from_json
from pitcairn.promotion.attest import to_json as to_dsse
from pitcairn.promotion.compiled import next_stage
from pitcairn.promotion.contents import Contents
from pitcairn.promotion.encode import settled
from pitcairn.promotion.keys import keyid, make, public_text
from pitcairn.promotion.layout import arm_at, cuts_at, spans_of
from pitcairn.promotion.pack import packed
from pitcairn.promotion.payload import CONTENTS, to_json
from pitcairn.promotion.registry import adoptions_in
from pitcairn.spec.load import load
from promotion.adoptable import contents, plan_of_the_shop

BEFORE = ("--today", "2026-03-01")
READ = ("--today", "2026-03-17")


@pytest.fixture
def there(tmp_path: Path) -> Contents:
    return contents(plan_of_the_shop(tmp_path / "origin"))


@pytest.fixture
def here(tmp_path: Path) -> ProgramFolder:
    folder = a_shop(tmp_path / "here", pilots=())
    text = folder.program_file.read_text(encoding="utf-8")
    text = text.replace("product_lines:", "simulated: Made up for a test.\nproduct_lines:")
    folder.program_file.write_text(text, encoding="utf-8")
    return folder


def a_file(made: Contents, folder: Path) -> Path:
    path = folder / f"{made.identity.name}-{made.identity.version}.pilotpack"
    path.write_bytes(packed(made, {CONTENTS: to_json(made).encode("utf-8")}))
    return path


def pitcairn(folder: ProgramFolder, *words: str | Path) -> int:
    return run(["-C", str(folder.root), "--plain", *map(str, words)])


def adopt(folder: ProgramFolder, file: Path, *more: str) -> int:
    given = ("--at", "product_line:cheese", "--set", "shop_name=Corner", "--start", "2026-03-02", "--unsigned")
    return pitcairn(folder, "adopt", file, *given, "--by", "bo", *BEFORE, *more)


def happen(folder: ProgramFolder, gain: float, number: int = 1) -> None:
    """Everybody drawn to any stage gets outcomes; the practice adds `gain` to visits of 10 %."""
    import duckdb

    rows = ["id,visit,complaint"]
    for stage in range(1, number + 1):
        path = folder.assignment_file("bread-note", stage)
        for who, arm in duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall():
            rate = 0.1 + (gain if arm == "practice" else 0.0)
            rows.append(f"{who},{int(luck(who, 'visit') < rate)},{int(luck(who, 'spam') < 0.002)}")
    (folder.root / "data" / "outcomes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def words(capsys: pytest.CaptureFixture[str]) -> str:
    """Everything said on either stream, without line breaks."""
    said = capsys.readouterr()
    return " ".join((said.out + said.err).split())


def answered(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out))


def test_a_pack_becomes_an_ordinary_pilot_with_its_prediction_first(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(here, a_file(there, tmp_path)) == 0
    said = words(capsys)
    assert "Expected here: +" in said
    assert "A second place replaces the assumption" in said
    plan = resolve(load(here, "bread-note", 1))
    assert plan.arm("practice").message == "Fresh bread at Corner, {{ first_name }}."
    assert plan.arm("practice").when == "18 o'clock"
    assert plan.take == pytest.approx(0.1)
    assert (plan.scope, plan.deciding.id, plan.comparison.id) == ("cheese", "visit", "held-out")
    (row,) = history.entries(here.ledger_file, "adoption")
    assert row.body["prediction"]["places"] == 1
    assert history.launches(here.ledger_file) == ()
    assert pitcairn(here, "check") == 0
    assert pitcairn(here, "launch", "bread-note", "-y", *BEFORE) == 0


def test_a_pack_adopted_where_it_was_proven_belongs_to_the_question_it_was_proven_in(
    there: Contents, here: ProgramFolder, tmp_path: Path
) -> None:
    assert adopt(here, a_file(there, tmp_path), "--at", "product_line:bread") == 0
    (row,) = history.entries(here.ledger_file, "adoption")
    assert row.lineage == plan_of_the_shop(tmp_path / "again").lineage


def test_a_dry_run_writes_nothing(there: Contents, here: ProgramFolder, tmp_path: Path) -> None:
    assert adopt(here, a_file(there, tmp_path), "--dry-run") == 0
    assert here.pilot_ids() == ()
    assert not here.ledger_file.exists()


def test_unlike_customers_are_refused_and_nothing_is_left_behind(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    islands = tuple(replace(one, level=name) for one, name in zip(there.by_group, ("isle", "atoll"), strict=True))
    assert adopt(here, a_file(replace(there, by_group=islands), tmp_path)) == 6
    assert "similarity is 0.00" in words(capsys)
    assert here.pilot_ids() == ()
    assert not here.ledger_file.exists()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--set", "offer=ten"), "another model"),
        (("--set", "hour=23"), "it may be 16 to 20"),
        (("--set", "colour=red"), "no parameter"),
        (("--map", "visit=vist"), "did you mean"),
        (("--map", "visit=complaint"), "another quantity"),
        (("--map", "customers=outcome"), "no source"),
        (("--at", "product_line:chese"), "did you mean"),
        (("--today", "2027-06-01"), "was good until"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_way_out(
    more: tuple[str, ...],
    why: str,
    there: Contents,
    here: ProgramFolder,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert adopt(here, a_file(there, tmp_path), *more) == 6
    assert why in words(capsys)
    assert here.pilot_ids() == ()


def test_a_pack_that_nobody_trusted_has_signed_needs_a_word(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(there, tmp_path)
    assert pitcairn(here, "adopt", file, "--at", "product_line:cheese", "--by", "bo", *BEFORE) == 6
    assert "--unsigned" in words(capsys)


def test_contacts_of_all_packs_together_stay_under_the_cap(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = here.program_file.read_text(encoding="utf-8")
    contacts = "  contacts: {kind: events, files: data/contacts.csv, customer: id, time: day}\nmeasures:"
    text = text.replace("measures:", contacts, 1)
    text += "  caps: [{at_most: 1, within: 14 days, source: contacts}]\n"
    here.program_file.write_text(text, encoding="utf-8")
    (here.root / "data" / "contacts.csv").write_text("id,day\nc00001,2026-01-01\n", encoding="utf-8")
    file = a_file(there, tmp_path)
    assert adopt(here, file) == 0
    assert adopt(here, file, "--as", "again") == 6
    assert "together it would be 2" in words(capsys)
    assert pitcairn(here, "retire", "bread-note", "--because", "room for another", "--by", "bo", *BEFORE) == 0
    assert adopt(here, file, "--as", "again") == 0


LATER = ("--today", "2027-06-01")


def dated(there: Contents, version: str, until: str) -> Contents:
    return replace(there, identity=replace(there.identity, version=version, valid_until=until))


def test_an_adoption_lapses_with_its_evidence_and_is_renewed_by_newer_evidence_for_the_same_model(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(here, a_file(there, tmp_path)) == 0
    assert pitcairn(here, "launch", "bread-note", "-y", *BEFORE) == 0
    happen(here, 0.1)
    assert pitcairn(here, "read", "bread-note", *READ) == 0
    assert pitcairn(here, "rollout", "bread-note", "--rehearse-rollback", "--by", "ada", *READ) == 0
    assert pitcairn(here, "status", *READ) == 0
    assert "Lapsed" not in words(capsys)
    assert pitcairn(here, "status", *LATER) == 0
    assert "Lapsed: renew or end" in words(capsys)
    assert pitcairn(here, "rollout", "bread-note", "--advance", "--by", "ada", *LATER) == 6
    assert "no stage opens on it" in words(capsys)
    assert pitcairn(here, "watch", "bread-note", "--by", "ada", *LATER) == 0
    assert "was not renewed" in words(capsys)

    renew = ("--unsigned", "--by", "ada", *LATER)
    another = replace(there.model, practice=replace(there.model.practice, message="Cake."))
    refusals = {
        "was itself good until": a_file(dated(there, "1.1.0", "2027-05-30"), tmp_path),
        "is another model": a_file(
            settled(replace(dated(there, "2.0.0", "2028-05-01"), model=another, core_digest=another.core_digest)),
            tmp_path,
        ),
    }
    for why, file in refusals.items():
        assert pitcairn(here, "renew", "bread-note", file, *renew) == 6
        assert why in words(capsys)
    newer = a_file(dated(there, "1.2.0", "2028-05-01"), tmp_path)
    assert pitcairn(here, "renew", "bread-note", newer, "--by", "ada", *LATER) == 6
    assert "--unsigned" in words(capsys)
    assert pitcairn(here, "renew", "bread-note", newer, *renew) == 0
    assert "goes on with bread-note 1.2.0, by ada. Its evidence is good until 1 May 2028." in words(capsys)
    assert pitcairn(here, "renew", "bread-note", newer, *renew) == 6
    assert "already good until 1 May 2028" in words(capsys)
    assert pitcairn(here, "status", *LATER) == 0
    assert "Lapsed" not in words(capsys)
    state = state_of(here.ledger_file, "bread-note")
    assert (state.valid_until, state.adoption.version) == ("2028-05-01", "1.0.0")
    assert pitcairn(here, "status", "--today", "2028-05-02") == 0
    assert "Lapsed" in words(capsys)
    assert pitcairn(here, "retire", "bread-note", "--because", "no longer", "--by", "ada", *LATER) == 0
    assert pitcairn(here, "renew", "bread-note", newer, *renew) == 6
    assert "is over since" in words(capsys)


def test_a_prediction_is_signed_before_the_first_customer_and_watch_says_by_whom(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("cryptography", reason="the extra `sign` is not installed")
    lines, keys = ["keys:"], [tmp_path / "private" / name for name in ("ines", "bo")]
    for key in keys:
        public = public_text(make(key))
        lines.append(f"  - {{key: '{public}', person: {key.name.title()}, role: analyst}}")
    file = a_file(there, tmp_path)
    assert adopt(here, file, "--key", str(keys[0]), "--key", str(tmp_path / "none")) != 0
    assert here.pilot_ids() == ()
    assert not here.ledger_file.exists()
    assert adopt(here, file, "--key", str(keys[0]), "--key", str(keys[1])) == 0
    signed = here.pilot_folder("bread-note") / "prediction.dsse.json"
    (row,) = history.entries(here.ledger_file, "adoption")
    envelope = from_json(signed.read_bytes(), file=signed.name)
    said = json.loads(envelope.payload)
    assert said["predicateType"] == "urn:pitcairn:prediction:1"
    assert said["subject"] == [{"name": "bread-note@1.0.0", "digest": {"sha256": row.body["pack_digest"]}}]
    assert said["predicate"]["ledgerRow"] == {"sha256": row.digest}
    assert said["predicate"]["prediction"] == row.body["prediction"]
    assert len(envelope.signatures) == 2

    here.trusted_keys_file.write_text("\n".join(lines[:2]) + "\n", encoding="utf-8")
    registry = tmp_path / "registry"
    registry.mkdir()
    capsys.readouterr()
    assert pitcairn(here, "watch", "bread-note", "--registry", registry, "--by", "ada", *READ) == 0
    told = words(capsys)
    assert "The prediction: Signed by Ines (analyst)." in told
    assert "The prediction: A key that is not trusted here signed" in told
    (beside,) = (registry / "adoptions").glob("*.dsse.json")
    assert beside.read_bytes() == signed.read_bytes()
    assert len(adoptions_in(registry)[0]) == 1
    assert adoptions_in(registry)[1] == ()

    said["predicate"]["prediction"]["estimate"] += 0.1
    other = replace(envelope, payload=json.dumps(said, sort_keys=True, separators=(",", ":")).encode())
    signed.write_bytes(to_dsse(other))
    assert pitcairn(here, "watch", "bread-note", "--by", "ada", *READ) == 4
    assert "What was signed is not the prediction in the ledger" in words(capsys)
    forged = replace(envelope, signatures=tuple(replace(one, bytes=bytes(64)) for one in envelope.signatures))
    signed.write_bytes(to_dsse(forged))
    assert pitcairn(here, "watch", "bread-note", "--by", "ada", *READ) == 4
    assert "in the name of Ines (analyst) is not theirs" in words(capsys)


def test_securesystemslib_agrees_that_a_prediction_was_signed(
    there: Contents, here: ProgramFolder, tmp_path: Path
) -> None:
    pytest.importorskip("cryptography", reason="the extra `sign` is not installed")
    dsse = pytest.importorskip("securesystemslib.dsse", reason="the judge securesystemslib is not installed")
    from securesystemslib.signer import SSlibKey

    key = tmp_path / "private" / "ines"
    public = make(key)
    assert adopt(here, a_file(there, tmp_path), "--key", str(key)) == 0
    signed = json.loads((here.pilot_folder("bread-note") / "prediction.dsse.json").read_bytes())
    judge = dsse.Envelope.from_dict(signed)
    known = SSlibKey(keyid(public), "ed25519", "ed25519", {"public": public.hex()})
    assert judge.verify([known], 1)


def test_stages_open_one_by_one_and_nobody_moves(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(here, a_file(there, tmp_path)) == 0
    assert pitcairn(here, "rollout", "bread-note", "--advance", "--by", "ada", *READ) == 6
    assert "way back has not been tried" in words(capsys)
    assert pitcairn(here, "launch", "bread-note", "-y", *BEFORE) == 0
    assert pitcairn(here, "rollout", "bread-note", "--rehearse-rollback", "--by", "ada", *READ) == 0
    assert "cannot be unsent" in words(capsys)
    assert pitcairn(here, "rollout", "bread-note", "--advance", "--by", "ada", *READ) == 6
    assert "hold" in words(capsys), "not read yet is no pass"
    happen(here, 0.05)
    assert pitcairn(here, "read", "bread-note", "--by", "ada", *READ) == 0
    capsys.readouterr()
    assert pitcairn(here, "rollout", "bread-note", "--json") == 0
    gates = {gate["id"]: gate["colour"] for gate in answered(capsys)["judgement"]["gates"]}
    assert gates["health"] == "green"
    assert gates["enough"] == "green"


def rollout_in_status(folder: ProgramFolder, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert pitcairn(folder, "status", "--json", *READ) == 0
    (one,) = answered(capsys)["rollouts"]
    return dict(one)


def test_status_and_the_site_say_where_an_adopted_pack_stands_and_what_to_type(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(here, a_file(there, tmp_path)) == 0
    assert pitcairn(here, "launch", "bread-note", "-y", *BEFORE) == 0
    running = rollout_in_status(here, capsys)
    assert (running["pack"], running["stage"], running["word"]) == (
        "bread-note 1.0.0 at Cheese",
        "1 of 3, smoke",
        "Hold",
    )
    assert running["command"] == "pitcairn read bread-note"
    happen(here, -0.09)
    assert pitcairn(here, "read", "bread-note", "--by", "ada", *READ) == 0
    harmed = rollout_in_status(here, capsys)
    assert harmed["waiting"]
    assert harmed["word"] == "Red: roll back"
    assert pitcairn(here, "status", *READ) == 0
    said = words(capsys)
    assert (
        "bread-note 1.0.0 at Cheese in bread-note, stage 1 of 3, smoke: A gate that must be met is red: roll back."
        in said
    )
    assert said.count("rollout bread-note --rollback --because TEXT") == 2, "there, and as the next command"
    assert pitcairn(here, "site", *READ) == 0
    index = (here.site / "index.html").read_text(encoding="utf-8")
    assert "One pack is adopted here, one rollout waits for somebody" in index
    assert "Red: roll back" in index
    assert pitcairn(here, "rollout", "bread-note", "--rollback", "--because", "harm", "--by", "bo", *READ) == 0
    over = rollout_in_status(here, capsys)
    assert (over["word"], over["waiting"]) == ("Rolled back", False)
    assert over["sentence"] == "On 17 March 2026, by bo: harm"


def test_status_goes_on_where_a_rollout_cannot_be_judged(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(here, a_file(there, tmp_path)) == 0
    path = here.iteration_file("bread-note", 1)
    path.write_text(path.read_text(encoding="utf-8").replace("Fresh bread", "Half-price bread"), encoding="utf-8")
    assert pitcairn(here, "launch", "bread-note", "-y", *BEFORE) == 0
    found = rollout_in_status(here, capsys)
    assert (found["word"], found["waiting"]) == ("Not judged", True)
    assert "another model than was adopted" in found["sentence"]


def exported(folder: ProgramFolder) -> dict[str, dict[str, str]]:
    assert pitcairn(folder, "export", "bread-note") == 0
    with folder.handover_file("bread-note").open(encoding="utf-8") as file:
        return {row["customer"]: row for row in csv.DictReader(file)}


def test_the_list_says_of_everybody_drawn_what_the_plan_says(
    there: Contents, here: ProgramFolder, tmp_path: Path
) -> None:
    assert adopt(here, a_file(there, tmp_path)) == 0
    assert pitcairn(here, "launch", "bread-note", "-y", *BEFORE) == 0
    rows = exported(here)
    cuts = cuts_at(spans_of(there.rollout.stages)[0], "practice", "held-out")
    assert len(rows) > 300
    assert all(arm_at(cuts, int(row["pilot_bucket"])) == row["arm"] for row in rows.values())
    flags = json.loads((here.export_folder("bread-note") / "flagd.json").read_text(encoding="utf-8"))
    assert flags["flags"]["bread-note"]["metadata"]["pack"] == "bread-note@1.0.0"
    assert '"c0' not in json.dumps(flags)
    assert pitcairn(here, "rollout", "bread-note", "--rollback", "--because", "enough", "--by", "bo", *READ) == 0
    gone = exported(here)
    assert {row["valid_to"] for row in gone.values()} == {"2026-03-17"}
    flags = json.loads((here.export_folder("bread-note") / "flagd.json").read_text(encoding="utf-8"))
    assert flags["flags"]["bread-note"]["state"] == "DISABLED"


def test_an_adoption_is_not_told_that_nobody_said_what_to_expect(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(here, a_file(there, tmp_path)) == 0
    words(capsys)
    assert pitcairn(here, "check", "bread-note") == 0
    told = words(capsys)
    assert "bread-note 1 is valid" in told
    assert "nobody has said what they expect" not in told


def test_a_rollback_needs_a_reason_and_ends_it(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(here, a_file(there, tmp_path)) == 0
    assert pitcairn(here, "rollout", "bread-note", "--rollback", "--by", "bo", *READ) == 6
    assert "needs a reason" in words(capsys)
    assert pitcairn(here, "rollout", "bread-note", "--rollback", "--because", "harm", "--by", "bo", *READ) == 0
    assert pitcairn(here, "rollout", "bread-note", "--rehearse-rollback", "--by", "bo", *READ) == 6
    assert "was rolled back on 17 March 2026 by bo: harm" in words(capsys)


def test_the_places_own_customers_have_to_be_named(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = (Condition(column="area", comparison="in", values=("town",)),)
    made = replace(there.model, targeting=replace(there.model.targeting, place=own))
    file = a_file(replace(there, model=made, core_digest=made.core_digest), tmp_path)
    assert adopt(here, file) == 6
    assert "--keep area=VALUE" in words(capsys)
    assert adopt(here, file, "--keep", "area=land") == 0
    assert "similarity 0.71" in words(capsys)


def test_another_model_under_the_same_name_is_no_evidence(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(here, a_file(there, tmp_path)) == 0
    path = here.iteration_file("bread-note", 1)
    path.write_text(path.read_text(encoding="utf-8").replace("Fresh bread", "Half-price bread"), encoding="utf-8")
    assert pitcairn(here, "launch", "bread-note", "-y", *BEFORE) == 0
    for verb in ("rollout", "watch"):
        assert pitcairn(here, verb, "bread-note") == 6
        assert "another model than was adopted" in words(capsys)


def test_a_claim_that_nothing_follows_from_is_refused(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(here, a_file(replace(there, claim=replace(there.claim, anchor=0.0)), tmp_path)) in (4, 6)
    assert "Traceback" not in words(capsys)
    assert here.pilot_ids() == ()


def with_homes(folder: ProgramFolder) -> None:
    """Three customers a home, in the column `home`."""
    path = folder.root / "data" / "customers.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    homes = [f"{line},h{number // 3}" for number, line in enumerate(lines[1:])]
    path.write_text("\n".join([f"{lines[0]},home", *homes]) + "\n", encoding="utf-8")


def test_a_model_proven_on_whole_households_is_rolled_out_to_whole_ones(
    there: Contents, here: ProgramFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_homes(here)
    asked = replace(there, requirements=replace(there.requirements, cluster="household"))
    file = a_file(settled(asked), tmp_path)
    assert adopt(here, file) != 0
    assert 'has no column "household"' in words(capsys)
    assert not here.pilot_folder("bread-note").exists()
    assert adopt(here, file, "--map", "household=home") == 0
    plan = resolve(load(here, "bread-note", 1))
    assert plan.drawn_cluster == "home"
    assert pitcairn(here, "launch", "bread-note", "-y", *BEFORE) == 0
    assert 'What is drawn is "home"' in words(capsys)
    later = next_stage(plan, spans_of(there.rollout.stages), 2, date(2026, 4, 1))
    assert later.cluster == "home"
    assert pitcairn(here, "pack", "show", file) == 0
    assert "Drawn whole" in words(capsys)
