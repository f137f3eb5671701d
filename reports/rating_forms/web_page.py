"""The page on which raters judge a study's images: one file, with images beside it only where they are large."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmark.human_study.design.page_texts import filled
from benchmark.human_study.design.texts import StudyTexts
from benchmark.human_study.schema import Study
from reports.rendering.html_page import render_page

MAX_INLINE_BYTES: Final = 24 * 2**20
"""Of images inside the page; beyond it they stay in the folder beside it."""
_SMALL: Final = 160
"""Height and width up to which an image is enlarged without smoothing, which would hide what an edit did."""


def render(study: Study, texts: StudyTexts, public: Path) -> str:
    """The whole page: styles, scripts and texts inline, every string escaped.

    Args:
        study: what is judged.
        texts: what raters read.
        public: the folder of the study's images.
    """
    files = sorted({file for trial in (*study.trials, *study.practice) for file in _files(trial)})
    inline = sum((public / file).stat().st_size for file in files) <= MAX_INLINE_BYTES
    data: dict[str, Any] = {
        **study.model_dump(
            include={"schema_version", "study_id", "mode", "questions", "trials", "practice", "ties", "sitting"}
        ),
        "post": texts.post,
        "captions": {what: texts.shown.get(what, what) for what in ("target", "source", "mask")},
        "tie": texts.tie,
        "scale": texts.scale,
        "real": texts.real,
        "fake": texts.fake,
        "practice_note": texts.practice_note,
        "begin_note": texts.begin_note,
        "page": texts.page.model_dump(),
        "images": {file: _uri(public / file) for file in files} if inline else {},
    }
    return render_page(
        "rating_forms/rating_page.html.j2",
        texts=texts,
        data=data,
        consent=paragraphs(texts.consent),
        instructions=paragraphs(texts.instructions),
        thanks=paragraphs(texts.thanks),
        images="data:" if inline else "data: 'self' file:",
        connect=_origin(texts.post) if texts.post else "'none'",
        pixelated=max(study.size) <= _SMALL,
        keys=_keys(study, texts),
    )


def _keys(study: Study, texts: StudyTexts) -> str:
    """What a rater with a keyboard must know, the key of a tie included."""
    text: str = getattr(texts.page, f"keys_{study.mode}{'_tie' if study.ties else ''}")
    return filled(text, digit=str(len(study.trials[0].options) + 1), tie=texts.tie or "")


def _files(trial: Any) -> list[str]:
    return [*(option.file for option in trial.options), *trial.shown.values()]


def _uri(path: Path) -> str:
    return f"data:image/png;base64,{b64encode(path.read_bytes()).decode('ascii')}"


def paragraphs(text: str) -> list[str]:
    """The parts of a text between its empty lines."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
