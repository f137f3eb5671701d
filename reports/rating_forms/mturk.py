"""A study for Amazon Mechanical Turk: a table with one row per trial, and a layout whose variables are its columns."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator
from string import ascii_lowercase
from typing import Final

from benchmark.human_study.design.page_texts import filled
from benchmark.human_study.design.texts import StudyTexts
from benchmark.human_study.schema import SCORES, TIE, Study, Trial
from registry.errors import InputError
from reports.rating_forms.web_page import paragraphs
from reports.rendering.html_page import render_page

_ALWAYS: Final = ("trial_id", "source_url", "mask_url", "edit_text")
_SHOWN: Final = {
    "title", "consent", "agree", "instructions", "questions", "tie", "scale", "real", "fake", "tasks", "shown",
}  # fmt: skip
"""The texts in the layout and the table; those of `page` have no braces except placeholders."""


def check_texts(texts: StudyTexts) -> None:
    """Refuse texts that the site would take for its variables.

    Raises:
        InputError: naming the key.
    """
    for key, text in _all_texts(texts.model_dump(include=_SHOWN)):
        if "${" in text:
            raise InputError(
                f"texts: {key} contains '${{', which begins a variable of --format mturk; write it differently"
            )


def _all_texts(content: object, *keys: object) -> Iterator[tuple[str, str]]:
    """Every text with its dotted key."""
    if isinstance(content, str):
        yield ".".join(map(str, keys)), content
    elif isinstance(content, dict | list):
        for key, inner in content.items() if isinstance(content, dict) else enumerate(content):
            yield from _all_texts(inner, *keys, key)


def columns(study: Study) -> list[str]:
    """The table's header, and the names of the layout's variables."""
    letters = ascii_lowercase[: len(study.trials[0].options)]
    images = [f"image_{letter}_url" for letter in letters]
    return [*_ALWAYS, *images, "target_url", *(f"option_{letter}" for letter in letters)]


def render_csv(study: Study, base: str) -> str:
    """The table: UTF-8 CSV, as Mechanical Turk expects it; an image that a trial does not show has an empty address.

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


def render_layout(study: Study, texts: StudyTexts) -> str:
    """The HTML of a HIT.

    Its answers come back as `study_id`, `trial_id`, `shown_order` (ids of the options, left to right), `started_at`,
    `rt_ms` (until it is sent), and for each question `choice.<question id>`: an option's id, `tie`, a score, or `real`
    or `fake`.
    """
    letters = ascii_lowercase[: len(study.trials[0].options)]
    names = {letter: filled(texts.page.image, letter=letter.upper()) for letter in letters}
    choices: list[tuple[str, str]]
    if study.mode == "mos":
        choices = [(score, f"{score} {text}") for score, text in zip(SCORES, texts.scale, strict=True)]
    elif study.mode == "realfake":
        choices = [("real", texts.real), ("fake", texts.fake)]
    else:
        choices = [(f"${{option_{letter}}}", name) for letter, name in names.items()]
        if study.ties and texts.tie:
            choices.append((TIE, texts.tie))
    return render_page(
        "rating_forms/mturk_layout.html.j2",
        study=study,
        texts=texts,
        letters=letters,
        names=names,
        choices=choices,
        inputs=[(what, texts.shown.get(what, what)) for what in ("target", "source", "mask")],
        instructions=paragraphs(texts.instructions),
        consent=paragraphs(texts.consent),
    )
