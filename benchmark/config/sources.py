"""Settings as people write them: YAML files whose keys remember their lines, and `--set key=value`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeGuard, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from benchmark.runtime.home_folder import expanded_texts
from registry.errors import InputError, unknown
from registry.yaml_files import MAX_DEPTH, parse_yaml, read_yaml

COMMAND = "the command line"
SET = "--set"


class ConfigSource:
    """Nested settings from one source, able to say where a key was written.

    Args:
        content: the settings.
        source: the file or flag they come from, as messages name it.
        lines: line numbers by key path, where there are lines.
    """

    def __init__(
        self, content: dict[str, Any], source: str, lines: Mapping[tuple[str, ...], int] | None = None
    ) -> None:
        self.content = content
        self.source = source
        self.lines = lines or {}

    @property
    def is_command(self) -> bool:
        """Whether these are the command's own flags, whose location says nothing."""
        return self.source == COMMAND

    def has(self, path: Sequence[str]) -> bool:
        """Whether the key at `path` was written here."""
        inner: Any = self.content
        for key in path:
            if not isinstance(inner, dict) or key not in inner:
                return False
            inner = inner[key]
        return True

    def value(self, path: Sequence[str]) -> Any:
        """What was written at `path`, which this source has."""
        inner: Any = self.content
        for key in path:
            inner = inner[key]
        return inner

    def location(self, path: Sequence[str]) -> str:
        """Where the key at `path`, or its nearest parent, was written: a file with the line, or a flag."""
        keys = tuple(path)
        for end in range(len(keys), 0, -1):
            if keys[:end] in self.lines:
                return f"{self.source}, line {self.lines[keys[:end]]}"
        return self.source

    def check_keys(self, known: Mapping[str, FieldInfo]) -> None:
        """Refuse keys that are not known, or not fields of the model that a known key holds.

        Raises:
            InputError: naming the key, its location, and the nearest valid key.
        """
        self._check(self.content, known, ())

    def _check(self, content: dict[str, Any], known: Mapping[str, FieldInfo], path: tuple[str, ...]) -> None:
        for key, value in content.items():
            here = (*path, str(key))
            if key not in known:
                what = f"key of {'.'.join(path)}" if path else "key"
                raise InputError(f"{self.location(here)}: {unknown(what, str(key), known)}")
            annotation = known[key].annotation
            nested = next((part for part in (annotation, *get_args(annotation)) if _is_model(part)), None)
            if nested is not None:
                if not isinstance(value, dict):
                    raise InputError(f"{self.location(here)}: {'.'.join(here)} holds keys of its own, not {value!r}")
                self._check(value, nested.model_fields, here)


@contextmanager
def located(sources: Sequence[ConfigSource], *path: str) -> Iterator[None]:
    """Put the location of a key before an error about it, where that is a file or `--set`."""
    try:
        yield
    except InputError as error:
        source = next((source for source in reversed(sources) if source.has(path)), None)
        if source is None or source.is_command:
            raise
        raise type(error)(f"{source.location(path)}: {error}") from error


def read_config(path: Path, *, as_text: bool = False) -> ConfigSource:
    """Read a YAML file of settings.

    Args:
        path: of the file.
        as_text: take every value as the text that stands there.

    Raises:
        InputError: if it cannot be read, is not YAML, or is not a mapping.
    """
    document = read_yaml(path, as_text=as_text)
    if document.content is None or document.content == "":
        return ConfigSource({}, str(path))
    if not isinstance(document.content, dict):
        raise InputError(f"{path}: settings are keys with values, not {document.content!r}")
    return ConfigSource(document.content, str(path), document.lines)


def read_assignments(assignments: Iterable[str]) -> ConfigSource:
    """Settings from `key.inner=value` words; values are YAML, so 1e-4, true and [1, 2] mean what they say.

    Raises:
        InputError: if a word is no assignment.
    """
    content: dict[str, Any] = {}
    for word in assignments:
        key, sign, value = word.partition("=")
        if not sign or not key.strip():
            raise InputError(f"--set {word!r}: write key=value, e.g. --set options.ngf=32")
        keys = key.strip().split(".")
        if len(keys) > MAX_DEPTH:
            raise InputError(f"--set {word!r}: no setting lies {len(keys)} keys deep")
        nested: Any = parse_value(value, f"--set {word!r}")
        for part in reversed(keys):
            nested = {part: nested}
        content = deep_merge(content, nested)
    return ConfigSource(content, SET)


def merged(sources: Iterable[ConfigSource]) -> dict[str, Any]:
    """The settings of all sources, later ones laid over earlier ones, with `~/` as the home folder."""
    settings: dict[str, Any] = {}
    for source in sources:
        settings = deep_merge(settings, source.content)
    return dict(expanded_texts(settings))


def deep_merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Settings `above` laid over `below`; mappings merge, everything else replaces."""
    merged = dict(below)
    for key, value in above.items():
        inner = merged.get(key)
        merged[key] = deep_merge(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def parse_value(text: str, source: str) -> Any:
    """A value as people write it, which is YAML.

    Args:
        text: the value.
        source: where it was written, as messages name it.

    Raises:
        InputError: if the text is no YAML.
    """
    return parse_yaml(text, source, numbered=False).content


def _is_model(annotation: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
