import pytest

from pitcairn.report.site import write_page


def test_a_page_is_written_with_the_folders_it_needs(tmp_path):
    path = tmp_path / "reports" / "second-order" / "iteration-1.html"
    write_page(path, "<p>Grüße\n")
    assert path.read_bytes() == "<p>Grüße\n".encode()
    assert [file.name for file in path.parent.iterdir()] == ["iteration-1.html"]


def test_a_page_takes_the_place_of_an_older_one(tmp_path):
    write_page(tmp_path / "page.html", "old")
    write_page(tmp_path / "page.html", "new")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == "new"


def test_a_page_that_cannot_be_written_leaves_what_was_there(tmp_path):
    write_page(tmp_path / "page.html", "old")
    with pytest.raises(UnicodeEncodeError):
        write_page(tmp_path / "page.html", "half a \ud800 page")
    assert [file.read_text(encoding="utf-8") for file in tmp_path.iterdir()] == ["old"]
