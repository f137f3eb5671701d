"""Reads column maps: a researcher's YAML file, or one of the package's for a tool's own column names."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from benchmark.config.sources import ConfigSource, read_config
from benchmark.human_study.collection.formats.column_map import ColumnMap, Name
from benchmark.runtime.home_folder import expanded
from registry.errors import InputError, unknown

_FOLDER = Path(__file__).with_name("column_maps")
_BY_NAME = ("columns", "first_of", "constants")
"""Keys of a map in which a canonical name may stand, once in all."""
_ONE_TIME = frozenset({"rt_ms", "rt_s"})


def map_names() -> list[str]:
    """Names of the package's column maps."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


def read_column_map(source: Path | str) -> ColumnMap:
    """Read a column map.

    Args:
        source: YAML, whose values are all taken as text; or the name of one of the package's maps.

    Raises:
        InputError: naming the file, the line, the key, and the nearest valid name.
    """
    path = expanded(source)
    if str(source) in map_names():
        path = _FOLDER / f"{source}.yaml"
    elif not path.suffix and not path.exists():
        raise InputError(f"--columns: there is no such file; {unknown('column map', str(source), map_names())}")
    config, content = _read(path)
    base = content.get("based_on")
    if isinstance(base, str) and base:
        if base not in map_names():
            raise InputError(f"{config.location(['based_on'])}: {unknown('column map', base, map_names())}")
        content = _laid_over(_read(_FOLDER / f"{base}.yaml")[1], content)
    try:
        return ColumnMap.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        keys = [str(part) for part in first["loc"] if part != "[key]"]
        raise InputError(f"{config.location(keys)}: {_explain(first, keys)}") from error


def _read(path: Path) -> tuple[ConfigSource, dict[str, Any]]:
    config = read_config(path, as_text=True)  # `no` and `1` stay the words of the table
    return config, _stripped(config.content)


def _stripped(value: Any) -> Any:
    """Text without the spaces around it, which tables' cells lose, too."""
    if isinstance(value, dict):
        return {str(key).strip(): _stripped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_stripped(inner) for inner in value]
    return value.strip() if isinstance(value, str) else value


def _laid_over(base: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """A map above another: what it says of a canonical name replaces all that the other says of it."""
    said = {name for key in _BY_NAME if isinstance(above.get(key), dict) for name in above[key]}
    said |= _ONE_TIME if said & _ONE_TIME else set()
    merged = {**base, **above}
    for key in _BY_NAME:
        below = {name: value for name, value in base.get(key, {}).items() if name not in said}
        merged[key] = {**below, **above[key]} if isinstance(above.get(key), dict) else above.get(key, below)
    if isinstance(above.get("choices"), dict):
        merged["choices"] = {**base.get("choices", {}), **above["choices"]}
    return merged


def _explain(error: ErrorDetails, keys: list[str]) -> str:
    if error["type"] == "extra_forbidden" and len(keys) == 1:
        return unknown("key", keys[-1], ColumnMap.model_fields)
    if error["type"] == "literal_error" and keys[0] in _BY_NAME:
        return unknown("canonical column", str(error["input"]), get_args(Name))
    said = error["msg"].removeprefix("Value error, ")
    return f"{'.'.join(keys)}: {said}" if keys else said
