"""JSON in a file: one document, or several after one another, as servers keep what is posted to them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from registry.errors import InputError

_BEGIN = re.compile(r"^(?=[\[{])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """One of several documents in a file.

    Attributes:
        line: where it begins, from 1.
        value: what it holds, or its text where it is broken.
        broken: what is wrong with it, in words.
    """

    line: int
    value: Any
    broken: str = ""


def read_document(text: str, name: str) -> Any:
    """A file's document, or a tuple of its parts where it holds several, each of which begins a line.

    A broken part is told as such among the others; a broken document cannot be told from half of one.

    Raises:
        InputError: if it is not JSON, naming the line, and whether it seems to be cut short.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        parts = _parts(text)
        if len(parts) > 1 and not parts[0].broken:
            return tuple(parts)
        raise InputError(f"{name}: {_words(error, 1)}") from error
    except (RecursionError, ValueError) as error:
        raise InputError(f"{name}: not JSON of answers: {error}") from error


def _parts(text: str) -> list[Part]:
    parts = []
    line = 1
    for piece in _BEGIN.split(text):
        if piece.strip():
            parts.append(_part(line, piece))
        line += piece.count("\n")
    return parts


def _part(line: int, text: str) -> Part:
    try:
        return Part(line, json.loads(text))
    except json.JSONDecodeError as error:
        return Part(line, text, _words(error, line))
    except (RecursionError, ValueError) as error:
        return Part(line, text, f"not JSON of answers: {error}")


def _words(error: json.JSONDecodeError, first_line: int) -> str:
    line = first_line + error.lineno - 1
    byte = len(error.doc[error.doc.rfind("\n", 0, error.pos) + 1 : error.pos].encode("utf-8", "replace")) + 1
    cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
    why = "; it seems to be cut short: fetch it again" if cut else ""
    return f"line {line}, byte {byte} of the line: not JSON: {error.msg}{why}"
