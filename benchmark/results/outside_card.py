"""The card of edits that were made elsewhere: read from what their maker wrote, and kept in the run's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from benchmark.results.run_folder import CARD
from registry.cards import CardError, MethodCard, check_card
from registry.yaml_files import YamlError, read_yaml, to_yaml

EXTERNAL: Final = "external"
_WRITTEN: Final = ("name", "title", "summary", "kind", "licence", "paper")
"""What a card says of edits that were made elsewhere; the rest is for methods that are run."""


def outside_card(name: str, file: Path | None) -> MethodCard:
    """The card of edits.

    Args:
        name: that they stand under.
        file: YAML of any of `title`, `summary`, `licence` and `paper`; None where there is none.

    Raises:
        CardError: if it cannot be read, has another key or kind, or is of another name.
    """
    written: Any = {}
    if file is not None:
        try:
            written = read_yaml(file).content or {}
        except YamlError as error:
            raise CardError(str(error)) from error
    if isinstance(written, dict):
        for key in written:
            if key not in _WRITTEN:
                raise CardError(f"{file}: {key}: a card of edits made elsewhere has {', '.join(_WRITTEN)} alone")
        if written.get("kind", EXTERNAL) != EXTERNAL:
            raise CardError(f"{file}: kind is {written['kind']!r}; edits made elsewhere are of kind {EXTERNAL!r}")
        if written.get("name", name) != name:
            raise CardError(f"{file}: name is {written['name']!r}, and the edits are imported as {name!r}")
        written = {
            "name": name,
            "title": name,
            "summary": "Edited outside this program.",
            "kind": EXTERNAL,
            "licence": "not stated",
            **written,
            "takes": [],
        }
    return check_card(written, MethodCard, str(file) if file is not None else f"the name {name!r}")


def card_text(card: MethodCard) -> str:
    """The card as YAML, as `kept_card` reads it."""
    return to_yaml(card.model_dump(mode="json", include=set(_WRITTEN), exclude_none=True))


def kept_card(run: Path) -> MethodCard | None:
    """The card in a run's folder; None where the run's edits were not made elsewhere.

    Raises:
        CardError: if it is damaged.
    """
    file = run / CARD
    return outside_card(run.parent.name, file) if file.is_file() else None
