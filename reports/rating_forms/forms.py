"""What raters use to judge a study's images, for each place where they may do so."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from benchmark.human_study.collection import arena
from benchmark.human_study.design.texts import Words
from benchmark.human_study.schema import Study
from benchmark.runtime.atomic_files import write_text_atomically
from registry.errors import InputError, UnknownNameError, unknown
from reports.rating_forms import label_studio as label_studio_tasks
from reports.rating_forms import mturk as mturk_layout
from reports.rating_forms import web_page as rating_page

FILES: Final[dict[str, tuple[str, ...]]] = {
    "html": ("study.html",),
    "mturk": ("mturk.csv", "mturk.html"),
    "label-studio": ("label-studio.json", "label-studio.xml"),
    arena.FORMAT: (),
}
"""By format, the files of the public folder; votes come later, and stay private."""
_ELSEWHERE: Final = ("mturk", "label-studio")
"""Shown on a site of their own, which must fetch the pictures from somewhere."""
_FOLDER: Final = re.compile(r"(https?)://[A-Za-z0-9.:\[\]_-]+(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?")
"""A web address that file names can be put after: without name and password, query or fragment."""


class RatingForms:
    """The forms of a study, checked before anything is written.

    Args:
        formats: of `FILES`.
        url_base: the address where the study's public folder will be found on the web, for the forms of other sites.

    Raises:
        UnknownNameError: if there is no such format.
        InputError: if a format needs `url_base`, and there is none that serves it.
    """

    def __init__(self, formats: Collection[str] = ("html",), url_base: str | None = None) -> None:
        for name in formats:
            if name not in FILES:
                raise UnknownNameError(unknown("format", name, FILES))
            if name in _ELSEWHERE and not url_base:
                raise InputError(f"--format {name} needs --url-base, the address where the public folder will be found")
        self.formats = formats
        self.base = "" if url_base is None else _checked(url_base, formats).rstrip("/")

    @property
    def names(self) -> list[str]:
        """Of every file that forms of any format have in the public folder, where an export writes or removes them."""
        return [name for names in FILES.values() for name in names]

    def check(self, words: Words) -> None:
        """Refuse words that a form cannot show.

        Raises:
            InputError: naming the key.
        """
        if "mturk" in self.formats:
            mturk_layout.check_words(words)

    def write(self, study: Study, words: Words, public: Path) -> list[Path]:
        """Write the forms, each atomically, and remove those of formats not asked for: they are of an earlier export.

        Args:
            study: what is judged.
            words: what raters read.
            public: the study's public folder, which holds its pictures.

        Returns:
            The files written, as `FILES` names them.
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
            public / name: text
            for each, make in makers.items()
            if each in self.formats
            for name, text in make().items()
        }
        for stale in {public / name for name in self.names} - made.keys():
            stale.unlink(missing_ok=True)
        for path, text in made.items():
            write_text_atomically(path, text)
        return list(made)


def _checked(url_base: str, formats: Collection[str]) -> str:
    """The address.

    Raises:
        InputError: if no picture can be found below it, or Mechanical Turk's pages, which are https, would not show it.
    """
    found = _FOLDER.fullmatch(url_base)
    if not found:
        raise InputError(
            f"--url-base {url_base!r} is no http or https address of a folder, such as https://example.org/study"
        )
    if found[1] == "http" and "mturk" in formats:
        raise InputError(
            f"--url-base {url_base!r}: --format mturk needs https, or workers' browsers block the pictures"
        )
    return url_base
