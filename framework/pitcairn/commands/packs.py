"""How packs look on a terminal. Every sentence comes from the pack's telling; here is only layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pitcairn.commands.paper import Kind, Paper

if TYPE_CHECKING:
    from pitcairn.promotion.compare import Comparison
    from pitcairn.promotion.promote import Promotion
    from pitcairn.promotion.sign import Signing
    from pitcairn.promotion.telling import Telling
    from pitcairn.promotion.trust import Verified

_SIGNED: dict[str, Kind] = {"good": "good", "unknown": "neutral", "not_then": "watch", "not_checked": "watch"}
_TRUST: dict[str, Kind] = {"yes": "good", "no": "bad", "not_asked": "watch"}


def promoted(paper: Paper, *, done: Promotion, shown: Callable[[Path], str]) -> None:
    """The tests with their evidence, then what was written."""
    for one in done.standings:
        paper.mark("good", one.test)
        paper.wrap(one.evidence, indent=2)
    identity = done.contents.identity
    if done.dry_run:
        paper.say(f"Would write {shown(done.file)}, {done.size:,} bytes. Nothing was written.")
    elif done.again:
        paper.say(f"{shown(done.file)}: the ledger has this pack already, and nothing changed since.")
    else:
        paper.say(f"Wrote {shown(done.file)}, {done.size:,} bytes.")
    paper.say(f"Pack {identity.name} {identity.version}, digest {done.digest}")


def told(paper: Paper, *, telling: Telling, digest: str) -> None:
    """Everything a pack says."""
    paper.say(f"{telling.name} {telling.version}: {telling.title}", bold=True)
    for notice in telling.notices:
        paper.mark("watch", notice)
    paper.wrap(telling.summary)
    paper.say()
    paper.wrap(telling.headline)
    paper.wrap(telling.promise)
    _facts(paper, telling.facts)
    for section in telling.sections:
        paper.say(f"\n{section.title}", bold=True)
        _facts(paper, section.facts)
        for sentence in section.sentences:
            paper.wrap(f"– {sentence}", hanging=2)
        for line in section.lines:
            paper.mark(line.mark, line.text)
            if line.behind:
                paper.wrap(line.behind, indent=2)
    paper.say(f"\nPack digest {digest}")


def verified(paper: Paper, *, found: Verified) -> None:
    """Whole, signed by whom, trusted or not, good until when."""
    pack = found.pack
    count = len(pack.payload)
    paper.mark("good", "whole", f"{pack.name}: every byte of its {count} files is accounted for.", column=7)
    for one in found.signed:
        paper.mark(_SIGNED[one.state], "signed", one.sentence, column=7)
    paper.mark(_TRUST[found.trusted], "trusted", found.trust_sentence, column=7)
    paper.mark("watch" if found.expired else "good", "age", found.age_sentence, column=7)
    paper.say(f"Pack digest {pack.digest}")


def compared(paper: Paper, *, found: Comparison) -> None:
    """What follows for the evidence, then every difference."""
    paper.mark("good" if found.same_core else "watch", found.sentence)
    for where, before, after in found.changes:
        paper.say(where, bold=True)
        paper.wrap(f"was {before}", indent=2, hanging=6)
        paper.wrap(f"is  {after}", indent=2, hanging=6)
    for file, what in found.files:
        paper.say(f"{file}: {what}")


def signed(paper: Paper, *, done: Signing, shown: Callable[[Path], str]) -> None:
    """Whose signature was added to what."""
    count = "1 signature" if done.signatures == 1 else f"{done.signatures} signatures"
    paper.say(f"Signed {shown(done.file)}; it has {count} now.")
    paper.say(f"Pack digest {done.digest}\nPublic key  {done.public}")


def made_key(paper: Paper, *, file: str, public: str) -> None:
    """Where the private key is, and what to give to others."""
    paper.say(f"Wrote {file}: your private key, readable for you alone. Keep it, and keep it to yourself.")
    paper.wrap("Others believe your signatures once their trusted-keys.yaml has:")
    paper.say(f"  - {{key: {public}, person: YOUR NAME, role: analyst}}")


def wrote(paper: Paper, *, file: str) -> None:
    """The one file that was written."""
    paper.say(f"Wrote {file}")


def _facts(paper: Paper, facts: tuple[tuple[str, str], ...]) -> None:
    column = min(28, max((len(name) for name, _ in facts), default=0))
    for name, text in facts:
        paper.wrap(f"{name.ljust(column)}  {text}", hanging=column + 2)
