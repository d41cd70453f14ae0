"""What every page says, whatever it is about: plain words, and the same number wherever it stands."""

import re
from html import unescape

import pytest
from page_samples import pages

FORBIDDEN = (
    "significant",
    "p-value",
    "lift",
    "variant",
    "treatment effect",
    "treatment",
    "uplift",
    "mde",
    "srm",
    "covariate",
)
METHOD = re.compile(r'<section id="method".*?</section>|<style>.*?</style>', flags=re.S)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Name -> the words of the page outside its method."""
    return {name: unescape(re.sub(r"<[^>]+>", " ", METHOD.sub("", html))) for name, html in pages().items()}


def test_no_page_uses_the_analysts_words_outside_its_method(texts):
    found = {
        (name, word) for name, text in texts.items() for word in FORBIDDEN if re.search(rf"\b{word}", text, flags=re.I)
    }
    assert found == set()


def test_minus_signs_and_quotation_marks_are_the_printers(texts):
    for name, text in texts.items():
        if name != "hostile":
            assert not re.search(r"(?<![\w-])-\d", text), name
            assert '"' not in text, name


def test_every_page_says_who_decides_and_what_comes_next(texts):
    for name, text in texts.items():
        assert "Next" in text, name
        assert "pitcairn " in text, name
