"""Whether a pack is whole, who stands for it, and whether its evidence is still good. Offline, and nothing unpacked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pitcairn.errors import DataError, Problem
from pitcairn.iteration.people import different, may_be_same
from pitcairn.phrases import day, several
from pitcairn.promotion.keys import Signed, TrustedKey, checked, public_bytes
from pitcairn.promotion.pack import Pack, opened
from pitcairn.spec.practice import TrustedKeysSpec

Trusted = Literal["yes", "no", "not_asked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A pack that is whole, and how far it may be trusted."""

    pack: Pack
    signed: tuple[Signed, ...]
    trusted: Trusted
    """`not_asked` where this reader has no trusted keys: then nobody vouches for the pack, whatever it says."""
    trust_sentence: str
    expired: bool
    age_sentence: str

    @property
    def may_be_adopted(self) -> bool:
        """Enough trusted people have signed, and its evidence is not too old."""
        return self.trusted == "yes" and not self.expired


def verified(path: Path, keys: TrustedKeysSpec | None, today: date) -> Verified:
    """What there is to know about the pack in a file, on that day.

    DataError where it is not whole, or a signature in the name of a trusted person is not theirs.
    """
    pack = opened(path)
    on = date.fromisoformat(pack.contents.identity.promoted_at[:10])
    signed = checked(pack.envelope, trusted_keys(keys), on) if pack.envelope else ()
    forged = [one for one in signed if one.state == "bad"]
    if forged:
        raise DataError(
            Problem(message=one.sentence, file=path.name, hint="ask the signers for the pack they signed")
            for one in forged
        )
    trusted, sentence = _trust(signed, keys, pack.contents.identity.owner)
    until = date.fromisoformat(pack.contents.identity.valid_until)
    expired = today > until
    age = f"Its evidence {'was' if expired else 'is'} good until {day(until)}."
    return Verified(
        pack=pack, signed=signed, trusted=trusted, trust_sentence=sentence, expired=expired, age_sentence=age
    )


def trusted_keys(keys: TrustedKeysSpec | None) -> tuple[TrustedKey, ...]:
    """The keys that a reader believes, as they are compared with; none where the reader has no list."""
    found = []
    for one in keys.keys if keys else ():
        public = public_bytes(one.key)
        if public is not None:
            found.append(
                TrustedKey(
                    public=public,
                    person=one.person,
                    role=one.role,
                    valid_from=one.valid_from,
                    valid_until=one.valid_until,
                )
            )
    return tuple(found)


def _trust(signed: tuple[Signed, ...], keys: TrustedKeysSpec | None, owner: str) -> tuple[Trusted, str]:
    if keys is None:
        return "not_asked", "No trusted-keys.yaml here, so nobody is known to stand for it."
    good = [one for one in signed if one.state == "good" and one.person and not may_be_same(one.person, owner)]
    # Several people, and as many keys: an envelope holds one signature a key, and a key is one person's.
    people = different(sorted({one.person for one in good if one.person}))
    missing = [role for role in keys.roles if not any(one.role == role for one in good)]
    if len(people) >= keys.signers and not missing:
        return "yes", f"{several(people)} stand for it." if len(people) > 1 else f"{people[0]} stands for it."
    found = f"{len(people)} of the {keys.signers} people needed have signed"
    roles = f", and nobody as {several(missing)}" if missing else ""
    return "no", f"{found}{roles}."
