"""The findings of a study: `analysis.json`, read by its pages and the leaderboard; no participant's id is in it."""

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


class Estimate(_Strict):
    """An estimate with its 95% interval and the counts behind it.

    Attributes:
        value: None where there is none, and then `reason` says why.
        low: lower end; None where there is no interval.
        high: upper end.
        votes: answers behind it.
        raters: who gave them.
        items: source faces that they are about.
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
    """The counts behind an estimate, as in `Estimate`."""

    votes: int
    raters: int
    items: int


class MethodFinding(_Strict):
    """A method under one question.

    Attributes:
        method: its label; `real` of real images.
        preference: the share of choices that it got where it was shown (a tie is shared out evenly), in `realfake` the
            share of its images that were taken for real, both in [0, 1]; in `mos` its mean score of 1 to 5.
        strength: log odds in the model of choices, which sum to 0 over methods; None where there is no ranking by it.
        rank: shared where methods do not differ significantly; None where none is ranked, and for real images.
        unranked: why this method has no rank where others have.
    """

    method: str
    preference: Estimate
    strength: Estimate | None = None
    rank: int | None = None
    unranked: str | None = None


class PairFinding(_Strict):
    """Two methods that were compared.

    Attributes:
        preference: the share of choices that `first` got, in [0, 1].
    """

    first: str
    second: str
    preference: Estimate


class Agreement(_Strict):
    """Krippendorff's alpha over trials that two or more raters judged.

    Attributes:
        alpha: its votes, raters and items are of those trials alone.
    """

    alpha: Estimate
    scale: Literal["nominal", "ordinal"]
    trials: int


class Position(_Strict):
    """A position on the screen, left to right.

    Attributes:
        share: of choices that its options got, in [0, 1].
        bias: the share that it gains by its position alone, whatever methods were there.
    """

    position: int
    share: float
    bias: Estimate


class Quartiles(_Strict):
    """Of times from a trial's appearance to an answer, in milliseconds; None where none is known."""

    number: int
    lower: float | None
    median: float | None
    upper: float | None


class AttributeFinding(_Strict):
    """The preferences of one part on the tasks of one attribute, in no test and no rank.

    Attributes:
        votes: answers that were counted.
        raters: who gave them.
        preferences: by method, as in `MethodFinding`; only of those that were shown.
    """

    votes: int
    raters: int
    preferences: dict[str, Estimate]


class Part(_Strict):
    """The findings on one question under one protocol.

    Attributes:
        votes: answers that were counted.
        ties: of them, those that saw no difference.
        raters: who gave them.
        unranked: why no method has a rank.
        positions: of `2afc` and `kway`.
        times: of all answers.
        rater_medians: of each rater's median.
        attributes: by attribute, where the tasks of the protocol transfer several.
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
    attributes: dict[str, AttributeFinding] = {}


class Exclusions(_Strict):
    """Who was excluded.

    Attributes:
        raters: all who gave an answer that could be counted.
        kept: of them.
        unchecked: of those kept, raters who answered no check.
        by_reason: raters to whom each reason applies; several may apply to one.
        answers: excluded with them.
    """

    rule: ExclusionRule
    raters: int
    kept: int
    unchecked: int
    by_reason: dict[Reason, int]
    answers: int


class Collected(_Strict):
    """What the files had that a study's answers were imported from, as `imports.json` keeps it.

    Attributes:
        files: number of them.
        seen: answers in them.
        taken: answers that count, those that several files have counted once for each.
        answers: different answers of the study after the latest import, those of imports without a record among them;
            None where an analysis did not keep it.
        left_out: answers that do not count, by reason.
        without_time: answers taken whose response time is unknown.
    """

    files: int
    seen: int
    taken: int
    answers: int | None = None
    left_out: dict[str, int]
    without_time: int


class Findings(_Strict):
    """The file.

    Attributes:
        rows: in the table of answers.
        dropped: rows that could not be counted, by reason.
        checks: answers to checks of raters who were kept, which are not counted.
        tasks_sha256: of each protocol's task table.
        results_sha256: of each run's `result.json`, by label and seed (`maskgan/seed0`).
        interval: how intervals were made.
        collected: what the answers' files had; None where no import kept it.
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
    collected: Collected | None = None


def write_findings(path: Path, findings: Findings) -> None:
    """Write `analysis.json` atomically."""
    write_strictly(path, findings)


def read_findings(path: Path) -> Findings:
    """Read the findings of a study.

    Args:
        path: `analysis.json`, or the folder that it is in, or that of the study.

    Raises:
        InputError: if there is none.
        ResultError: if it cannot be read.
    """
    candidates = [path] if path.is_file() else [path / FOLDER / ANALYSIS, path / ANALYSIS]
    for candidate in candidates:
        if candidate.is_file():
            return read_strictly(candidate, Findings)
    raise InputError(f"{path} has no {FOLDER}/{ANALYSIS}; `bench study analyse {path}` writes it")
