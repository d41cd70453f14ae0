from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from plan_files import program_folder

from pitcairn.spec.example import ITERATION, PILOT, PROGRAM
from pitcairn.spec.load import load
from pitcairn.spec.reference import markdown
from pitcairn.spec.schema import MODELS

PAGE = Path(__file__).parents[2] / "docs" / "plan-files.md"


def test_the_page_is_what_the_models_say():
    assert PAGE.read_text(encoding="utf-8") == markdown(), "run: python -m pitcairn.spec.reference > docs/plan-files.md"


def test_the_page_can_be_made_from_the_command_line():
    made = subprocess.run([sys.executable, "-m", "pitcairn.spec.reference"], capture_output=True, check=True)
    assert made.stdout.decode("utf-8") == markdown()


@pytest.mark.parametrize("kind", MODELS)
def test_every_key_is_there_with_a_meaning(kind):
    page = markdown()
    for name in MODELS[kind].model_fields:
        assert re.search(rf"^\| `{name}` \| [^|]+ \| [^|]* \| \S.* \|$", page, re.MULTILINE), name


def test_links_lead_to_headings_and_no_python_shows_through():
    page = markdown()
    headings = {title.lower().replace(" ", "-") for title in re.findall(r"^### (.+)$", page, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= headings
    assert not re.search(r"<class|Annotated|pitcairn\.spec\.(models|scalars)|None", page)


def test_the_examples_of_the_page_are_one_valid_program(tmp_path):
    page = markdown()
    for text in (PROGRAM, PILOT, ITERATION):
        assert f"```yaml\n{text.rstrip()}\n```" in page
    loaded = load(program_folder(tmp_path), "card")
    assert loaded.pilot.scope.location == "canal-street"
