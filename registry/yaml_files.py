"""YAML as people write it: numbers of YAML 1.2, every key once, plain values only, within sizes that settings have."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import yaml

from registry.errors import InputError

MAX_BYTES: Final = 4 << 20
"""Size of a file of settings, of which one is a few kilobytes long."""
MAX_DEPTH: Final = 32
"""Values within values; settings have six."""
MAX_VALUES: Final = 100_000
"""Values of a document, those that an alias repeats counted again."""
MAX_WHOLE: Final = 2**63 - 1
"""Greatest whole number, beyond which no library computes with it."""

_KIND: Final = "tag:yaml.org,2002:"
_SIGN = r"[-+]?"
_FORMS: Final[Mapping[str, str]] = {
    "bool": r"(y|Y)es|YES|(n|N)o|NO|(t|T)rue|TRUE|(f|F)alse|FALSE|(o|O)n|ON|(o|O)ff|OFF",
    "int": rf"{_SIGN}[0-9][0-9_]*|0o[0-7]+|0x[0-9a-fA-F]+",
    "float": rf"{_SIGN}(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE]{_SIGN}[0-9]+)?|{_SIGN}\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
    "merge": "<<",
    "null": "~|null|Null|NULL|",
}
"""What plain words mean, the first that fits: as YAML 1.2 has numbers, and YAML 1.1 truth values."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C one where there is one
    """Finds the nodes of a document with these meanings; it makes no values."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


_UNUSUAL_BREAK: Final = re.compile("[\r\x85\u2028\u2029]")


class _Dumper(yaml.SafeDumper):
    """Quotes text that would be something else to a reader of YAML 1.1 or of 1.2."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Escape line breaks other than a line feed, which in single quotes would be read as a space."""
        style = '"' if _UNUSUAL_BREAK.search(text) else None
        return self.represent_scalar(f"{_KIND}str", text, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)

for _kind, _form in _FORMS.items():
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(f"{_KIND}{_kind}", re.compile(rf"(?:{_form})\Z"), None)


class YamlError(InputError):
    """A text that is no YAML, or more than plain values; the message names its source and the line."""


@dataclass(frozen=True)
class YamlDocument:
    """What a YAML text says.

    Attributes:
        content: mappings with text as keys, lists, and text, numbers, truth values and None.
        lines: the line of every key and item, counted from 1, by the path of keys that leads there; items by position.
    """

    content: Any
    lines: Mapping[tuple[str, ...], int]


