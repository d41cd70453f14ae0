"""`pitcairn pack`: looking at packs, checking them, signing them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pitcairn.commands import options, packs
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session
from pitcairn.errors import DataError, Refused, SpecError

if TYPE_CHECKING:
    from pitcairn.spec.practice import TrustedKeysSpec

_file = click.argument("file", type=click.Path(path_type=Path))


@click.group("pack", no_args_is_help=False, epilog="\b\nExample:\n  pitcairn pack verify winback-1.0.0.pilotpack")
def command() -> None:
    """Look at packs, check them, sign them.

    A pack is one file with a proven model and its evidence. Nothing here needs the network or a program folder, and
    nothing is unpacked before every byte was checked.
    """


@verb("pack-show", example="pitcairn pack show winback-1.0.0.pilotpack")
@_file
def show(session: Session, file: Path) -> Answer:
    """Tell what a pack says: the practice, the claim, every try, needs, cost, limits."""
    from pitcairn.promotion.ladder import rung
    from pitcairn.promotion.pack import opened
    from pitcairn.promotion.telling import told

    pack = opened(file)
    return Answer(
        data={"pack_digest": pack.digest, "evidence": rung(pack.contents), "contents": pack.contents},
        show=partial(packs.told, telling=told(pack.contents), digest=pack.digest),
        next=f"pitcairn pack verify {session.shown(file)}",
    )


@verb("pack-verify", example="pitcairn pack verify winback-1.0.0.pilotpack --keys trusted-keys.yaml")
@_file
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Whose signatures count (default: trusted-keys.yaml of the program).",
)
@options.today
def verify(session: Session, file: Path, keys: Path | None) -> Answer:
    """Check that a pack is whole, who stands for it, and whether its evidence is still good.

    Ends with exit code 0 where every byte is accounted for and enough trusted people have signed, 4 where not. Without
    trusted keys only wholeness is checked, and the answer says so.
    """
    from pitcairn.promotion.trust import verified

    found = verified(file, _keys(session, keys), _today(session, file))
    return Answer(
        data={
            "pack_digest": found.pack.digest,
            "core_digest": found.pack.contents.core_digest,
            "files": len(found.pack.payload),
            "signatures": found.signed,
            "trusted": found.trusted,
            "expired": found.expired,
            "may_be_adopted": found.may_be_adopted,
        },
        show=partial(packs.verified, found=found),
        exit_code=DataError.exit_code if found.trusted == "no" else 0,
    )


@verb("pack-diff", example="pitcairn pack diff winback-1.0.0.pilotpack winback-2.0.0.pilotpack")
@_file
@click.argument("other", type=click.Path(path_type=Path))
def diff(session: Session, file: Path, other: Path) -> Answer:  # noqa: ARG001  the session is every verb's
    """Tell what one pack says and another does not, and whether their evidence may be put together."""
    from pitcairn.promotion.compare import compared
    from pitcairn.promotion.pack import opened

    found = compared(opened(file), opened(other))
    return Answer(data={"comparison": found}, show=partial(packs.compared, found=found))


@verb("pack-card", example="pitcairn pack card winback-1.0.0.pilotpack --open")
@_file
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Where to write it (default: beside).")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
def card(session: Session, file: Path, out: Path | None, opens: bool) -> Answer:
    """Write a pack’s card: one page that people read without any software."""
    from pitcairn.atomic import write_all
    from pitcairn.promotion.card import card as page
    from pitcairn.promotion.pack import opened

    target = out or file.with_suffix(".html")
    write_all({target: page(opened(file).contents)})
    if opens:
        session.open(target)
    return Answer(data={"card": target}, show=partial(packs.wrote, file=session.shown(target)))


@verb("pack-keygen", example="pitcairn pack keygen ~/.config/pitcairn/keys/ines.pem")
@click.argument("key", type=click.Path(path_type=Path))
def keygen(session: Session, key: Path) -> Answer:
    """Make a key to sign packs with.

    The private key goes into a file that only you can read, which may not lie in a program folder. The public key is
    printed, for the trusted-keys.yaml of everybody who shall believe your signature.
    """
    from pitcairn.promotion.keys import keyid, make, public_text

    public = make(key.expanduser())
    return Answer(
        data={"file": key, "public": public_text(public), "keyid": keyid(public)},
        show=partial(packs.made_key, file=session.shown(key.expanduser()), public=public_text(public)),
    )


@verb("pack-sign", example="pitcairn pack sign winback-1.0.0.pilotpack --key ~/.config/pitcairn/keys/ines.pem")
@_file
@click.option("--key", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Your private key.")
def sign(session: Session, file: Path, key: Path) -> Answer:
    """Stand for a pack: add your signature to it.

    The pack is checked first. Its digest stays the same, so everybody signs the same thing.
    """
    from pitcairn.promotion.sign import sign as signed

    with session.changing("see whether it was signed: pitcairn pack verify"):
        done = signed(file, key.expanduser())
    return Answer(
        data={"signing": done},
        show=partial(packs.signed, done=done, shown=session.shown),
        next=f"pitcairn pack verify {session.shown(file)}",
    )


def _keys(session: Session, given: Path | None) -> TrustedKeysSpec | None:
    from pitcairn.spec.practice_rules import load_trusted_keys

    if given is not None:
        return load_trusted_keys(given, needed=True)
    try:
        folder = session.folder
    except SpecError:
        return None
    return load_trusted_keys(folder.trusted_keys_file)


def _today(session: Session, file: Path) -> date:
    from pitcairn.promotion.pack import opened

    if session.today is None:
        return datetime.now(UTC).date()
    if opened(file).contents.identity.simulated is None:
        raise Refused("--today moves the clock, and this pack's customers are real.", hint="leave --today out")
    return session.today


for one in (show, verify, diff, card, keygen, sign):
    command.add_command(one)
