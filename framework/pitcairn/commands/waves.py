"""`pitcairn waves`: which places adopt a pack first."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from pitcairn.commands import spreading
from pitcairn.commands.answer import Answer
from pitcairn.commands.options import verb
from pitcairn.commands.session import Session

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@verb("waves", example="pitcairn waves bread-note-1.0.0.pilotpack --places places.csv --seed 41")
@click.argument("file", type=FILE)
@click.option("--places", type=FILE, required=True, help="CSV: place,group,level,customers; a row a level.")
@click.option("--seed", type=int, required=True, help="For the places chosen by lot: the same seed, the same places.")
def command(session: Session, file: Path, places: Path, seed: int) -> Answer:
    """Plan in which order places adopt a pack.

    First the places most unlike the pilot's, where a practice that does not travel shows it soonest; then some by lot;
    then all others. Places whose customers are too unlike are told: they need a pilot of their own.
    """
    from pitcairn.promotion.pack import opened
    from pitcairn.promotion.places import places_in
    from pitcairn.promotion.waves import plan_waves

    del session
    contents = opened(file).contents
    found = plan_waves(contents, places_in(places), contents.rollout.waves, seed=seed)
    return Answer(data={"waves": found}, show=partial(spreading.waves, found=found))
