from __future__ import annotations

import json
from pathlib import Path

import pytest
from bread_shop import a_shop, call

from pitcairn.spec.example import TRUSTED_KEYS


@pytest.mark.parametrize("pilot", [(), ("p",)])
def test_what_is_wrong_beside_the_three_plan_files_is_told_with_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pilot: tuple[str, ...]
) -> None:
    folder = a_shop(tmp_path / "shop")
    text = folder.iteration_file("p", 1).read_text(encoding="utf-8")
    folder.iteration_file("p", 1).write_text(text.replace("14 days", "14 dayz"), encoding="utf-8")
    folder.pack_file("p").write_text("title: 1\n", encoding="utf-8")
    folder.trusted_keys_file.write_text("keys:\n  - {kee: 1}\n", encoding="utf-8")
    code, out, _ = call(capsys, folder, "check", *pilot, "--json")
    assert code == 3
    told = {(problem["file"], problem["line"]) for problem in json.loads(out)["problems"]}
    assert {("pilots/p/iteration-1.yaml", 9), ("pilots/p/pack.yaml", 1), ("trusted-keys.yaml", 2)} <= told


def test_trusted_keys_that_are_in_order_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = a_shop(tmp_path / "shop")
    folder.trusted_keys_file.write_text(TRUSTED_KEYS, encoding="utf-8")
    code, out, err = call(capsys, folder, "check")
    assert (code, err) == (0, "")
    assert "trusted-keys.yaml is valid" in out
