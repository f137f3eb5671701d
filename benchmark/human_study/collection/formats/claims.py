"""What a file says that someone answered, before it is checked against the study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmark.human_study.collection.rejections import Fault


@dataclass(frozen=True, slots=True)
class Claim:
    """An answer as a file tells it.

    Attributes:
        row: where it stands, as `Rejection.row`.
        raw: all that the file says of it, as JSON.
        cells: text by canonical column; a column that the kind of file does not have is absent.
        fault: what rules it out whatever the study says.
    """

    row: int
    raw: str
    cells: Mapping[str, str]
    fault: Fault | None = None


def raw_json(content: Any) -> str:
    """Content on one line of JSON, in characters that any file can hold."""
    return _sound(json.dumps(content, ensure_ascii=False))


def text_of(value: Any) -> str:
    """The cell of a JSON value: a list's items joined by spaces, "" for null."""
    if isinstance(value, list):
        return " ".join(map(text_of, value))
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else _sound(str(value)).strip()


def _sound(text: str) -> str:
    """The text, with `?` for halves of characters, which JSON can hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")
