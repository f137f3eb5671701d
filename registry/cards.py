"""Cards: what is known of a method, dataset, protocol, metric, encoder or judge before its code is imported."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from registry.claims import Claim, check_ids
from registry.errors import InputError, unknown
from registry.options import Option as Option
from registry.options import OptionTable
from registry.yaml_files import YamlError, read_yaml

INPUTS = (
    "image",
    "mask",
    "attributes",
    "source image",
    "source mask",
    "source attributes",
    "region",
    "instruction",
    "strength",
    "sketch",
    "colour",
    "oracle",
)
"""The words for what a task has, which protocols give and methods take; a plug-in may bring words of its own.

A mask is the requested one beside the target's own, attributes those that the task asks to change.
"""
HINTS = ("sketch", "colour")
"""The words for a user's hints at what the result is to show, which only methods that take them are told."""
OF_FACES = ("mask", "attributes")
"""The words for what faces have beside their images, which protocols need of a dataset."""
GIVEN_BY_MOST = tuple(word for word in INPUTS if "attributes" not in word and word not in HINTS)
"""What a protocol gives whose card does not say it."""


def joined(words: Sequence[str]) -> str:
    """Words as a sentence lists them: "image, mask and region"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


NAME = r"^[a-z0-9][a-z0-9-]*$"
"""How names are written."""


class Paper(BaseModel):
    """Where a thing was published."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    authors: str
    venue: str
    url: str | None = None


class Card(BaseModel):
    """What every kind of card says.

    Attributes:
        name: the registered name.
        entry: "module:attribute" of the code; empty where a value of the harness needs none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(pattern=NAME)
    title: str
    summary: str
    entry: str = Field(default="", pattern=r"^([\w.]+:\w+)?$")
    paper: Paper | None = None


class Ablation(BaseModel):
    """The ablation study that a method's card proposes.

    Attributes:
        reference: what the study calls the method with nothing changed.
        design: one-off changes one factor at a time; factorial takes every combination of levels; list takes `cells`.
        factors: by option, the levels it takes beside that of the reference.
        cells: named changes of options, where the design is a list.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    reference: str = "full"
    design: Literal["one-off", "factorial", "list"] = "one-off"
    factors: dict[str, list[Option]] = {}
    cells: dict[str, dict[str, Option]] = {}

    @model_validator(mode="after")
    def _has_what_its_design_takes(self) -> Self:
        wanted, other = ("cells", "factors") if self.design == "list" else ("factors", "cells")
        if not getattr(self, wanted) or getattr(self, other):
            raise ValueError(f"design {self.design!r} takes {wanted}, and no {other}")
        return self


class MethodCard(Card):
    """A method's card, `method.yaml`.

    Attributes:
        kind: learned methods train or load weights; classical ones have none, and are ranked beside them; reference
            methods are trivial editors, which are not; external is of edits that were made elsewhere, which no command
            makes.
        takes: what it needs of a task, in the words of `INPUTS` or of a protocol, or a list of such lists, one of which
            is enough. It takes part in every protocol that gives this; only a reference method that takes "oracle" is
            given the true result.
        options: its constructor's options with their defaults: a mapping, or the dataclass that declares them, written
            "module:Class", from which their kinds and descriptions come too. It must not import torch.
        variants: named changes of options, written `method+variant`.
        presets: changes of options by preset; under `preset+variant`, those of a variant at that preset, over its own.
        command: in place of `entry`, the program that edits in a process of its own, with its arguments; found in the
            card's folder or where programs are, and run in the card's folder.
        timeout: seconds that the program may take to start, and for a batch of tasks.
        returns_copy_of: which picture of a task its edits are copies of, so that what reads run folders finds it there.
        claims: what its paper claims of it and of others, for `bench claims` to test.
    """

    kind: Literal["learned", "classical", "reference", "external"]
    licence: str
    command: list[Annotated[str, Field(min_length=1)]] = []
    timeout: float = Field(default=600.0, gt=0, allow_inf_nan=False)
    returns_copy_of: Literal["target", "source"] | None = None
    takes: list[str] | list[list[str]]
    options: OptionTable = OptionTable({})
    variants: dict[str, dict[str, Option]] = {}
    presets: dict[str, dict[str, Option]] = {}
    ablation: Ablation | None = None
    claims: list[Claim] = []

    @field_validator("claims")
    @classmethod
    def _with_ids_of_their_own(cls, claims: list[Claim]) -> list[Claim]:
        check_ids(claims)
        return claims

    @model_validator(mode="after")
    def _is_code_or_a_command(self) -> Self:
        if self.command and self.entry:
            raise ValueError("a card names its code by entry or by command, not by both")
        return self

    @property
    def alternatives(self) -> list[list[str]]:
        """The lists of what it takes, one of which a protocol must give whole."""
        return [words for words in self.takes if isinstance(words, list)] or [
            [word for word in self.takes if isinstance(word, str)]
        ]

    @property
    def every_input(self) -> set[str]:
        """The words of all its alternatives."""
        return {word for words in self.alternatives for word in words}

    @property
    def takes_hints(self) -> bool:
        """Whether any of its alternatives has a hint."""
        return not self.every_input.isdisjoint(HINTS)

    @property
    def takes_in_words(self) -> str:
        """What it takes, as sentences say it."""
        return ", or ".join(map(joined, self.alternatives))

    @property
    def sees_oracle(self) -> bool:
        """Whether tasks reach it with their true results."""
        return self.kind == "reference" and "oracle" in self.every_input


