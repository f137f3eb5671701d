"""An answer as a file has it, before it is validated against the study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmark.human_study.collection.rejections import Fault


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer as a file has it.

    Attributes:
        row: where it is, as `Rejection.row`.
        raw: all that the file says of it, as JSON.
        cells: text by canonical column; a column that the kind of file does not have is absent.
        fault: why it is rejected whatever the study says.
        part: which of a row's answers it is, a question or a column; "" where the row has one.
    """

    row: int
    raw: str
    cells: Mapping[str, str]
    fault: Fault | None = None
    part: str = ""


def raw_json(content: Any) -> str:
    """Content as one line of JSON, encodable as UTF-8."""
    return _encodable(json.dumps(content, ensure_ascii=False))


def text_of(value: Any) -> str:
    """The cell of a JSON value: a list's items joined by spaces, "" for null."""
    if isinstance(value, list):
        return " ".join(map(text_of, value))
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else _encodable(str(value)).strip()


def _encodable(text: str) -> str:
    """The text, with `?` for lone surrogates, which JSON allows and UTF-8 does not."""
    return text.encode("utf-8", "replace").decode("utf-8")
