"""What raters read: texts that a researcher edits, checked before a study is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from benchmark.config.sources import ConfigSource, read_config
from benchmark.human_study.design.page_texts import PageWords, Text
from benchmark.human_study.schema import Mode, Question
from registry.errors import InputError, unknown

MIN_SITTING: Final = 4
MAX_SITTING: Final = 60
"""Trials after which raters tire."""


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{text!r} is no http or https address")
    if any(each.isspace() or each in ";," for each in text):  # it becomes part of the page's content security policy
        raise ValueError(f"{text!r} holds a space, a comma or a semicolon; write them as %20, %2C and %3B")
    return text


Address = Annotated[str, AfterValidator(_web_address)]


class RatedQuestion(Question):
    """A question whose id can stand in forms, files and addresses."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    text: Text


class Words(BaseModel):
    """The texts of a study; the shipped files say what each is for.

    Attributes:
        language: of the texts, as HTML names it.
        tie: the answer of one who sees no difference; None where it is not offered.
        scale: what 1 to 5 mean, in `mos`.
        real: the answer, in `realfake`.
        fake: the answer, in `realfake`.
        tasks: by protocol, what an edit was to do.
        shown: captions of the pictures beside the options.
        page: buttons and messages.
        practice: trials to practise.
        sitting: trials that a participant sees at most.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    language: str = Field(default="en", pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$")
    title: Text
    consent: Text
    agree: Text
    instructions: Text
    practice_note: Text
    begin_note: Text
    questions: list[RatedQuestion] = Field(min_length=1, max_length=9)
    tie: Text | None = None
    scale: list[Text] = Field(default=["1", "2", "3", "4", "5"], min_length=5, max_length=5)
    real: Text = "Real"
    fake: Text = "Fake"
    tasks: dict[str, Text] = {}
    shown: dict[str, Text] = {}
    page: PageWords = PageWords()
    thanks: Text
    completion_code: Text | None = None
    redirect: Address | None = None
    post: Address | None = None
    practice: int = Field(default=2, ge=0, le=10)
    sitting: int = Field(default=MAX_SITTING, ge=MIN_SITTING, le=MAX_SITTING)

    @field_validator("questions")
    @classmethod
    def _differ(cls, questions: list[RatedQuestion]) -> list[RatedQuestion]:
        ids = [each.id for each in questions]
        if len(set(ids)) < len(ids):
            raise ValueError(f"two questions have the id {max(ids, key=ids.count)!r}")
        return questions

    @field_validator("tasks")
    @classmethod
    def _name_only_the_attribute(cls, tasks: dict[str, str]) -> dict[str, str]:
        for protocol, text in tasks.items():
            for _, name, form, conversion in Formatter().parse(text):
                if name not in (None, "attribute"):
                    raise ValueError(f"{protocol} names {{{name}}}; only {{attribute}} is known")
                if form or conversion:
                    raise ValueError(f"{protocol} says how to write {{attribute}}, which stands for text as it is")
        return tasks

    def task(self, protocol: str, attribute: str) -> str:
        """What an edit of a protocol was to do; "" where these words do not say."""
        return self.tasks.get(protocol, "").format(attribute=attribute.replace("_", " "))


def shipped_words(mode: Mode) -> Path:
    """The file that a mode's words are taken from where the researcher names none."""
    return Path(__file__).with_name("texts") / f"{mode}.yaml"


def read_words(path: Path) -> Words:
    """Read and check a file of words.

    Raises:
        InputError: naming the file, the line, the key, and the nearest right key.
    """
    layer = read_config(path)
    try:
        return Words.model_validate(layer.content)
    except ValidationError as error:
        raise InputError(_sentence(layer, error)) from error


def _sentence(layer: ConfigSource, error: ValidationError) -> str:
    faults: Sequence[Mapping[str, Any]] = error.errors()
    # a misspelt key is missing too, but the spelling is what helps
    first = next((each for each in faults if each["type"] == "extra_forbidden"), faults[0])
    keys = [str(each) for each in first["loc"]]
    if first["type"] == "extra_forbidden":
        parents: dict[str, tuple[str, type[BaseModel]]] = {
            "questions": ("key of a question", RatedQuestion),
            "page": ("key of page", PageWords),
        }
        what, model = parents[keys[0]] if len(keys) > 1 else ("key", Words)
        return f"{layer.location(keys)}: {unknown(what, keys[-1], model.model_fields)}"
    return f"{layer.location(keys)}: {'.'.join(keys)}: {first['msg'].removeprefix('Value error, ')}"
