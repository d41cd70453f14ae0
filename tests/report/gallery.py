"""Which pictures of which pages the documentation shows: `docs/pages.md`, `docs/pictures/`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
SHOWN_IN = ROOT / "docs" / "pages.md"
WIDE, PHONE = 1280, 390
SCREEN, TWO = 900, 1500
"""Pixels of height: the first screen, and well into the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: a page, how wide and how high, in which scheme, and from which part on; or its first sheet."""

    file: str
    page: str
    width: int = WIDE
    height: int = TWO
    dark: bool = False
    part: str | None = None
    paper: bool = False


VERDICTS = ("promote", "adapt", "cannot_tell", "no_difference", "not_worth_it", "too_early", "harm", "unsafe_to_read")
TOGETHER = "site: together/2026-03-01-2026-08-31.html"
SHOTS = (
    *(Shot(file=code.replace("_", "-"), page=f"iteration: {code}", height=SCREEN) for code in VERDICTS),
    Shot(file="one-arm", page="iteration: one arm", height=SCREEN),
    Shot(file="two-arms-effect", page="iteration: adapt", part="effect", height=SCREEN),
    Shot(file="three-arms", page="iteration: three arms", height=SCREEN),
    Shot(file="five-arms", page="iteration: five arms"),
    Shot(file="no-guardrails", page="iteration: no guardrails", height=SCREEN),
    Shot(file="first-iteration", page="iteration: first iteration", part="tried", height=SCREEN),
    Shot(file="long-labels", page="iteration: long labels", height=SCREEN),
    Shot(file="german", page="iteration: German", height=SCREEN),
    Shot(file="japanese", page="iteration: Japanese", height=SCREEN),
    Shot(file="groups-withheld", page="iteration: adapt", part="groups", height=SCREEN),
    Shot(file="thirty-measures", page="iteration: thirty measures", part="effect"),
    Shot(file="by-day", page="iteration: by day", part="built-up", height=SCREEN),
    Shot(file="all-iterations", page="iteration: promote", part="iterations", height=SCREEN),
    Shot(file="dark", page="iteration: adapt", height=SCREEN, dark=True),
    Shot(file="phone", page="iteration: promote", width=PHONE, height=TWO),
    Shot(file="phone-dark", page="iteration: harm", width=PHONE, height=TWO, dark=True),
    Shot(file="paper", page="iteration: promote", paper=True),
    Shot(file="plan", page="plan: cannot be shown"),
    Shot(file="site", page="site: index.html"),
    Shot(file="together", page=TOGETHER, height=SCREEN),
    Shot(file="card", page="card: pack", height=SCREEN),
    Shot(file="registry", page="registry: index.html", height=SCREEN),
    Shot(file="calibration", page="registry: calibration.html", height=SCREEN),
)
