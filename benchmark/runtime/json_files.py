"""JSON files of a fixed schema, written atomically and read strictly."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.runtime.regular_files import read_regular
from registry.errors import InputError

_LONG: Final = re.compile(r"[\s\[,:-]\d{19}")
"""What every number of more than 64 bits begins with; few other files have it."""
Content = TypeVar("Content", bound=BaseModel)


class ResultError(InputError):
    """A result file that cannot be read; the message names the file and the fault."""


def write_strictly(path: Path, content: BaseModel) -> None:
    """Write a file of a schema, as `read_strictly` reads it, atomically."""
    write_text_atomically(path, content.model_dump_json(indent=2) + "\n")


def read_strictly(path: Path, kind: type[Content]) -> Content:
    """Read a file as its schema asks.

    Args:
        path: JSON in UTF-8.
        kind: the schema.

    Raises:
        ResultError: naming the file and the fault.
    """
    try:
        text = read_regular(path).decode("utf-8")
        content = kind.model_validate_json(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ResultError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("schema_version",):
            raise ResultError(
                f"{path}: schema_version is {first['input']!r}, and this code reads "
                f"{kind.model_fields['schema_version'].default}; read it with the code that wrote it, or make it again"
            ) from error
        where = ".".join(str(each) for each in first["loc"]) or "the file"
        raise ResultError(f"{path}: {where}: {first['msg']}") from error
    if _LONG.search(text) and not _countable(json.loads(text)):
        raise ResultError(f"{path}: has a whole number of more than 64 bits, which nothing here counts")
    return content


def _countable(content: Any) -> bool:
    """Whether every whole number in a JSON document is one that libraries compute with."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        return all(map(_countable, content))
    return not isinstance(content, int) or -(2**63) <= content < 2**64
