"""JSON in a file: one document, or a document a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from registry.errors import InputError


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file of JSON lines.

    Attributes:
        number: from 1.
        value: what it holds, or its text where it is broken.
        broken: what is wrong with it, in words.
    """

    number: int
    value: Any
    broken: str = ""


def read_document(text: str, name: str) -> Any:
    """A file's document, or a tuple of its lines where every line is a document of its own.

    A broken line is told as such among the others; a broken document cannot be told from half of one.

    Raises:
        InputError: if it is not JSON, naming the line, and whether it seems to be cut short.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
        if len(lines) > 1 and not _line(*lines[0]).broken:
            return tuple(_line(number, line) for number, line in lines)
        raise InputError(f"{name}: {_words(error)}") from error
    except (RecursionError, ValueError) as error:
        raise InputError(f"{name}: not JSON of answers: {error}") from error


def _line(number: int, text: str) -> Line:
    try:
        return Line(number, json.loads(text))
    except json.JSONDecodeError as error:
        return Line(number, text, f"not JSON: {error.msg}, byte {_byte(error)} of the line")
    except (RecursionError, ValueError) as error:
        return Line(number, text, f"not JSON of answers: {error}")


def _words(error: json.JSONDecodeError) -> str:
    cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
    why = "; the file seems to be cut short: fetch it again" if cut else ""
    return f"line {error.lineno}, byte {_byte(error)}: not JSON: {error.msg}{why}"


def _byte(error: json.JSONDecodeError) -> int:
    return len(error.doc[: error.pos].encode("utf-8", "replace")) + 1
