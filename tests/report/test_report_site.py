import pytest

from pitcairn.errors import Refused
from pitcairn.report.site import swap_in


def test_the_folder_is_there_whole_and_can_be_made_again(tmp_path):
    swap_in(tmp_path / "site", {"index.html": "old", "pilots/a/index.html": "gone next time"})
    swap_in(tmp_path / "site", {"index.html": "<p>Grüße\n", "lineages/b.html": "b"})
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.html"))
    assert found == ["site/index.html", "site/lineages/b.html"]
    assert (tmp_path / "site" / "index.html").read_bytes() == "<p>Grüße\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="holds files that Pitcairn did not make"):
        swap_in(tmp_path / "site", {"index.html": "new"})
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["mine.txt"]


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "site").mkdir()
    swap_in(tmp_path / "site", {"index.html": "new"})
    assert (tmp_path / "site" / "index.html").read_text() == "new"


@pytest.mark.parametrize("name", ["../index.html", "/tmp/index.html", "a/../../index.html"])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    with pytest.raises(ValueError, match="leads out of the folder"):
        swap_in(tmp_path / "inside" / "site", {name: "x"})
    assert list((tmp_path / "inside").iterdir()) == []


def test_where_a_page_cannot_be_written_the_old_site_stays(tmp_path):
    swap_in(tmp_path / "site", {"index.html": "old"})
    with pytest.raises(UnicodeEncodeError):
        swap_in(tmp_path / "site", {"index.html": "new", "other.html": "half a \ud800 page"})
    assert (tmp_path / "site" / "index.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
