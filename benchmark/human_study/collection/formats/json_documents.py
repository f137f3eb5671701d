"""JSON in a file: one document, or several one after another, as servers keep what is posted to them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from registry.errors import InputError

_BEGIN = re.compile(r'^[\[{]|\{\s*"answers"\s*:', re.MULTILINE)
"""Where a document may begin behind a broken one: at a line's beginning, or as the body of a post does."""
_SPACE = re.compile(r"\s*")


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
    """A file's document, or a tuple of its parts where it holds several, with line ends between them or without.

    A broken part is told as such among the others; a broken document cannot be told from half of one.

    Raises:
        InputError: if the only or the last document is not JSON, naming the line, and whether it seems to be cut short.
    """
    parts = _parts(text)
    for broken in (parts[0].broken, parts[-1].broken):
        if broken:
            raise InputError(f"{name}: {broken}")
    return tuple(parts) if len(parts) > 1 else parts[0].value


def _parts(text: str) -> list[Part]:
    parts: list[Part] = []
    decoder = json.JSONDecoder()
    line, before = 1, 0
    at = _after_space(text, 0)
    while at < len(text):
        line, before = line + text.count("\n", before, at), at
        try:
            value, at = decoder.raw_decode(text, at)
            parts.append(Part(line, value))
        except (RecursionError, ValueError) as error:
            following = _BEGIN.search(text, at + 1)
            at = following.start() if following else len(text)
            parts.append(Part(line, text[before:at].rstrip(), _words(error)))
        at = _after_space(text, at)
    return parts


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _words(error: RecursionError | ValueError) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return f"not JSON of answers: {error}"
    byte = len(error.doc[error.doc.rfind("\n", 0, error.pos) + 1 : error.pos].encode("utf-8", "replace")) + 1
    cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
    why = "; it seems to be cut short: fetch it again" if cut else ""
    return f"line {error.lineno}, byte {byte} of the line: not JSON: {error.msg}{why}"
