"""The texts that raters read: edited by a researcher, checked before a study is made with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from benchmark.config.sources import ConfigSource, read_config
from benchmark.human_study.design.page_texts import PageTexts, Text
from benchmark.human_study.schema import Mode, Question
from registry.errors import InputError, unknown

MIN_SESSION_LENGTH: Final = 4
MAX_SESSION_LENGTH: Final = 60
"""Trials of a session; raters tire after as many."""


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{text!r} is no http or https address")
    # it becomes part of the page's content security policy
    if any(character.isspace() or character in ";," for character in text):
        raise ValueError(f"{text!r} contains a space, a comma or a semicolon; write them as %20, %2C and %3B")
    return text


Address = Annotated[str, AfterValidator(_web_address)]


class RatedQuestion(Question):
    """A question whose id can stand in forms, files and addresses."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    text: Text


class StudyTexts(BaseModel):
    """The texts of a study; the shipped files say what each one is for.

    Attributes:
        language: of the texts, as HTML names it.
        tie: the answer of a rater who sees no difference; None where it is not offered.
        scale: what 1 to 5 mean, in `mos`.
        real: the answer, in `realfake`.
        fake: the answer, in `realfake`.
        tasks: by protocol, what an edit was to do.
        shown: captions of the images beside the options.
        page: buttons and messages.
        practice: number of practice trials.
        sitting: trials of a session, the most that one participant sees.
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
    page: PageTexts = PageTexts()
    thanks: Text
    completion_code: Text | None = None
    redirect: Address | None = None
    post: Address | None = None
    practice: int = Field(default=2, ge=0, le=10)
    sitting: int = Field(default=MAX_SESSION_LENGTH, ge=MIN_SESSION_LENGTH, le=MAX_SESSION_LENGTH)

    @field_validator("questions")
    @classmethod
    def _differ(cls, questions: list[RatedQuestion]) -> list[RatedQuestion]:
        ids = [question.id for question in questions]
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
                    raise ValueError(f"{protocol} gives a format for {{attribute}}, which is plain text")
        return tasks

    def task(self, protocol: str, attribute: str) -> str:
        """What an edit of a protocol was to do; "" where these texts do not say."""
        return self.tasks.get(protocol, "").format(attribute=attribute.replace("_", " "))


def shipped_texts(mode: Mode) -> Path:
    """The file of a mode's texts, used where the researcher names none."""
    return Path(__file__).with_name("texts") / f"{mode}.yaml"


def read_texts(path: Path) -> StudyTexts:
    """Read and check a file of texts.

    Raises:
        InputError: naming the file, the line, the key, and the nearest right key.
    """
    source = read_config(path)
    try:
        return StudyTexts.model_validate(source.content)
    except ValidationError as error:
        raise InputError(_sentence(source, error)) from error


def _sentence(source: ConfigSource, error: ValidationError) -> str:
    faults: Sequence[Mapping[str, Any]] = error.errors()
    # a misspelt key is missing too, but the spelling is what helps
    first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    keys = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        parents: dict[str, tuple[str, type[BaseModel]]] = {
            "questions": ("key of a question", RatedQuestion),
            "page": ("key of page", PageTexts),
        }
        what, model = parents[keys[0]] if len(keys) > 1 else ("key", StudyTexts)
        return f"{source.location(keys)}: {unknown(what, keys[-1], model.model_fields)}"
    return f"{source.location(keys)}: {'.'.join(keys)}: {first['msg'].removeprefix('Value error, ')}"
