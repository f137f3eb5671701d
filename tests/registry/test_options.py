"""Options of cards: a mapping's or a class's, their kinds and descriptions, and what reading them imports."""

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Literal

import pytest
import yaml

from registry.cards import CardError, MethodCard, check_card
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError
from registry.options import OptionInfo, OptionTable
from tests.places import ROOT

CLASSES = {entry.card.name: entry.card for entry in METHOD_CARDS if isinstance(entry.card.options.declared, str)}
HERE = f"{__name__}:"


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What methods share.

    Attributes:
        rate: how fast it learns.
        depth: of what is shared.
    """

    rate: float = 0.5
    depth: int = 4


@dataclass(frozen=True, kw_only=True)
class Mine(Shared):
    """A method's own.

    Attributes:
        widths: of each layer,
            from the first: to the last.
        depth: of the trunk.

    Further words: about nothing.
    """

    widths: tuple[int, ...] = (8, 16)
    depth: int = 3
    norm: Literal["batch", "instance"] = "batch"

    def __post_init__(self) -> None:
        if len(self.widths) > self.depth:
            raise ValueError(f"depth must be {len(self.widths)} at least")


@dataclass
class WithoutDefault:
    width: int


def card(options: Any) -> MethodCard:
    content = {"name": "mine", "title": "Mine", "summary": "", "kind": "learned", "licence": "free"}
    return check_card({**content, "takes": [], "options": options}, MethodCard, "here")


def test_a_class_gives_its_own_options_before_those_it_inherits() -> None:
    options = card(f"{HERE}Mine").options
    assert list(options.items()) == [("widths", [8, 16]), ("depth", 3), ("norm", "batch"), ("rate", 0.5)]
    assert [option.kind for option in options.info.values()] == [
        "list of int",
        "int",
        'one of "batch", "instance"',
        "float",
    ]


def test_descriptions_are_the_docstrings() -> None:
    described = {name: option.description for name, option in OptionTable(f"{HERE}Mine").info.items()}
    assert described == {
        "widths": "of each layer, from the first: to the last.",
        "depth": "of the trunk.",
        "norm": "",
        "rate": "how fast it learns.",
    }


def test_a_mapping_gives_its_defaults_and_their_kinds() -> None:
    declared = {"a": 1, "b": 2.5, "c": [1, "x"], "d": None, "e": True}
    options = card(declared).options
    assert options == declared
    assert [option.kind for option in options.info.values()] == ["int", "float", "list", "anything", "bool"]
    options.check({"a": -1})


def test_a_card_without_options_has_none() -> None:
    assert dict(card({}).options) == {}
    assert card({}).model_dump()["options"] == {}


@pytest.mark.parametrize(
    ("annotation", "accepted", "refused"),
    [
        (int, [3, -1], [3.0, True, "3", None, [3]]),
        (float, [3.5, 3, 1e-9, math.inf], [False, "3.5", None, math.nan]),
        (bool, [True], [1, 0.0, "true"]),
        (str, ["", "x"], [1, None, ["x"]]),
        (str | None, ["x", None], [0, False]),
        (tuple[int, ...], [[], [1, 2], (1, 2)], [["a"], [1.5], 1, "12"]),
        (tuple[tuple[float, ...], ...], [[[1, 0.5]], []], [[1.0], [[0.5, math.nan]]]),
        (list, [[1, "x", None]], ["ab", 3]),
        (Literal["batch", 2], ["batch", 2], ["instance", 3]),
        (Any, [1, None, "x", [2]], [math.nan]),
    ],
)
def test_a_value_is_of_its_options_kind(annotation: Any, accepted: list[Any], refused: list[Any]) -> None:
    option = OptionInfo(None, annotation)
    assert [value for value in accepted if not option.accepts(value)] == []
    assert [value for value in refused if option.accepts(value)] == []


def test_values_that_the_class_refuses_are_refused_as_it_says() -> None:
    options = OptionTable(f"{HERE}Mine")
    options.check({"widths": [1, 2, 3]})
    with pytest.raises(InputError, match=r"^depth must be 4 at least$"):
        options.check({"widths": [1, 2, 3, 4]})


@pytest.mark.parametrize("options", ["os.system", "torch", "a:b:c", "", 3, ["a"], {"a": {"b": 1}}])
def test_a_card_whose_options_are_neither_is_refused(options: Any) -> None:
    with pytest.raises(CardError, match=r"^here: options"):
        card(options)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("no_such_module_at_all:Options", "cannot be imported: No module named 'no_such_module_at_all'"),
        (f"{HERE}Absent", "cannot be imported: "),
        (f"{HERE}card", "is no dataclass"),
        ("registry.errors:InputError", "is no dataclass"),
        (f"{HERE}WithoutDefault", "cannot be read: "),
    ],
)
def test_a_class_that_cannot_be_read_is_said_when_it_is_needed(declared: str, said: str) -> None:
    options = card(declared).options
    with pytest.raises(InputError) as caught:
        len(options)
    assert said in str(caught.value)
    assert declared in str(caught.value)


def test_learned_methods_declare_their_options_by_a_class() -> None:
    learned = {entry.card.name for entry in METHOD_CARDS if entry.card.entry and entry.card.kind == "learned"}
    assert learned == set(CLASSES) != set()


@pytest.mark.parametrize("name", CLASSES)
def test_every_option_is_described(name: str) -> None:
    info = CLASSES[name].options.info
    assert [option for option, facts in info.items() if not facts.description] == []


@pytest.mark.parametrize("name", CLASSES)
def test_variants_and_presets_change_options_to_what_they_take(name: str) -> None:
    options, variants, presets = CLASSES[name].options, CLASSES[name].variants, CLASSES[name].presets
    levels = (
        []
        if CLASSES[name].ablation is None
        else [{factor: level} for factor, values in CLASSES[name].ablation.factors.items() for level in values]
    )
    for changes in (*variants.values(), *presets.values(), *levels):
        assert [option for option, value in changes.items() if not options.info[option].accepts(value)] == []
    for preset, settings in presets.items():
        base, _, variant = preset.partition("+")
        if variant:
            options.check({**presets[base], **variants[variant], **settings})
        else:
            for changes in ({}, *variants.values()):
                options.check({**settings, **changes})


def test_reading_every_methods_options_imports_nothing_heavy() -> None:
    script = """
