"""Finished stages: each file has what its stage changed, and together they are the model, or are refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from benchmark.training.checkpoints import TrainingCheckpointError, read_checkpoint, write_checkpoint
from benchmark.training.finished_stages import EarlierStages, trained_weights

BUILT = {
    "mask.w": torch.zeros(3),
    "paint.w": torch.zeros(2),
    "paint.bias": torch.zeros(1),
    "fixed.w": torch.full((4,), 7.0),
}
AFTER_MASK = {**BUILT, "mask.w": torch.ones(3)}
AFTER_PAINT = {**AFTER_MASK, "paint.w": torch.tensor([1.0, 2.0])}
META = {"seconds": 1.0, "finished": True}


def two_stages(folder: Path) -> tuple[Path, Path]:
    """A training of two stages, as its folder keeps it."""
    earlier = EarlierStages()
    paths = folder / "mask.pth", folder / "paint.pth"
    before, after = BUILT, (AFTER_MASK, AFTER_PAINT)
    for path, weights in zip(paths, after, strict=True):
        write_checkpoint(path, earlier.baseline(before, last=path is paths[-1]).checkpoint(weights, META))
        earlier.add(path.stem, path, read_checkpoint(path))
        before = weights
    return paths


def whole(path: Path) -> Mapping[str, Tensor]:
    return trained_weights(path, read_checkpoint(path), BUILT)


def same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_stage_keeps_what_it_changed_and_the_last_what_nothing_changed(tmp_path: Path) -> None:
    mask, paint = two_stages(tmp_path)
    assert set(read_checkpoint(mask)["state_dict"]) == {"mask.w"}
    assert set(read_checkpoint(paint)["state_dict"]) == {"paint.w", "paint.bias", "fixed.w"}, "whole networks"


def test_the_stages_together_are_the_model(tmp_path: Path) -> None:
    mask, paint = two_stages(tmp_path)
    assert same(whole(mask), AFTER_MASK)
    assert same(whole(paint), AFTER_PAINT)
    untrained = {name: torch.full_like(tensor, 9.0) for name, tensor in BUILT.items()}
    assert same(trained_weights(paint, read_checkpoint(paint), untrained), AFTER_PAINT), "nothing of it is as built"


def test_a_file_that_holds_the_whole_model_needs_no_other(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "paint.pth", {"state_dict": AFTER_PAINT, "meta": META})
    assert same(whole(tmp_path / "paint.pth"), AFTER_PAINT)


def test_a_stage_away_from_those_before_it_is_refused(tmp_path: Path) -> None:
    mask, paint = two_stages(tmp_path)
    mask.unlink()
    with pytest.raises(TrainingCheckpointError, match=r"goes on from stage mask, whose mask\.pth is not beside it"):
        whole(paint)


def test_another_training_of_an_earlier_stage_is_refused(tmp_path: Path) -> None:
    mask, paint = two_stages(tmp_path)
    write_checkpoint(mask, {"state_dict": {"mask.w": torch.full((3,), 2.0)}, "meta": META})
    with pytest.raises(TrainingCheckpointError, match="goes on from another training of stage mask"):
        whole(paint)
    earlier = EarlierStages()
    earlier.add("mask", mask, read_checkpoint(mask))
    with pytest.raises(TrainingCheckpointError, match=r"paint\.pth was trained after another training of stage mask"):
        earlier.add("paint", paint, read_checkpoint(paint))


def test_the_same_weights_trained_again_are_no_other_training(tmp_path: Path) -> None:
    mask, paint = two_stages(tmp_path)
    content = read_checkpoint(mask)
    write_checkpoint(mask, {**content, "meta": {**content["meta"], "seconds": 2.0}})
    assert same(whole(paint), AFTER_PAINT)


@pytest.mark.parametrize(
    "change",
    [
        {"meta": {**META, "earlier": 5}},
        {"meta": {**META, "earlier": {"../mask": "0"}}},
        {"meta": {**META, "earlier": {"a\0b": "0"}}},
        {"meta": {**META, "earlier": {"mask": torch.ones(2)}}},
        {"meta": {"finished": False}},
        {"meta": {"finished": torch.ones(2)}},
        {"state_dict": torch.ones(2)},
        {"state_dict": {"paint.w": 5}},
        {"state_dict": None},
    ],
    ids=str,
)
def test_a_file_that_says_something_impossible_is_one_sentence(tmp_path: Path, change: dict[str, Any]) -> None:
    _, paint = two_stages(tmp_path)
    with pytest.raises(TrainingCheckpointError):
        trained_weights(paint, read_checkpoint(paint) | change, BUILT)
