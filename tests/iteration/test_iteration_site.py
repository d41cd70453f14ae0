"""The whole site of a small program: readings, a decision, a pilot that is gone, hostile names."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from small_shop import a_shop, go, look, outcomes

from pitcairn.errors import DataError
from pitcairn.iteration.site import build, pilot_now
from pitcairn.iteration.standing import standing
from pitcairn.program import ProgramFolder
from pitcairn.report.context import Records

TODAY = date(2026, 4, 1)
HOSTILE = "<script>alert(1)</script>'\""


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.ids += [value or "" for name, value in attrs if name == "id"]


@pytest.fixture
def shop(tmp_path) -> ProgramFolder:
    folder = a_shop(tmp_path, pilots=("note", "other", "later"))
    first = folder.iteration_file("note", 1)
    first.write_text(first.read_text(encoding="utf-8") + "take: 50%\n", encoding="utf-8")
    for pilot in ("note", "other"):
        go(folder, pilot)
        outcomes(folder, pilot=pilot)
        look(folder, pilot)
    return folder


def pages(folder: ProgramFolder) -> dict[str, str]:
    site = folder.site
    return {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}


def test_every_pilot_lineage_and_reading_has_a_page_and_every_link_leads_to_one(shop):
    built = build(shop, today=TODAY)
    found = pages(shop)
    assert built.pages == len(found)
    assert {
        "index.html",
        "pilots/note/index.html",
        "pilots/note/iteration-1.html",
        "pilots/other/iteration-1.html",
        "pilots/later/index.html",
    } <= set(found)
    assert sum(name.startswith("lineages/") for name in found) == 1
    for name, html in found.items():
        seen = Links(html)
        for link in seen.links:
            path, _, fragment = link.partition("#")
            if link == "data:,":
                continue
            target = (shop.site / name).parent / path if path else shop.site / name
            assert target.resolve().is_relative_to(shop.site.resolve())
            assert target.is_file(), f"{name} links to {link}"
            assert not fragment or fragment in Links(target.read_text(encoding="utf-8")).ids
        assert len(seen.ids) == len(set(seen.ids))
        assert "script" not in seen.tags
        assert len(html.encode()) < (150_000 if name == "index.html" else 300_000)


def test_the_index_tells_what_waits_and_what_was_learned(shop):
    build(shop, today=TODAY)
    text = re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", "", pages(shop)["index.html"], flags=re.S))
    assert "not launched yet" in text
    assert "lesson" in text
    assert "No confirmation has been started, so nothing is spent" in text
    assert not [word for word in ("significant", "p-value", "lift", "variant", "treatment") if word in text.lower()]


def test_the_same_program_makes_the_same_site(shop):
    build(shop, today=TODAY)
    before = pages(shop)
    build(shop, today=TODAY)
    assert pages(shop) == before


def test_a_pilot_whose_files_are_gone_keeps_its_lessons(shop):
    shop.pilot_file("other").unlink()
    build(shop, today=TODAY)
    assert "its plan files are gone; what was learned is kept" in pages(shop)["index.html"]


def test_a_result_that_the_ledger_does_not_know_is_left_out_and_said(shop):
    file = shop.result_file("note", 1)
    file.write_text(file.read_text(encoding="utf-8").replace("note", "moat"), encoding="utf-8")
    built = build(shop, today=TODAY)
    assert "pilots/note/iteration-1.html" not in pages(shop)
    assert len(built.left_out) == 1
    assert "not the one in the ledger" in built.left_out[0]


def test_hostile_names_stay_text(tmp_path):
    folder = a_shop(tmp_path)
    for path in (folder.program_file, folder.pilot_file("note")):
        text = path.read_text(encoding="utf-8")
        quoted = HOSTILE.replace("'", "''")
        path.write_text(re.sub(r"^(program|title): .*$", rf"\1: '{quoted}'", text, flags=re.M), encoding="utf-8")
    go(folder)
    outcomes(folder)
    look(folder)
    build(folder, today=TODAY)
    for html in pages(folder).values():
        assert "script" not in Links(html).tags
        assert "&lt;script&gt;" in html


def test_a_ledger_with_a_name_that_leads_elsewhere_is_refused(shop):
    with closing(sqlite3.connect(shop.ledger_file)) as ledger, ledger:
        for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            ledger.execute(f'DROP TRIGGER "{name}"')
        ledger.execute("UPDATE entries SET pilot = '../../elsewhere' WHERE pilot = 'other'")
    with pytest.raises(DataError, match="names a pilot that cannot be one"):
        build(shop, today=TODAY)
    assert not shop.site.exists()


def test_an_unread_program_has_a_site_too(tmp_path):
    folder = a_shop(tmp_path)
    build(folder, today=TODAY, to=Path(tmp_path) / "pages")
    html = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    assert "No pilot has been read yet" in html
    assert "No lesson yet" in html


def test_no_page_of_the_site_names_a_folder_of_this_machine(shop):
    found = standing(shop, "note", today=TODAY)
    packed = replace(found, command=f"pitcairn pack verify {shop.root}/packs/note-1.0.0.pilotpack")
    assert pilot_now(packed, Records.of(shop)).command == "pitcairn pack verify packs/note-1.0.0.pilotpack"
