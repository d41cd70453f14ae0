from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from jinja2 import meta
from small_shop import a_shop

from pitcairn.iteration.outlook import outlook
from pitcairn.iteration.plan_page import plan_page, write_plan_page
from pitcairn.report.plan_pages import PlanPage, Seen, Size
from pitcairn.report.render import environment, rendered

TEMPLATES = (
    "base",
    "plan",
    "partials/notices",
    "partials/masthead",
    "partials/crumbs",
    "partials/words",
)


def test_the_page_says_what_the_terminal_says(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    found = outlook(shop, "note", 1)
    path = write_plan_page(shop, found)
    html = re.sub(r"</?a\b[^>]*>", "", path.read_text(encoding="utf-8"))
    assert path == shop.root / "reports" / "note" / "plan-1.html"
    for text in (found.answer, found.settle_sentence, *found.helps, *(one.gain_text for one in found.curve)):
        assert text in html
    assert "Cannot be shown" in html
    assert "<script" not in html


def test_the_same_outlook_gives_the_same_page(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    pages = {rendered("plan.html.j2", plan_page(outlook(shop, "note", 1))) for _ in range(2)}
    assert len(pages) == 1


def test_what_cannot_be_said_has_a_page_too(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    text = shop.program_file.read_text(encoding="utf-8").replace(", before: visited", "")
    shop.program_file.write_text(text, encoding="utf-8")
    page = plan_page(outlook(shop, "note", 1))
    assert (page.word, page.sizes, page.chart) == ("Cannot be said", (), None)
    assert "nothing is known of" in rendered("plan.html.j2", page)


def test_hostile_labels_stay_text(tmp_path: Path) -> None:
    shop = a_shop(tmp_path / "shop")
    pilot = shop.pilot_file("note")
    bad = "'\"><script>alert(1)</script>'"
    pilot.write_text(pilot.read_text(encoding="utf-8").replace("A note with the bread", bad), encoding="utf-8")
    html = rendered("plan.html.j2", plan_page(outlook(shop, "note", 1)))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_template_uses_the_whole_page_and_nothing_else() -> None:
    env = environment()
    trees = [env.parse(env.loader.get_source(env, f"{name}.html.j2")[0]) for name in TEMPLATES]  # type: ignore[union-attr]
    used = set().union(*(meta.find_undeclared_variables(tree) for tree in trees))
    assert used - {"command", "icon", "id", "name", "tag"} == {field.name for field in dataclasses.fields(PlanPage)}
    source = env.loader.get_source(env, "plan.html.j2")[0]  # type: ignore[union-attr]
    assert all(f"one.{field.name}" in source for kind in (Seen, Size) for field in dataclasses.fields(kind))
