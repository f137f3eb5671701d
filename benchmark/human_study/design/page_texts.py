"""Buttons and messages of the raters' page and forms: English, unless a study's texts translate them."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationInfo, field_validator

from registry.errors import unknown
from registry.yaml_files import YamlError, parse_yaml, to_yaml

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_PLACEHOLDER: Final = re.compile(r"\{([a-z]+)\}")


class PageTexts(BaseModel):
    """Texts by what they are for; `{number}` and the like stand for what is known only when a page is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    start: Text = "Start"
    how: Text = "How it works"
    proceed: Text = "Continue"
    progress: Text = "Progress"
    count: Text = "{number} of {of}"
    practice: Text = "Practice {number} of {of}"
    question: Text = "Question {number} of {of}"
    image: Text = "Image {letter}"
    single_image: Text = "The image to judge"
    keys_2afc: Text = "Keys: 1 or ← for A, 2 or → for B."
    keys_2afc_tie: Text = "Keys: 1 or ← for A, 2 or → for B, {digit} or ↓ for “{tie}”."
    keys_kway: Text = "Keys: the digit on an image, or arrows and Enter."
    keys_kway_tie: Text = "Keys: the digit on an image, or arrows and Enter, {digit} for “{tie}”."
    keys_mos: Text = "Keys: 1 to 5, or arrows and Enter."
    keys_realfake: Text = "Keys: 1 or ← for the first answer, 2 or → for the second."
    welcome_back: Text = "Welcome back: {number} of {of} screens are done."
    not_you: Text = "Not you? Begin anew"
    lost: Text = "A picture could not be loaded"
    lost_note: Text = "Your answers so far are kept. Check your connection, then try again."
    try_again: Text = "Try again"
    finished: Text = "Finished"
    code: Text = "Your completion code:"
    complete: Text = "Complete the study"
    hand_in: Text = "Please download your answers and give them to the researcher."
    sending: Text = "Sending your answers …"
    sending_again: Text = "Sending your answers failed; trying again ({number} of {of}) …"
    sent: Text = "Your answers have been sent."
    unsent: Text = (
        "Your answers could not be sent. Please download them here and give them to the researcher, or try again."
    )
    send_again: Text = "Send again"
    download_csv: Text = "Download my answers (CSV)"
    download_json: Text = "Download my answers (JSON)"
    next_person: Text = "Another person: begin anew"
    others: Text = "Answers of others, kept in this browser"
    other: Text = "{person}: {number} of {of} screens"
    other_unsent: Text = "{person}: {number} of {of} screens, not sent"
    download: Text = "Download"
    resume: Text = "Go on"
    open: Text = "Open"
    unkept: Text = "This browser does not let the page keep your answers: do not close or reload it before the end."
    no_script: Text = "This page needs scripts, which are part of it."
    about: Text = "About this study, and how it works"
    submit: Text = "Submit"

    @field_validator("*")
    @classmethod
    def _keeps_the_placeholders(cls, text: str, info: ValidationInfo) -> str:
        expected = _PLACEHOLDER.findall(cls.model_fields[str(info.field_name)].default)
        found = _PLACEHOLDER.findall(text)
        for name in found:
            if name not in expected:
                raise ValueError(unknown("placeholder", name, expected))
        if missing := [name for name in expected if name not in found]:
            raise ValueError(f"it lacks {{{missing[0]}}}")
        if set("{}") & set(_PLACEHOLDER.sub("", text)):
            raise ValueError("it has a brace that is part of no placeholder")
        return text


def filled(text: str, **values: str) -> str:
    """A text with its placeholders filled in."""
    return _PLACEHOLDER.sub(lambda placeholder: values[placeholder[1]], text)


def with_page_texts(texts: str) -> str:
    """A file of texts, followed by the English buttons and messages to be translated, where it can take them.

    Args:
        texts: YAML of a study's texts.
    """
    english = to_yaml({"page": PageTexts().model_dump()}, width=120)
    heading = "page:  # buttons and messages; what stands in braces is filled in"
    whole = f"{texts.rstrip()}\n\n{english.replace('page:', heading, 1)}"
    try:
        given, both = (parse_yaml(text, "texts").content for text in (texts, whole))
    except YamlError:  # such as texts in braces
        return texts
    return whole if "page" not in given and both == {**given, "page": PageTexts().model_dump()} else texts