class DatasetCard(Card):
    """A dataset's card."""

    licence: str
    options: OptionTable = OptionTable({})


class ProtocolCard(Card):
    """A protocol's card.

    Attributes:
        needs: what the faces of a dataset must have for tasks to be drawn, in the words of `OF_FACES`.
        gives: what its tasks have, in the words of `INPUTS` or its own; methods that take no more take part in it. The
            tasks of every protocol have a strength, whether the card says it or not.
        by_default: whether methods take part in it where no protocol was named; if not, they do where it was.
        default_for: where the card says it, only methods that take one of these words take part where no protocol was
            named; others do where it was.
        hides: whether tasks show the target with a part of it hidden, so that a copy of it is no whole face.
        metrics: those that it shows, in order.
    """

    options: OptionTable = OptionTable({})
    needs: list[Literal["mask", "attributes"]] = []
    gives: list[str] = list(GIVEN_BY_MOST)
    by_default: bool = True
    default_for: list[str] = []
    hides: bool = False
    metrics: list[str]

    @field_validator("gives")
    @classmethod
    def _with_strength(cls, gives: list[str]) -> list[str]:
        return gives if "strength" in gives else [*gives, "strength"]


Axis = Literal[
    "edit success",
    "mask fidelity",
    "style",
    "likeness to the true edit",
    "preservation",
    "realism",
    "diversity",
    "control",
]
"""What a metric measures, of which ranks give each one vote."""


class MetricCard(Card):
    """A metric's card: the protocol of its number. Two numbers under one name are comparable.

    Attributes:
        axis: what it measures; the per-image metrics of an axis share its vote in ranks, and one without has none.
        fallback: whether it shares the vote of its axis only where no other metric of the axis has figures.
        encoder: the registered encoder whose features a metric of sets compares.
        judge: the role of a judge that it needs beside those of the roles "parser" and "attributes".
        protocols: under which protocols it may be shown, "all" or their names. Where the card says it, the metric joins
            them in commands that name its plug-in; else it is shown under any, where it is added by name.
        scale: what a table divides a cost by, to print it in `unit`.
        caveats: where the metric is blind, coarse or misleads, as `bench calibrate` found on rendered faces.
    """

    direction: Literal["up", "down"]
    unit: str = ""
    decimals: int = Field(ge=0, le=12)
    level: Literal["image", "set", "cost"]
    axis: Axis | None = None
    fallback: bool = False
    encoder: str | None = Field(default=None, pattern=NAME)
    judge: str | None = Field(default=None, pattern=NAME)
    min_n: int = 1
    citation: str
    scale: float = Field(default=1.0, gt=0)
    protocols: Literal["all"] | list[str] | None = None
    caveats: list[str] = []

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.fallback and self.axis is None:
            raise ValueError("a fallback is one of an axis, which the card does not name")
        if (self.level == "set") != (self.encoder is not None):
            raise ValueError("metrics of level 'set' name their encoder, and no others do")
        return self

    def is_for(self, protocol: str) -> bool:
        """Whether it may be shown under a protocol."""
        return not isinstance(self.protocols, list) or protocol in self.protocols


