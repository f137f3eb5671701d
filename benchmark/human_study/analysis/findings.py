"""What a study found: `analysis.json`, which its pages and the leaderboard read; no participant's id is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, TypedDict

from pydantic import BaseModel, ConfigDict

from benchmark.human_study.analysis.exclusion import ExclusionRule, Reason
from benchmark.human_study.schema import Mode
from benchmark.runtime.json_files import read_strictly, write_strictly
from benchmark.statistics.two_way_bootstrap import DRAWS
from registry.errors import InputError

SCHEMA_VERSION: Literal[1] = 1
ANALYSIS: Final = "analysis.json"
FOLDER: Final = "analysis"
INTERVAL: Final = f"two-way cluster bootstrap (raters × items), {DRAWS:,} draws"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(_Strict):
    """A figure with its 95% interval and what stands behind it.

    Attributes:
        value: None where there is none, and then `reason` says why.
        low: lower end; None where there is no interval.
        high: upper end.
        votes: answers that it was made of.
        raters: that gave them.
        items: source faces that they were about.
        reason: why there is no value or no interval, or a caution on it.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    votes: int
    raters: int
    items: int
    reason: str | None = None


class Counts(TypedDict):
    """What stands behind a figure, as `Figure` has it."""

    votes: int
    raters: int
    items: int


class MethodFinding(_Strict):
    """A method under one question.

    Attributes:
        method: its label; `real` of real images.
        preference: the share of choices that it got where it was shown (a tie is shared out evenly), in `realfake` the
            share of its images that were taken for real, both in [0, 1]; in `mos` its mean score of 1 to 5.
        strength: log odds by the model of choices, which sum to 0 over methods; None where there is no ranking by it.
        rank: shared where methods cannot be told apart; None where none are ranked, and of real images.
        unranked: why this method has no rank where others have.
    """

    method: str
    preference: Figure
    strength: Figure | None = None
    rank: int | None = None
    unranked: str | None = None


class PairFinding(_Strict):
    """Two methods that were set against each other.

    Attributes:
        preference: the share of choices that `first` got, in [0, 1].
    """

    first: str
    second: str
    preference: Figure


class Agreement(_Strict):
    """Krippendorff's alpha over trials that two or more raters judged.

    Attributes:
        alpha: its votes, raters and items are of those trials alone.
    """

    alpha: Figure
    scale: Literal["nominal", "ordinal"]
    trials: int


class Position(_Strict):
    """A place on the screen, left to right.

    Attributes:
        share: of choices that its options got, in [0, 1].
        bias: the share that it gains by its place alone, whatever methods stood there.
    """

    position: int
    share: float
    bias: Figure


class Quartiles(_Strict):
    """Of times from a trial's appearance to an answer, in milliseconds; None where none is known."""

    number: int
    lower: float | None
    median: float | None
    upper: float | None


class Part(_Strict):
    """What was found on one question under one protocol.

    Attributes:
        votes: answers that were counted.
        ties: of them, those that saw no difference.
        raters: that gave them.
        unranked: why no method has a rank.
        positions: of `2afc` and `kway`.
        times: of all answers.
        rater_medians: of each rater's median.
    """

    question: str
    text: str
    protocol: str
    votes: int
    ties: int
    raters: int
    methods: list[MethodFinding]
    pairs: list[PairFinding]
    unranked: str | None
    agreement: Agreement
    positions: list[Position]
    times: Quartiles
    rater_medians: Quartiles


class Exclusions(_Strict):
    """Who was left out.

    Attributes:
        raters: all that gave an answer that could be counted.
        kept: of them.
        unchecked: of those kept, raters who answered no check.
        by_reason: raters whom each reason applies to; several may apply to one.
        answers: that went with them.
    """

    rule: ExclusionRule
    raters: int
    kept: int
    unchecked: int
    by_reason: dict[Reason, int]
    answers: int


class Findings(_Strict):
    """The file.

    Attributes:
        rows: in the table of answers.
        dropped: rows that could not be counted, by reason.
        checks: answers to checks of raters who were kept, which are in no figure.
        tasks_sha256: of each protocol's task table.
        results_sha256: of each run's `result.json`, by label and seed (`maskgan/seed0`).
        interval: how intervals were made.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    study_id: str
    mode: Mode
    dataset: str
    tasks_sha256: dict[str, str]
    results_sha256: dict[str, str]
    rows: int
    dropped: dict[str, int]
    checks: int
    exclusions: Exclusions
    interval: str
    parts: list[Part]


def write_findings(path: Path, findings: Findings) -> None:
    """Write `analysis.json` atomically."""
    write_strictly(path, findings)


def read_findings(path: Path) -> Findings:
    """Read what a study found.

    Args:
        path: `analysis.json`, or a folder that it is in, or that of the study.

    Raises:
        InputError: if there is none.
        ResultError: if it cannot be read.
    """
    places = [path] if path.is_file() else [path / FOLDER / ANALYSIS, path / ANALYSIS]
    for place in places:
        if place.is_file():
            return read_strictly(place, Findings)
    raise InputError(f"{path} holds no {FOLDER}/{ANALYSIS}; `bench study analyse {path}` writes it")
