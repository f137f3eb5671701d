"""Which weights file an encoder's card names, known without importing the encoder."""

from __future__ import annotations

from pathlib import Path

from benchmark.runtime.home_folder import expanded
from benchmark.weights.locate import manifest
from registry.cards import EncoderCard, JudgeCard
from registry.catalogue import Entry


def named_weights(entry: Entry[EncoderCard] | Entry[JudgeCard]) -> str | None:
    """The weights file that a card names, for `Weights.find_named`: an id, or a path from the card's folder on.

    Args:
        entry: of an encoder, whose option `weights` it is, or of a judge.
    """
    named = entry.card.weights if isinstance(entry.card, JudgeCard) else entry.card.options.get("weights")
    if not isinstance(named, str) or named in manifest():
        return named if isinstance(named, str) else None
    path = expanded(named)
    beside = (entry.card_file or Path(entry.place)).parent / path
    return str(beside if len(path.parts) > 1 or path.suffix or beside.is_file() else named)
