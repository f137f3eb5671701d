"""The files of a study: `study.json`, which raters may see, and `key.json`, which they must not see."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from benchmark.runtime.json_files import read_strictly, write_strictly

SCHEMA_VERSION: Literal[1] = 1
PUBLIC = "public"
"""Folder of a study that raters may see."""
PRIVATE = "private"
"""Folder of what they must not see, and of their answers."""
STUDY = "study.json"
KEY = "key.json"
ANSWERS = "answers.csv"
TIE = "tie"
"""The choice of a rater who saw no difference, where a study offers it."""
SCORES = ("1", "2", "3", "4", "5")
"""What a rater may choose in a `mos` trial, from bad to excellent."""
REAL_OR_FAKE = ("real", "fake")

Mode = Literal["2afc", "kway", "mos", "realfake"]
CheckKind = Literal["obvious", "repeat"]
"""An attention check, whose answer is obvious, or a trial shown again."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Strict):
    """A question put to raters about every trial, by an id such as `realism`."""

    id: str
    text: str


class Option(_Strict):
    """An image to judge.

    Attributes:
        id: anonymous; tells neither method nor task.
        file: relative to the public folder, named after the id.
    """

    id: str
    file: str


class Trial(_Strict):
    """One screen: what the edit was made of, and the images to judge.

    Attributes:
        id: anonymous, as options' ids are.
        text: what the edit was to do, in words; "" where there is nothing to say.
        shown: files shown beside the options by what they are (target, source, mask), none of them an option's.
        options: in the order in which they are shown: two in `2afc`, one in `mos` and `realfake`.
    """

    id: str
    text: str = ""
    shown: dict[str, str] = Field(default_factory=dict)
    options: list[Option]


class Study(_Strict):
    """All that a rater's page needs, and nothing that tells which method made an image.

    Attributes:
        study_id: anonymous; answers to another study are refused by it.
        questions: every one is asked about every trial.
        trials: checks are among them, and look like the others.
        practice: shown first; their answers are not kept.
        ties: whether a rater may answer that there is no difference (`2afc` and `kway`).
        sitting: trials of a session, the most that one participant is shown.
        size: height and width of every option in pixels.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    study_id: str
    mode: Mode
    questions: list[Question]
    trials: list[Trial]
    practice: list[Trial] = []
    ties: bool = False
    sitting: int = 60
    size: tuple[int, int]


class OptionKey(_Strict):
    """What an option is.

    Attributes:
        method: its label, as in run folders; `real` of a real image, "" of an obvious fake made for an attention check.
        seed: of the run.
        protocol: of the task.
        task: its number in the protocol's task table.
        source: the face by which its answers are clustered, as in score files; of a real image the face that it shows.
    """

    method: str
    seed: int
    protocol: str
    task: int
    source: str


class TrialKey(_Strict):
    """What a trial is.

    Attributes:
        protocol: of its task.
        task: its number in the protocol's task table.
        source: the face by which its answers are clustered.
        attribute: that its task transfers, where the tasks of its protocol transfer several; "" elsewhere.
        check: why it is a check, or None.
        expected: the choice that passes an attention check (`obvious`).
        repeat_of: the trial that a `repeat` check shows again, its options flipped.
    """

    protocol: str
    task: int
    source: str
    attribute: str = ""
    check: CheckKind | None = None
    expected: str | None = None
    repeat_of: str | None = None


class Key(_Strict):
    """What must stay private, by anonymous id.

    Attributes:
        tasks_sha256: of each protocol's task table, so that a leaderboard joins only what compares.
        dataset: that the runs were made on.
        results_sha256: of the `result.json` of every run drawn from, by its method's label and seed (`maskgan/seed0`).
        seed: that the study was drawn by; with it and the results anyone could draw this key.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    study_id: str
    seed: int
    dataset: str
    tasks_sha256: dict[str, str]
    results_sha256: dict[str, str]
    trials: dict[str, TrialKey]
    options: dict[str, OptionKey]


def key_file(folder: Path, requested: Path | None = None) -> Path:
    """Where a study's key goes: into its private folder, unless another path is requested."""
    return requested or folder / PRIVATE / KEY


def write_study(path: Path, study: Study) -> None:
    """Write `study.json` atomically."""
    write_strictly(path, study)


def read_study(path: Path) -> Study:
    """Read `study.json`.

    Raises:
        ResultError: naming the file and the fault.
    """
    return read_strictly(path, Study)


def write_key(path: Path, key: Key) -> None:
    """Write `key.json` atomically."""
    write_strictly(path, key)


def read_key(path: Path) -> Key:
    """Read `key.json`.

    Raises:
        ResultError: naming the file and the fault.
    """
    return read_strictly(path, Key)
