"""Trained judges on disk, found again by what decided their weights."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock

from benchmark.caching.code_version import code_version
from benchmark.caching.fingerprints import TRAINING_CODE
from benchmark.datasets.base import FaceDataset
from benchmark.judges.base import Judge, judge_code
from benchmark.runtime.atomic_files import replacing, sha256_of
from benchmark.runtime.checked_files import DamagedFileError, read_checked_json, write_checked_json
from methods.checkpoint import CheckpointError, load_strictly, read_state_dict

TrainJudge = Callable[[Judge, FaceDataset, Path], object]
"""Trains a judge on a dataset's train split, keeping what it must in a folder; resumes what it finds there."""


@dataclass(frozen=True)
class JudgeRecord:
    """What is known of a trained judge.

    Attributes:
        name: what the run calls it.
        weights_sha256: of its weights file.
        recipe: the options it was trained with.
        scores: its own scores on the test split.
    """

    name: str
    weights_sha256: str
    recipe: Mapping[str, int | float]
    scores: Mapping[str, float]


def load_judge(
    name: str,
    judge: Judge,
    dataset: FaceDataset,
    cache: Path,
    train: TrainJudge,
    say: Callable[[str], None],
    *,
    trained_as: str = "",
) -> JudgeRecord:
    """Give `judge` its trained weights: from the cache, or by training and scoring it first.

    The cache's key is the packed faces' fingerprint, the recipe, the source of judge and training, and `trained_as`.
    Processes that need the same judge wait for the one that trains it. Where the card or the weights have not their
    checksums, the judge is trained again.

    Args:
        name: what the run calls the judge; no part of the key.
        judge: takes the weights; afterwards in eval mode.
        dataset: its train split teaches the judge, its test split scores it.
        cache: folder of judges; created where absent.
        train: called where the cache holds no such judge.
        say: told where its files were damaged.
        trained_as: what else decides the weights: the precision of training, the source of a plug-in.
    """
    folder = cache / judge_key(judge, dataset, trained_as)
    weights, card = folder / "weights.pth", folder / "card.json"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        facts = _read(judge, weights, card, say)
        if facts is None:
            train(judge, dataset, folder / "training")
            judge.eval()
            facts = {"scores": judge.evaluate(dataset, dataset.rows("test")), "recipe": dict(judge.recipe)}
            # given a path, torch would write its random name into the file, and no two files would have one hash
            with replacing(weights) as temporary, temporary.open("wb") as file:
                torch.save({key: value.cpu().contiguous() for key, value in judge.state_dict().items()}, file)
            facts["weights_sha256"] = sha256_of(weights)
            record = JudgeRecord(name=name, **facts)
            # The card is written last: where there is one, the weights are whole.
            write_checked_json(card, asdict(record))
            shutil.rmtree(folder / "training", ignore_errors=True)
            return record
    return JudgeRecord(name=name, **facts)


def published_scores(
    judge: Judge,
    weights_sha256: str,
    dataset: FaceDataset,
    cache: Path,
    made_by: str,
    say: Callable[[str], None],
) -> dict[str, float]:
    """What a judge of published weights scores itself on the test split, kept by all that decides it.

    Args:
        judge: filled, on the compute device, in eval mode.
        weights_sha256: of its file.
        dataset: whose test split it looks at.
        cache: folder of judges; created where absent.
        made_by: what else decides the scores: precision, the source of a plug-in.
        say: told where its card was damaged.
    """
    folder = cache / judge_key(judge, dataset, f"{weights_sha256} {made_by}")
    card = folder / "card.json"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        try:
            return dict(read_checked_json(card)["scores"])
        except FileNotFoundError:
            pass
        except DamagedFileError as error:
            say(f"{error}; the judge scores itself again")
        scores = judge.evaluate(dataset, dataset.rows("test"))
        write_checked_json(card, {"weights_sha256": weights_sha256, "scores": scores})
        return scores


def judge_key(judge: Judge, dataset: FaceDataset, trained_as: str = "") -> str:
    """Name of a judge in the cache: a hash of everything that decides its weights."""
    facts = {
        "judge": type(judge).__qualname__,
        "code": [judge_code(judge), code_version(TRAINING_CODE)],
        "trained_as": trained_as,
        "recipe": dict(judge.recipe),
        "size": judge.size,
        "faces": dataset.fingerprint,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]


def _read(judge: Judge, weights: Path, card: Path, say: Callable[[str], None]) -> dict[str, Any] | None:
    """Load the weights and give the card's facts; None where either is absent or damaged."""
    if not card.exists():
        return None
    try:
        content = read_checked_json(card)
        facts = {key: content[key] for key in ("weights_sha256", "recipe", "scores")}
        if not weights.exists() or sha256_of(weights) != facts["weights_sha256"]:
            raise DamagedFileError(f"{weights} has not the content that was written to it: its checksum differs")
        load_strictly(judge, read_state_dict(weights))
    except (DamagedFileError, KeyError, CheckpointError) as error:
        reason = error if isinstance(error, DamagedFileError) else f"{card.parent} has no such judge: {error}"
        say(f"{reason}; the judge is trained again")
        return None
    judge.eval()
    return facts
