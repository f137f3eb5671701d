"""JSON in a file: one document, or several one after another, as servers store posted answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from registry.errors import InputError

_DOCUMENT_START = re.compile(r'^[\[{]|\{\s*"answers"\s*:', re.MULTILINE)
"""Where a document may begin behind a broken one: at a line's beginning, or as the body of a request does."""
_SPACE = re.compile(r"\s*")
_DEEPEST = 100
"""Levels of lists and maps in one another; what is deeper is nobody's file of answers, and exhausts the stack."""


@dataclass(frozen=True, slots=True)
class Document:
    """One of several documents in a file.

    Attributes:
        line: where it begins, from 1.
        value: its content, or its text where it is broken.
        broken: what is wrong with it, in words.
    """

    line: int
    value: Any
    broken: str = ""


def parse_json(text: str) -> Any:
    """The value of a text that is JSON.

    Raises:
        ValueError: if it is not, or nested too deeply.
    """
    try:
        return _shallow(json.loads(text))
    except RecursionError as error:
        raise ValueError(_too_deep()) from error


def read_document(text: str, name: str) -> Any:
    """A file's document, or a tuple of all where it has several, with line ends between them or without.

    A broken document among others is marked as such; a broken first or last one may be half of a truncated file.

    Raises:
        InputError: if the only or the last document is not JSON, naming the line, and whether it seems to be truncated.
    """
    documents = _documents(text)
    for broken in (documents[0].broken, documents[-1].broken):
        if broken:
            raise InputError(f"{name}: {broken}")
    return tuple(documents) if len(documents) > 1 else documents[0].value


def _documents(text: str) -> list[Document]:
    documents: list[Document] = []
    decoder = json.JSONDecoder()
    line, before = 1, 0
    at = _after_space(text, 0)
    while at < len(text):
        line, before = line + text.count("\n", before, at), at
        try:
            value, at = decoder.raw_decode(text, at)
            documents.append(Document(line, _shallow(value)))
        except (RecursionError, ValueError) as error:
            following = _DOCUMENT_START.search(text, at + 1)
            at = following.start() if following else len(text)
            documents.append(Document(line, text[before:at].rstrip(), _explain(error)))
        at = _after_space(text, at)
    return documents


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _shallow(value: Any) -> Any:
    """The value.

    Raises:
        ValueError: if it is nested too deeply.
    """
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return value
    raise ValueError(_too_deep())


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too_deep() -> str:
    return f"nested more than {_DEEPEST} levels deep"


def _explain(error: RecursionError | ValueError) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return f"not JSON of answers: {_too_deep() if isinstance(error, RecursionError) else error}"
    byte = len(error.doc[error.doc.rfind("\n", 0, error.pos) + 1 : error.pos].encode("utf-8", "replace")) + 1
    truncated = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
    why = "; it seems to be truncated: download it again" if truncated else ""
    return f"line {error.lineno}, byte {byte} of the line: not JSON: {error.msg}{why}"