def read_yaml(path: Path, *, as_text: bool = False) -> YamlDocument:
    """Read a YAML file.

    Args:
        path: in UTF-8.
        as_text: take every value as the text that stands there, so that `no` and `007` stay words.

    Raises:
        YamlError: as `parse_yaml`, and if the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(content) <= MAX_BYTES:
            raise YamlError(f"{path}: is not UTF-8 text") from error
    except OSError as error:
        raise YamlError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:  # no file has such a name, as one with a null byte
        raise YamlError(f"{str(path)!r}: {error}") from error
    if len(content) > MAX_BYTES:
        raise YamlError(f"{path}: is larger than {MAX_BYTES >> 20} MiB, which no file of settings is")
    return parse_yaml(text, str(path), as_text=as_text)


def parse_yaml(text: str, source: str, *, as_text: bool = False, numbered: bool = True) -> YamlDocument:
    """Read a YAML text of one document.

    Numbers are those of YAML 1.2, where 1e-4 is one; dates stay text. Nothing else than plain values can be had of it:
    whatever a tag asks for, no object is made.

    Args:
        text: the document.
        source: where it comes from, as messages name it.
        as_text: take every value as the text that stands there.
        numbered: name lines in messages; not of a value on a command line.

    Raises:
        YamlError: if it is no YAML, a key stands twice, a value has a tag that is not its own, or it is nested or
            repeated beyond any use.
    """
    builder = _Builder(source, as_text, numbered)
    try:
        builder.check_depth(text)
        node = yaml.compose(text, Loader=_Loader)
    except UnicodeEncodeError as error:  # a word of the command line that is no text
        raise builder.error(None, "is not UTF-8 text") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        raise builder.error(mark, f"is not YAML: {' '.join(str(problem).split())}") from error
    content = None if node is None else builder.build(node, ())
    return YamlDocument(content, builder.lines)


def to_yaml(content: Any, *, flow: bool = False, width: int = 80) -> str:
    """A YAML text that `parse_yaml`, and other readers whichever version of YAML they follow, read as this content.

    Args:
        content: plain values.
        flow: write mappings and lists in braces and brackets.
        width: of its lines, where they can be broken.
    """
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=flow, width=width)


class _Builder:
    """Makes plain values of the nodes of one document."""

    def __init__(self, source: str, as_text: bool, numbered: bool) -> None:
        self.source = source
        self.as_text = as_text
        self.numbered = numbered
        self.lines: dict[tuple[str, ...], int] = {}
        self.count = 0

    def check_depth(self, text: str) -> None:
        """Refuse what is nested too deep before anything follows it down."""
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise self.error(event.start_mark, f"is nested deeper than {MAX_DEPTH} levels")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1

    def build(self, node: yaml.Node, path: tuple[str, ...]) -> Any:
        self.count += 1
        if self.count > MAX_VALUES or len(path) > MAX_DEPTH:
            raise self.error(node.start_mark, "its aliases repeat values without end, or beyond any use")
        if isinstance(node, yaml.MappingNode):
            self._expect(node, "map")
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            self._expect(node, "seq")
            items = []
            for number, item in enumerate(node.value):
                here = (*path, str(number))
                self.lines[here] = item.start_mark.line + 1
                items.append(self.build(item, here))
            return items
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: tuple[str, ...]) -> dict[str, Any]:
        own: dict[str, Any] = {}
        lines: dict[str, int] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.error(key_node.start_mark, "a key is a word, not a list or a mapping")
            kind = self._expect(key_node, "str", *_FORMS)
            key, line = key_node.value, key_node.start_mark.line + 1
            if kind == "merge" and not self.as_text:
                merged = {**self._merged(value_node, path), **merged}
                continue
            if key in own:
                first = f" in line {lines[key]} already" if self.numbered else " twice"
                raise self.error(key_node.start_mark, f"the key {key!r} stands{first}; keep one of them")
            lines[key] = line
            self.lines[(*path, key)] = line
            own[key] = self.build(value_node, (*path, key))
        return {**merged, **own}

    def _merged(self, node: yaml.Node, path: tuple[str, ...]) -> dict[str, Any]:
        """What `<<` brings in: a mapping, or several, of which the first that has a key gives it."""
        content = self.build(node, path)
        given = content if isinstance(content, list) else [content]
        if not all(isinstance(mapping, dict) for mapping in given):
            raise self.error(node.start_mark, "<< takes mappings")
        return {key: value for mapping in reversed(given) for key, value in mapping.items()}

    def _scalar(self, node: yaml.Node) -> Any:
        kind, text = self._expect(node, "str", *_FORMS), node.value
        if self.as_text or kind in ("str", "merge"):
            return text
        if re.fullmatch(_FORMS[kind], text) is None:
            raise self.error(node.start_mark, f"{text!r} is no {kind}, which its tag asks for")
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() in ("yes", "true", "on")
        value = _whole(text) if kind == "int" else _decimal(text)
        if abs(value) > MAX_WHOLE if kind == "int" else math.isinf(value) and text[-1].isdecimal():
            raise self.error(node.start_mark, f"the number {text} is too large")
        return value

    def _expect(self, node: yaml.Node, *kinds: str) -> str:
        """The kind of a node, by what stands there or by its tag; refuses tags that ask for anything else."""
        kind: str = node.tag.removeprefix(_KIND)
        if kind not in kinds:
            tag = node.tag.replace(_KIND, "!!")
            raise self.error(
                node.start_mark, f"the tag {tag} is not taken; write the plain value, in quotes where it is text"
            )
        return kind

    def error(self, mark: Any, problem: str) -> YamlError:
        """What is wrong, after where it stands."""
        line = f", line {mark.line + 1}" if self.numbered and mark is not None else ""
        return YamlError(f"{self.source}{line}: {problem}")


def _whole(text: str) -> int:
    digits = text.replace("_", "")
    # Python refuses numbers of thousands of digits
    return int(digits, {"0o": 8, "0x": 16}.get(digits[:2], 10)) if len(digits) <= 24 else MAX_WHOLE + 1


def _decimal(text: str) -> float:
    return float(text.replace("_", "") if text[-1].isdecimal() or text[-1] == "." else text.lower().replace(".", ""))