import sys
from registry.catalogue import METHOD_CARDS
assert sum(len(entry.card.options) for entry in METHOD_CARDS) > 100
heavy = {"torch", "torchvision", "mmengine", "mmcv", "diffusers", "numpy", "pandas", "cv2", "scipy"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_listing_methods_reads_no_class() -> None:
    script = """
import sys
from benchmark.cli import main
sys.argv = ["bench", "list", "methods"]
try:
    main()
except SystemExit as stop:
    assert not stop.code
imported = {name for name in sys.modules if name.partition(".")[0] == "methods"}
print(sorted(imported - {"methods", "methods.labels"}), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr.splitlines()[-1] == "[]"


def shown(*words: str) -> str:
    command = [sys.executable, "-c", "from benchmark.cli import main; main()", "show", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.parametrize("name", ["maskgan", "stargan", "attributes", "copy-source"])
def test_a_shown_card_is_yaml_with_the_defaults(name: str) -> None:
    (content,) = yaml.safe_load(shown(name)).values()
    (described,) = json.loads(shown(name, "--json")).values()
    assert content["options"] == {option: facts["default"] for option, facts in described["options"].items()}
    if name in CLASSES:
        assert content["options"] == dict(CLASSES[name].options)


def test_a_shown_card_says_beside_an_option_what_it_is() -> None:
    lines = shown("maskgan").splitlines()
    (start,) = (number for number, line in enumerate(lines) if line.startswith("    ngf: 64 ") and "# int: " in line)
    comments = " ".join(line.partition("#")[2].strip() for line in lines[start:])
    assert comments.startswith("int: width of the Dense Mapping Network at full resolution. int: stride-2 steps of")
    facts = json.loads(shown("maskgan", "--json"))["methods"]["options"]["vgg_weights"]
    assert facts == {"default": None, "kind": "str or null", "description": facts["description"]}
    assert facts["description"].startswith("torchvision's VGG-19 weights: `vgg19`")
