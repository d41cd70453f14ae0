"""`pack.yaml` and `trusted-keys.yaml`: the examples of the key reference load; slips are told at their line."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan_files import changed, program_folder

from pitcairn.errors import SpecError
from pitcairn.program import ProgramFolder
from pitcairn.spec.example import PACK, TRUSTED_KEYS
from pitcairn.spec.practice_rules import load_pack, load_trusted_keys


def written(root: Path, text: str = PACK) -> ProgramFolder:
    folder = program_folder(root)
    folder.pack_file("card").write_text(text, encoding="utf-8")
    (folder.pilot_folder("card") / "playbook.md").write_text("# Card\n", encoding="utf-8")
    return folder


def test_the_examples_load(tmp_path: Path) -> None:
    folder = written(tmp_path)
    spec = load_pack(folder, "card")
    assert spec.parameters["books"].tested == [2]
    assert (spec.within, spec.good_for) == (28, 365)
    folder.trusted_keys_file.write_text(TRUSTED_KEYS, encoding="utf-8")
    keys = load_trusted_keys(folder.trusted_keys_file)
    assert keys is not None
    assert (keys.signers, [one.person for one in keys.keys]) == (2, ["Ines Roth", "Bo Lind"])


def test_without_trusted_keys_nobody_is_trusted(tmp_path: Path) -> None:
    assert load_trusted_keys(tmp_path / "trusted-keys.yaml") is None


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("at_most: 5", "at_most: 2", "3 is outside the limits"),
        ("tested: [2]", "tested: [9]", "9 is outside the limits"),
        ("    value: 3\n", "", "says no `value`"),
        ("kind: adaptable", "kind: core", "only an adaptable parameter has limits"),
        ("playbook: playbook.md", "playbook: playbook.txt", "a playbook is a Markdown file"),
        ("playbook: playbook.md", "playbook: ../../../playbook.md", "leads out of the pilot’s folder"),
        ("playbook: playbook.md", "playbook: playbook.md\nassets: [playbook.md]", "named twice"),
        ("out_of_scope:", "rollout: {waves: [{name: a}]}\nout_of_scope:", "either `places` or `share`"),
        (
            "out_of_scope:",
            "rollout: {stages: [{name: a, treat: 80%, control: 30%, hold: 7 days}]}\nout_of_scope:",
            "more than 1",
        ),
        (
            "out_of_scope:",
            "rollout: {stages: [{name: a, treat: 20%, control: 10%, hold: 7 days}, "
            "{name: b, treat: 10%, control: 10%, hold: 7 days}]}\nout_of_scope:",
            "may not treat fewer",
        ),
    ],
)
def test_a_slip_is_told_where_it_stands(tmp_path: Path, old: str, new: str, why: str) -> None:
    folder = written(tmp_path, changed(PACK, (old, new)))
    with pytest.raises(SpecError, match=why) as caught:
        load_pack(folder, "card")
    problem = caught.value.problems[0]
    assert problem.file == "pilots/card/pack.yaml"
    assert problem.line is not None


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trusted-keys.yaml"
    path.write_text(changed(TRUSTED_KEYS, ("ed25519:11q", "rsa:11q")), encoding="utf-8")
    with pytest.raises(SpecError, match=r"trusted-keys\.yaml:3:"):
        load_trusted_keys(path)


def test_one_key_does_not_stand_for_two_people(tmp_path: Path) -> None:
    path = tmp_path / "trusted-keys.yaml"
    key = f"ed25519:{'A' * 43}="
    both = [f"  - {{key: '{key}', person: {person}, role: analyst}}\n" for person in ("Ines Roth", "Bo Lind")]
    path.write_text("keys:\n" + "".join(both), encoding="utf-8")
    with pytest.raises(SpecError, match="this key is Ines Roth’s already") as caught:
        load_trusted_keys(path)
    assert caught.value.problems[0].line == 3
