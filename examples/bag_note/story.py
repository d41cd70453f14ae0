"""Every command of the story, in order, as people type it, with the exit code it must have."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import sys
import tempfile
from pathlib import Path

from pitcairn.commands.group import run
from pitcairn.examples.bag_note.people import customers, outcomes
from pitcairn.program import ProgramFolder
from pitcairn.promotion.keys import can_check

HERE = Path(__file__).parent
REFUSED = 6
OWNER, SPONSOR, ANALYST = "Harbour Street (Tom Adeyemi)", "Ines Duarte", "Ada Berg"


class Otherwise(Exception):
    """A command ended with another code than the story needs."""


def tell(into: Path, seed: int = 3) -> int:
    """From three plan files to the page that grades the prediction; 0, or 1 where a step went otherwise."""
    into = into.resolve()
    shutil.copytree(HERE / "program", into)
    folder = ProgramFolder(into)
    registry = into / "registry"
    (registry / "packs").mkdir(parents=True)
    try:
        customers(folder, seed)
        _prove(folder, seed)
        pack = _pack(folder, registry)
        _adopt(folder, pack, registry)
        _roll_out(folder, seed)
        _grade(folder, registry)
        _stay_honest(folder, pack, registry, seed)
        _end(folder, registry)
    except Otherwise as other:
        print(other, file=sys.stderr)
        return 1
    return 0


def _prove(folder: ProgramFolder, seed: int) -> None:
    """Two explorations, the second a rework of the first; then a confirmation on fresh customers."""
    for number, launched, read in (
        (1, "2026-04-05", "2026-04-28"),
        (2, "2026-05-03", "2026-05-26"),
        (3, "2026-05-31", "2026-06-23"),
    ):
        _turn(folder, "bag-note", number, launched, read, seed)


def _pack(folder: ProgramFolder, registry: Path) -> Path:
    """Somebody else than the owner decides; the pack is made, signed, checked, and put where others find it."""
    why = "Customers like being asked, and the counter can do it."
    decided = ("--decision", "promote", "--arm", "one", "--why", why, "--by", SPONSOR, "--today", "2026-06-24")
    _do(folder, "decide", "bag-note", *decided)
    _do(folder, "promote", "bag-note", "--arm", "one", "--by", ANALYST, "--today", "2026-06-25")
    (made,) = folder.root.rglob("*.pilotpack")
    _do(folder, "pack", "verify", str(made), "--today", "2026-06-25")
    if can_check():
        _sign(folder, made)
        _do(folder, "pack", "verify", str(made), "--today", "2026-06-25")
    else:
        print("\nSigning is left out here: it needs the extra `sign`, pip install pitcairn[sign].")
    return Path(shutil.copy(made, registry / "packs"))


def _sign(folder: ProgramFolder, pack: Path) -> None:
    """Two people sign, each with a key that lives no longer than this; the program says that it trusts both."""
    with tempfile.TemporaryDirectory() as kept:
        people = ((SPONSOR, "sponsor", Path(kept) / "ines.pem"), (ANALYST, "analyst", Path(kept) / "ada.pem"))
        lines = [f"  - {{key: {_keygen(folder, key)}, person: {who}, role: {role}}}" for who, role, key in people]
        folder.trusted_keys_file.write_text("\n".join(("keys:", *lines, "")), encoding="utf-8")
        for _, _, key in people:
            _do(folder, "pack", "sign", str(pack), "--key", str(key))


def _keygen(folder: ProgramFolder, key: Path) -> str:
    """A new key in the file; the public key, as the command printed it."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        _do(folder, "pack", "keygen", str(key))
    print(printed.getvalue(), end="", flush=True)
    found = re.search(r"ed25519:[A-Za-z0-9+/]{43}=", printed.getvalue())
    if found is None:
        raise Otherwise("“pitcairn pack keygen” printed no public key; the story needs one.")
    return found[0]


def _adopt(folder: ProgramFolder, pack: Path, registry: Path) -> None:
    """Three places: two are like the pilot's, one is not, and is refused."""
    shared = ("--set", "packer=Sam", "--start", "2026-07-06", *_vouched(), "--today", "2026-07-01")
    for place, pilot, by in (
        ("old-mill", "old-mill-note", "Bo Lind"),
        ("station-arcade", "station-note", "Mo Khan"),
    ):
        where = ("--at", f"location:{place}", "--as", pilot, "--keep", f"home_store={place}", "--by", by)
        _do(folder, "adopt", str(pack), *where, *shared, "--registry", str(registry))
    tea = ("--at", "location:tea-house", "--as", "tea-note", "--keep", "home_store=tea-house", "--by", "Li Wen")
    _do(folder, "adopt", str(pack), *tea, *shared, code=REFUSED)
    core = ("--at", "location:old-mill", "--as", "other-note", "--keep", "home_store=old-mill", "--by", "Bo Lind")
    _do(folder, "adopt", str(pack), *core, *shared, "--set", "question=How are you?", code=REFUSED)


