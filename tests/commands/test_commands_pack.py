"""`pitcairn pack` as a person types it: show, verify, diff, card, keygen, sign; and what it says where it cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pitcairn.commands.group import run
from pitcairn.errors import DataError
from pitcairn.promotion.pack import packed
from promotion.pack_builders import small_contents, small_pack, small_payload

NAME = "bread-note-1.0.0.pilotpack"


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pack alone in a folder that is no program."""
    (tmp_path / "shop").mkdir()
    data = small_pack(tmp_path / "shop")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path(NAME).write_bytes(data)
    return Path(NAME)


def asked(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    code = run([*map(str, words)])
    found = capsys.readouterr()
    return code, found.out, found.err


def as_json(capsys: pytest.CaptureFixture[str], *words: str | Path) -> dict[str, object]:
    _, out, _ = asked(capsys, *words, "--json")
    found: dict[str, object] = json.loads(out)
    return found


def test_show_tells_the_claim_and_what_to_expect(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(capsys, "pack", "show", pack)
    assert code == 0
    for words in ("A winner was chosen for being ahead", "What was tried, failures included", "[The shop's name]"):
        assert words in " ".join(out.split())


def test_verify_says_that_nobody_is_known_to_stand_for_it(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(capsys, "pack", "verify", pack)
    assert code == 0
    assert "every byte of its" in out
    assert "nobody is known to stand for it" in " ".join(out.split())
    assert as_json(capsys, "pack", "verify", pack)["may_be_adopted"] is False


def test_two_people_sign_and_a_reader_who_trusts_them_believes_it(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("cryptography", reason="the extra `sign` is not installed")
    keys = tmp_path / "private"
    public = {}
    for person in ("ines", "bo"):
        public[person] = as_json(capsys, "pack", "keygen", keys / person)["public"]
    trusted = Path("trusted-keys.yaml")
    trusted.write_text(
        "roles: [analyst, sponsor]\nkeys:\n"
        f"  - {{key: '{public['ines']}', person: Ines Roth, role: analyst, valid_from: 2020-01-01}}\n"
        f"  - {{key: '{public['bo']}', person: Bo Lind, role: sponsor}}\n",
        encoding="utf-8",
    )
    verify = ("pack", "verify", pack, "--keys", trusted)
    assert asked(capsys, *verify)[0] == DataError.exit_code
    assert asked(capsys, "pack", "sign", pack, "--key", keys / "ines")[0] == 0
    code, out, _ = asked(capsys, *verify)
    assert code == DataError.exit_code
    assert "1 of the 2 people needed have signed, and nobody as sponsor" in " ".join(out.split())
    asked(capsys, "pack", "sign", pack, "--key", keys / "bo")
    code, out, _ = asked(capsys, *verify)
    assert code == 0
    assert "Signed by Ines Roth (analyst)." in out
    assert "Bo Lind and Ines Roth stand for it." in out
    trusted.write_text(trusted.read_text(encoding="utf-8").replace("2020-01-01", "2099-01-01"), encoding="utf-8")
    code, out, _ = asked(capsys, *verify)
    assert code == DataError.exit_code
    assert "was not good on" in out


@pytest.mark.parametrize("spelled", ["Ines Roth", "roth, ines", "Ines"])
def test_one_person_with_two_keys_is_one_person(
    spelled: str, pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("cryptography", reason="the extra `sign` is not installed")
    lines = ["keys:"]
    for name, person in (("one", "Ines Roth"), ("two", spelled)):
        key = tmp_path / "private" / name
        public = as_json(capsys, "pack", "keygen", key)["public"]
        lines.append(f"  - {{key: '{public}', person: '{person}', role: {name}}}")
        asked(capsys, "pack", "sign", pack, "--key", key)
    Path("keys.yaml").write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = asked(capsys, "pack", "verify", pack, "--keys", "keys.yaml")
    assert code == DataError.exit_code
    assert "1 of the 2 people needed" in out


def test_a_signature_in_somebody_elses_name_is_refused(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The right key id on the wrong signature: a file that was made to look signed."""
    pytest.importorskip("cryptography", reason="the extra `sign` is not installed")
    from dataclasses import replace

    from pitcairn.promotion.pack import opened, packed

    key = tmp_path / "private" / "ines"
    public = as_json(capsys, "pack", "keygen", key)["public"]
    asked(capsys, "pack", "sign", pack, "--key", key)
    found = opened(pack)
    assert found.envelope is not None
    (one,) = found.envelope.signatures
    forged = replace(found.envelope, signatures=(replace(one, bytes=bytes(64)),))
    pack.write_bytes(packed(found.contents, found.payload, forged))
    Path("keys.yaml").write_text(f"keys:\n  - {{key: '{public}', person: Ines, role: a}}\n", encoding="utf-8")
    code, _, err = asked(capsys, "pack", "verify", pack, "--keys", "keys.yaml")
    assert code == DataError.exit_code
    assert "in the name of Ines (a) is not theirs" in err


@pytest.mark.parametrize("verb", ["show", "verify", "card"])
def test_a_spoilt_pack_is_refused_by_every_verb_with_file_and_reason(
    pack: Path, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(bytes(data))
    before = sorted(Path().iterdir())
    code, _, err = asked(capsys, "pack", verb, pack)
    assert code == DataError.exit_code
    assert NAME in err
    assert "do not fit its checksum" in err
    assert sorted(Path().iterdir()) == before


def test_a_file_that_is_not_there_or_no_pack_is_told_plainly(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    assert "There is no file nowhere.pilotpack" in asked(capsys, "pack", "verify", "nowhere.pilotpack")[2]
    Path("letter.pilotpack").write_text("Dear all", encoding="utf-8")
    assert "no zip archive" in asked(capsys, "pack", "verify", "letter.pilotpack")[2]
    code, _, err = asked(capsys, "pack", "verify", pack, "--keys", "nowhere.yaml")
    assert code == 3
    assert "cannot be opened" in err


def test_the_card_is_one_page_that_asks_nothing_of_anybody(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, "pack", "card", pack, "--out", "card.html")[0] == 0
    page = Path("card.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    first = Path("card.html").read_bytes()
    asked(capsys, "pack", "card", pack, "--out", "card.html")
    assert Path("card.html").read_bytes() == first


def test_diff_says_what_follows_for_the_evidence(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(capsys, "pack", "diff", pack, pack)
    assert code == 0
    assert "the same pack" in out


def test_promote_outside_a_program_says_how_to_make_one(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    code, _, err = asked(capsys, "promote", "note", "--arm", "a")
    assert code == 3
    assert "pitcairn init" in err


def test_only_a_pack_of_made_up_customers_is_looked_at_on_another_day(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = asked(capsys, "pack", "verify", pack, "--today", "2030-01-01")
    assert (code, out) == (6, "")
    assert "this pack's customers are real" in err
    (tmp_path / "made").mkdir()
    pack.write_bytes(small_pack(tmp_path / "made", simulated="All customers are made up."))
    assert asked(capsys, "pack", "verify", pack, "--today", "2030-01-01")[0] == 0
    assert as_json(capsys, "pack", "verify", pack, "--today", "2030-01-01")["expired"] is True


def test_diff_tells_people_s_words_and_rounded_numbers(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").mkdir()
    made = small_contents(tmp_path / "other")
    measures = (replace(made.measures[0], window_days=21, worth_it=0.03), *made.measures[1:])
    raw = replace(made.claim.raw, log_ratio=0.2123123)
    made = replace(made, claim=replace(made.claim, raw=raw), measures=measures)
    Path("other.pilotpack").write_bytes(packed(made, small_payload(made)))
    code, out, _ = asked(capsys, "pack", "diff", pack, "other.pilotpack")
    assert code == 0
    assert "measures.visit.window\n  was “14 days”\n  is  “21 days”" in out
    assert "measures.visit.worth_it\n  was “20 per 1000”\n  is  “30 per 1000”" in out
    assert "is  “+23.7%, likely between +9.9% and +39.1%”" in out
    assert "log_ratio" not in out
    assert "digest" not in out
