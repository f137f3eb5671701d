"""A study for Amazon Mechanical Turk: a table with a row a trial, and the layout whose variables are its columns."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator
from string import ascii_lowercase
from typing import Final

from benchmark.human_study.design.page_texts import filled
from benchmark.human_study.design.texts import Words
from benchmark.human_study.schema import SCORES, TIE, Study, Trial
from registry.errors import InputError
from reports.rating_forms.web_page import paragraphs
from reports.rendering.html_page import render_page

_ALWAYS: Final = ("trial_id", "source_url", "mask_url", "edit_text")
_SHOWN: Final = {
    "title", "consent", "agree", "instructions", "questions", "tie", "scale", "real", "fake", "tasks", "shown",
}  # fmt: skip
"""The words that the layout and the table hold; those of `page` have no braces but for placeholders."""


def check_words(words: Words) -> None:
    """Refuse words that the site would take for its variables.

    Raises:
        InputError: naming the key.
    """
    for key, text in _texts(words.model_dump(include=_SHOWN)):
        if "${" in text:
            raise InputError(f"words: {key} holds '${{', which begins a variable of --format mturk; write it otherwise")


def _texts(found: object, *keys: object) -> Iterator[tuple[str, str]]:
    """Every text with its dotted key."""
    if isinstance(found, str):
        yield ".".join(map(str, keys)), found
    elif isinstance(found, dict | list):
        for key, each in found.items() if isinstance(found, dict) else enumerate(found):
            yield from _texts(each, *keys, key)


def columns(study: Study) -> list[str]:
    """The table's header, and the names of the layout's variables."""
    letters = ascii_lowercase[: len(study.trials[0].options)]
    images = [f"image_{letter}_url" for letter in letters]
    return [*_ALWAYS, *images, "target_url", *(f"option_{letter}" for letter in letters)]


def render_csv(study: Study, base: str) -> str:
    """The table: UTF-8 CSV, as Mechanical Turk takes it; a picture that a trial does not show has an empty address.

    The site puts cells into the layout as they stand, so texts are HTML here.

    Args:
        study: its trials, practice left out.
        base: address of the public folder.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns(study))
    writer.writerows(_row(trial, base) for trial in study.trials)
    return text.getvalue()


def _row(trial: Trial, base: str) -> list[str]:
    target, source, mask = (_address(base, trial.shown.get(what)) for what in ("target", "source", "mask"))
    images = [_address(base, option.file) for option in trial.options]
    return [trial.id, source, mask, html.escape(trial.text), *images, target, *(option.id for option in trial.options)]


def _address(base: str, file: str | None) -> str:
    return f"{base}/{file}" if file else ""


def render_layout(study: Study, words: Words) -> str:
    """The HTML of a HIT.

    Its answers come back as `study_id`, `trial_id`, `shown_order` (ids of the options, left to right), `started_at`,
    `rt_ms` (to the sending), and for each question `choice.<question id>`: an option's id, `tie`, a score, or `real` or
    `fake`.
    """
    letters = ascii_lowercase[: len(study.trials[0].options)]
    names = {letter: filled(words.page.image, letter=letter.upper()) for letter in letters}
    choices: list[tuple[str, str]]
    if study.mode == "mos":
        choices = [(score, f"{score} {text}") for score, text in zip(SCORES, words.scale, strict=True)]
    elif study.mode == "realfake":
        choices = [("real", words.real), ("fake", words.fake)]
    else:
        choices = [(f"${{option_{letter}}}", name) for letter, name in names.items()]
        if study.ties and words.tie:
            choices.append((TIE, words.tie))
    return render_page(
        "rating_forms/mturk_layout.html.j2",
        study=study,
        words=words,
        letters=letters,
        names=names,
        choices=choices,
        given=[(what, words.shown.get(what, what)) for what in ("target", "source", "mask")],
        instructions=paragraphs(words.instructions),
        consent=paragraphs(words.consent),
    )