def _vouched() -> tuple[str, ...]:
    """What an adoption adds where nobody could sign the pack."""
    return () if can_check() else ("--unsigned",)


def _roll_out(folder: ProgramFolder, seed: int) -> None:
    """One place goes on stage by stage; at the other a guardrail breaks, and it goes back."""
    for pilot in ("old-mill-note", "station-note"):
        _launch(folder, pilot, 1, "2026-07-05", seed)
    for pilot, by in (("old-mill-note", "Bo Lind"), ("station-note", "Mo Khan")):
        _read(folder, pilot, 1, "2026-07-28")
        _do(folder, "rollout", pilot, "--rehearse-rollback", "--by", by, "--today", "2026-07-28")
        _do(folder, "export", pilot)
    station = ("rollout", "station-note", "--by", "Mo Khan", "--today", "2026-07-29")
    _do(folder, *station, "--advance", code=REFUSED)
    _do(folder, *station, "--rollback", "--because", "Notes hold people up who catch a train, and they complain.")
    _do(folder, "export", "station-note")
    mill = ("rollout", "old-mill-note", "--advance", "--because", "Too few customers to show it safe; none complained.")
    later = ("--start", "2026-08-03", "--today", "2026-07-29")
    _do(folder, *mill, "--by", "Bo Lind", *later, code=REFUSED)
    _do(folder, *mill, "--by", "Bo Lind", "--by", ANALYST, *later)
    _turn(folder, "old-mill-note", 2, "2026-08-02", "2026-08-25", seed)
    _do(folder, "export", "old-mill-note")


def _grade(folder: ProgramFolder, registry: Path) -> None:
    """What came, beside what was predicted; both count, also the one that failed, and teach the next prediction."""
    for pilot, by in (("old-mill-note", "Bo Lind"), ("station-note", "Mo Khan")):
        _do(folder, "watch", pilot, "--registry", str(registry), "--by", by, "--today", "2026-08-26")
    _do(folder, "registry", str(registry), "--today", "2026-08-26")


def _stay_honest(folder: ProgramFolder, pack: Path, registry: Path, seed: int) -> None:
    """At home the number that was chosen for being ahead gives way to what customers held out since show."""
    customers(folder, seed, later=True)
    home = ("--at", "location:harbour-street", "--as", "harbour-note", "--keep", "home_store=harbour-street")
    terms = ("--set", "packer=Marta", "--start", "2026-09-07", *_vouched(), "--today", "2026-08-27")
    _do(folder, "adopt", str(pack), *home, *terms, "--registry", str(registry), "--by", OWNER)
    _turn(folder, "harbour-note", 1, "2026-09-06", "2026-09-29", seed)
    _do(folder, "watch", "harbour-note", "--by", OWNER, "--today", "2026-09-29")
    _do(folder, "rollout", "harbour-note", "--rehearse-rollback", "--by", OWNER, "--today", "2026-09-29")
    agreed = ("--by", OWNER, "--by", ANALYST, "--because", "Too few customers to show it safe; none complained.")
    _do(folder, "rollout", "harbour-note", "--advance", *agreed, "--start", "2026-10-05", "--today", "2026-09-30")
    _turn(folder, "harbour-note", 2, "2026-10-04", "2026-10-27", seed)
    _do(folder, "export", "harbour-note")


def _end(folder: ProgramFolder, registry: Path) -> None:
    """The grade with what came at home; then an adoption ends."""
    grade = ("--registry", str(registry), "--by", OWNER, "--today", "2026-10-28")
    _do(folder, "watch", "harbour-note", *grade)
    _do(folder, "registry", str(registry), "--today", "2026-10-28")
    ended = ("--because", "A shorter note takes its place.", "--by", "Bo Lind", "--today", "2026-10-29")
    _do(folder, "retire", "old-mill-note", *ended)
    _do(folder, "export", "old-mill-note")
    _do(folder, "status", "--today", "2026-10-29")
    _do(folder, "ledger", "verify")


def _turn(folder: ProgramFolder, pilot: str, number: int, launched: str, read: str, seed: int) -> None:
    _launch(folder, pilot, number, launched, seed)
    _read(folder, pilot, number, read)


def _launch(folder: ProgramFolder, pilot: str, number: int, today: str, seed: int) -> None:
    _do(folder, "launch", pilot, f"--iteration={number}", "--yes", "--by", OWNER, "--today", today)
    outcomes(folder, pilot, number, seed)


def _read(folder: ProgramFolder, pilot: str, number: int, today: str) -> None:
    _do(folder, "read", pilot, f"--iteration={number}", "--by", OWNER, "--today", today)


def _do(folder: ProgramFolder, *words: str, code: int = 0) -> None:
    print(f"\n$ pitcairn {' '.join(words)}", flush=True)
    found = run(["-C", str(folder.root), "--no-input", "--plain", *words])
    if found != code:
        raise Otherwise(f"“pitcairn {' '.join(words)}” ended with {found}; the story needs {code}.")
