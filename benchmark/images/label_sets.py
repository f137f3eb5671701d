"""Label sets: what the numbers or colours of label maps stand for among the 19 labels.

Known ones have names; one's own is a YAML file, or a list of labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from benchmark.runtime.regular_files import check_regular
from methods.labels import FACE_PARSING_LABELS, LABELS, PALETTE
from registry.errors import InputError, UnknownNameError, unknown
from registry.yaml_files import read_yaml

Color = tuple[int, int, int]
"""RGB, 0 to 255."""
LARGEST_NUMBER: Final = 255
"""Of a label map of 8 bits."""
ENDINGS: Final = (".yaml", ".yml")
"""Of files of one's own label sets."""

_DIGITS: Final = 9
"""Of a number that may be one; Python refuses those of thousands."""
_KEYS: Final = ("summary", "numbers", "colors")
_COLOR: Final = re.compile(r"#?([0-9a-fA-F]{6})")


@dataclass(frozen=True)
class LabelSet:
    """What label maps of one origin say: numbers or colours, several of which may stand for one label.

    Attributes:
        name: how it is called, or its file.
        numbers: the label of each number; empty where labels are colours.
        colors: the label of each colour; empty where labels are numbers.
        summary: where it comes from, in words.
    """

    name: str
    numbers: Mapping[int, str] = field(default_factory=dict)
    colors: Mapping[Color, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def is_order(self) -> bool:
        """Whether it numbers each of the 19 labels once, from 0 to 18, and so is the same labels in an order."""
        return sorted(self.numbers) == list(range(len(LABELS))) and sorted(self.numbers.values()) == sorted(LABELS)

    @property
    def content(self) -> list[tuple[Any, str]]:
        """Its numbers or colours with their labels, as plain values in order."""
        return [*sorted(self.numbers.items()), *sorted(self.colors.items())]


CELEBAMASK_HQ: Final = LabelSet("celebamask-hq", dict(enumerate(LABELS)), summary="the dataset's own order")
FACE_PARSING: Final = LabelSet(
    "face-parsing",
    dict(enumerate(FACE_PARSING_LABELS)),
    summary="the order of face-parsing.PyTorch, which many parsers follow",
)
COLORS: Final = LabelSet(
    "palette", colors=dict(zip(PALETTE, LABELS, strict=True)), summary="the colours of CelebAMask-HQ's colour maps"
)


@cache
def label_sets() -> Mapping[str, LabelSet]:
    """The known label sets by name."""
    path = Path(__file__).with_name("label_sets.yaml")
    others = {name: _checked(name, body, f"{path}: {name}") for name, body in read_yaml(path).content.items()}
    return {labels.name: labels for labels in (CELEBAMASK_HQ, FACE_PARSING, COLORS)} | others


def orders() -> Mapping[str, LabelSet]:
    """The known sets that number the same 19 labels, which a label map alone does not tell apart."""
    return {name: labels for name, labels in label_sets().items() if labels.is_order}


def find_label_set(value: str | Sequence[Any], folder: Path | None = None) -> LabelSet:
    """A label set as options say it.

    Args:
        value: the name of a known set; a YAML file with `numbers` or `colors`; or the labels of the numbers from 0 on.
        folder: which a file's relative path starts from; by default where the command runs.

    Raises:
        UnknownNameError: if there is no set of that name, or a label is none.
        InputError: if a file cannot be read or is no label set.
    """
    if not isinstance(value, str):
        return _checked("label_set", {"numbers": list(value)}, "label_set")
    if value.lower().endswith(ENDINGS):
        path = (folder or Path()) / Path(value).expanduser()
        try:
            check_regular(path)
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error
        return _checked(value, read_yaml(path).content, str(path))
    if (found := label_sets().get(value)) is None:
        raise UnknownNameError(
            f"{unknown('label set', value, label_sets())}; one of your own is a file, such as a.yaml"
        )
    return found


def _checked(name: str, body: Any, where: str) -> LabelSet:
    """A label set of the content of a file."""
    if not isinstance(body, dict):
        raise InputError(f"{where}: a label set is a mapping with numbers or colors")
    for key in body:
        if key not in _KEYS:
            raise InputError(f"{where}: {unknown('key', str(key), _KEYS)}")
    if ("numbers" in body) == ("colors" in body):
        raise InputError(f"{where}: a label set has either numbers or colors")
    summary = str(body.get("summary") or "")
    if "colors" in body:
        return LabelSet(name, colors=_colors(body["colors"], where), summary=summary)
    return LabelSet(name, _numbers(body["numbers"], where), summary=summary)


def _numbers(given: Any, where: str) -> dict[int, str]:
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(given, list):
        items = enumerate(given)
    elif isinstance(given, dict):
        items = given.items()
    numbers: dict[int, str] = {}
    for key, label in items:
        if not str(key).isdecimal() or len(str(key)) > _DIGITS or not 0 <= int(key) <= LARGEST_NUMBER:
            raise InputError(f"{where}: numbers: {str(key)[:20]!r} is no label's number, 0 to {LARGEST_NUMBER}")
        if int(key) in numbers:
            raise InputError(f"{where}: numbers: {int(key)} stands there twice")
        numbers[int(key)] = _label(label, f"{where}: numbers: {key}")
    if not numbers:
        raise InputError(f"{where}: numbers are a list of labels, or a mapping of numbers to labels, not {given!r}")
    return numbers


def _colors(given: Any, where: str) -> dict[Color, str]:
    colors: dict[Color, str] = {}
    for key, label in given.items() if isinstance(given, dict) else ():
        if (digits := _COLOR.fullmatch(str(key))) is None:
            raise InputError(f"{where}: colors: {str(key)[:20]!r} is no colour, such as '#cc0000'")
        red, green, blue = bytes.fromhex(digits[1])
        if (red, green, blue) in colors:
            raise InputError(f"{where}: colors: {key} stands there twice")
        colors[red, green, blue] = _label(label, f"{where}: colors: {key}")
    if not colors:
        raise InputError(f"{where}: colors are a mapping of colours, such as '#cc0000', to labels, not {given!r}")
    return colors


def _label(value: Any, where: str) -> str:
    if value not in LABELS:
        raise UnknownNameError(f"{where}: {unknown('label', str(value), LABELS)}")
    return str(value)
