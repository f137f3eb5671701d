"""The forms in which raters judge a study's images: a web page, or tasks for a rating service."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from benchmark.human_study.collection import arena
from benchmark.human_study.design.texts import StudyTexts
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
"""By format, its files in the public folder; arena votes come later, and stay private."""
_HOSTED: Final = ("mturk", "label-studio")
"""Shown on other sites, which must fetch the images from somewhere."""
_FOLDER: Final = re.compile(r"(https?)://[A-Za-z0-9.:\[\]_-]+(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?")
"""A web address to which file names can be appended: without user name and password, query or fragment."""


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
            if name in _HOSTED and not url_base:
                raise InputError(f"--format {name} needs --url-base, the address where the public folder will be found")
        self.formats = formats
        self.base = "" if url_base is None else _checked(url_base, formats).rstrip("/")

    @property
    def names(self) -> list[str]:
        """Names of the files of all formats in the public folder, which an export writes or removes."""
        return [name for names in FILES.values() for name in names]

    def check(self, texts: StudyTexts) -> None:
        """Refuse texts that a form cannot show.

        Raises:
            InputError: naming the key.
        """
        if "mturk" in self.formats:
            mturk_layout.check_texts(texts)

    def write(self, study: Study, texts: StudyTexts, public: Path) -> list[Path]:
        """Write the forms, each atomically, and remove those of formats not requested: they are of an earlier export.

        Args:
            study: what is judged.
            texts: what raters read.
            public: the study's public folder, with its images.

        Returns:
            The files written, as `FILES` names them.
        """
        renderers: dict[str, Callable[[], dict[str, str]]] = {
            "html": lambda: {"study.html": rating_page.render(study, texts, public)},
            "mturk": lambda: {
                "mturk.csv": mturk_layout.render_csv(study, self.base),
                "mturk.html": mturk_layout.render_layout(study, texts),
            },
            "label-studio": lambda: {
                "label-studio.json": label_studio_tasks.render_tasks(study, texts, self.base),
                "label-studio.xml": label_studio_tasks.render_config(study, texts),
            },
        }
        rendered = {
            public / name: text
            for format, render in renderers.items()
            if format in self.formats
            for name, text in render().items()
        }
        for stale in {public / name for name in self.names} - rendered.keys():
            stale.unlink(missing_ok=True)
        for path, text in rendered.items():
            write_text_atomically(path, text)
        return list(rendered)


def _checked(url_base: str, formats: Collection[str]) -> str:
    """The address.

    Raises:
        InputError: if no image can be found below it, or Mechanical Turk's pages, which are https, would not show it.
    """
    match = _FOLDER.fullmatch(url_base)
    if not match:
        raise InputError(
            f"--url-base {url_base!r} is no http or https address of a folder, such as https://example.org/study"
        )
    if match[1] == "http" and "mturk" in formats:
        raise InputError(f"--url-base {url_base!r}: --format mturk needs https, or workers' browsers block the images")
    return url_base