class EncoderCard(Card):
    """An encoder's card.

    Attributes:
        judge: the role of the judge whose features these are; None of a network of the encoder's own.
        options: what its class is built with, beside where networks run. `weights` among them names a weights file: by
            an id of `bench weights list`, or by its path, which begins at the card's folder if it is relative.
    """

    judge: str | None = Field(default=None, pattern=NAME)
    options: OptionTable = OptionTable({})


class JudgeCard(Card):
    """A judge's card: the recipe it is trained by, or the published weights that it has.

    Attributes:
        role: what it scores: "parser" labels the regions of a face, "attributes" reads its attributes; any other is
            that of the metrics whose cards name it.
        weights: of a judge that is not trained, its weights file, as an encoder's option `weights` names one.
        published: the judge that takes this one's place where `--weights` names its file.
        caution: what its figures must be read with, such as that it has seen test faces.
    """

    role: str = Field(pattern=NAME)
    weights: str | None = None
    published: str | None = Field(default=None, pattern=NAME)
    caution: str | None = None
    options: OptionTable = OptionTable({})
    presets: dict[str, dict[str, Option]] = {}


class PresetCard(Card):
    """A preset: sizes and budgets, `NAME.preset.yaml`. A built-in one has a title and all of them, and no base.

    Attributes:
        base: the built-in preset that has what is not said here.
        size: side of the images in pixels.
        datasets: options by dataset.
        protocols: options by protocol; it chooses none.
        methods: options by method, or by `method+variant`.
        judges: options by judge.
        edit_batch_size: tasks that a method edits at once.
        bootstrap_draws: of the intervals of image metrics.
    """

    title: str = ""
    summary: str = ""
    base: str | None = Field(default=None, pattern=NAME)
    size: int | None = None
    datasets: dict[str, dict[str, Option]] = {}
    protocols: dict[str, dict[str, Option]] = {}
    methods: dict[str, dict[str, Option]] = {}
    judges: dict[str, dict[str, Option]] = {}
    edit_batch_size: int | None = None
    bootstrap_draws: int | None = None


CardType = TypeVar("CardType", bound=Card)


class CardError(InputError):
    """A card with a wrong, missing or misspelt key."""


def read_card(path: Path, card_type: type[CardType]) -> CardType:
    """Read and check a card.

    Raises:
        CardError: naming the file, the key, and the nearest right key.
    """
    try:
        content = read_yaml(path).content
    except YamlError as error:
        raise CardError(str(error)) from error
    return check_card(content, card_type, str(path))


def check_card(content: object, card_type: type[CardType], where: str) -> CardType:
    """Check a card's content, read from `where`; a method's may have the keys of version 0.1."""
    if not isinstance(content, dict):
        raise CardError(f"{where}: a card is a mapping of keys to values")
    if issubclass(card_type, MethodCard):
        content = _renewed(content, where)
    try:
        return card_type.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(each) for each in first["loc"])
        if first["type"] == "extra_forbidden":
            raise CardError(f"{where}: {unknown('key', key, card_type.model_fields)}") from error
        raise CardError(f"{where}: {key}: {first['msg']}") from error


def _renewed(content: dict[Any, Any], where: str) -> dict[Any, Any]:
    """A method's card in today's keys, with a warning where it has `inputs` and `protocols`."""
    old = [key for key in ("inputs", "protocols") if key in content]
    if not old or "takes" in content:
        return content
    warnings.warn(
        f"{where}: {' and '.join(old)}: what a method needs of a task is called takes, and it takes part in every "
        "protocol that gives this, whatever the card lists",
        FutureWarning,
        stacklevel=2,
    )
    kept = {key: value for key, value in content.items() if key not in old}
    return {**kept, "takes": content["inputs"]} if "inputs" in content else kept
