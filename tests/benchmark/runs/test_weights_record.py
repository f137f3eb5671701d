"""The record of finished checkpoints: one in another's place is refused, and those made anew are no strangers."""

from pathlib import Path

import pytest
import torch

from benchmark.caching.fingerprints import StageState
from benchmark.runs.weights_record import check_weights, record_weights
from registry.errors import InputError


@pytest.fixture
def stages(tmp_path: Path) -> list[Path]:
    """Two recorded checkpoints."""
    paths = [tmp_path / "checkpoints" / f"{name}.pth" for name in ("first", "second")]
    paths[0].parent.mkdir()
    for number, path in enumerate(paths):
        torch.save({"weight": torch.tensor(number)}, path)
    record_weights(tmp_path, StageState(tmp_path), paths)
    return paths


def test_a_checkpoint_in_another_s_place_is_refused(tmp_path: Path, stages: list[Path]) -> None:
    check_weights(tmp_path, StageState(tmp_path))
    stages[1].write_bytes(stages[0].read_bytes())
    with pytest.raises(InputError, match="1 of 2 checkpoints are not those that were trained"):
        check_weights(tmp_path, StageState(tmp_path))


def test_stages_that_are_trained_again_and_stopped_between_are_gone_on_with(tmp_path: Path, stages: list[Path]) -> None:
    for path in stages:
        path.unlink()
    check_weights(tmp_path, StageState(tmp_path))
    torch.save({"weight": torch.tensor(2)}, stages[0])  # then training is stopped, before the second and a new record
    check_weights(tmp_path, StageState(tmp_path))
