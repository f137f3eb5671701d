"""What raters use to judge a study's images, for each place where they may do so."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from benchmark.files import write_text_atomically
from benchmark.human_study.records import Study
from benchmark.human_study.words import Words
from registry.errors import InputError, UnknownNameError, unknown
from reports import label_studio_tasks, mturk_layout, rating_page

FORMATS: Final = ("html", "mturk", "label-studio")
_ELSEWHERE: Final = ("mturk", "label-studio")
"""Shown on a site of their own, which must fetch the pictures from somewhere."""


class RatingForms:
    """The forms of a study, checked before anything is written.

    Args:
        formats: of `FORMATS`.
        url_base: the address where the study's public folder will be found on the web, for the forms of other sites.

    Raises:
        UnknownNameError: if there is no such format.
        InputError: if a format needs `url_base`, and there is none.
    """

    def __init__(self, formats: Collection[str] = ("html",), url_base: str | None = None) -> None:
        for name in formats:
            if name not in FORMATS:
                raise UnknownNameError(unknown("format", name, FORMATS))
            if name in _ELSEWHERE and not url_base:
                raise InputError(f"--format {name} needs --url-base, the address where the public folder will be found")
        self.formats = formats
        self.base = (url_base or "").rstrip("/")

    def write(self, study: Study, words: Words, public: Path) -> list[Path]:
        """Write the forms, atomically.

        Args:
            study: what is judged.
            words: what raters read.
            public: the study's public folder, which holds its pictures.

        Returns:
            The files written: `study.html`; `mturk.csv` and `mturk.html`; `label-studio.json` and `label-studio.xml`.
        """
        makers: dict[str, Callable[[], dict[str, str]]] = {
            "html": lambda: {"study.html": rating_page.render(study, words, public)},
            "mturk": lambda: {
                "mturk.csv": mturk_layout.render_csv(study, self.base),
                "mturk.html": mturk_layout.render_layout(study, words),
            },
            "label-studio": lambda: {
                "label-studio.json": label_studio_tasks.render_tasks(study, words, self.base),
                "label-studio.xml": label_studio_tasks.render_config(study, words),
            },
        }
        made = {
            public / name: text for each in FORMATS if each in self.formats for name, text in makers[each]().items()
        }
        for path, text in made.items():
            write_text_atomically(path, text)
        return list(made)
