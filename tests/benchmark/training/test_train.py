"""Training: stages, schedules, averages and logs; interrupted or killed, it ends in the same bits."""

import gc
import json
import math
import signal
import sys
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import pytest
import torch
from mmengine.optim import OptimWrapperDict

from benchmark.datasets.transforms import FlipFace
from benchmark.runtime.interruption import Interrupted
from benchmark.runtime.progress import Reporter
from benchmark.training.checkpoints import TrainingCheckpointError, read_checkpoint, write_checkpoint
from benchmark.training.hooks import EMA_WARM_UP, TrainingDiverged
from methods.base import FaceBatch, Stage
from methods.labels import ATTRIBUTES
from registry.errors import InputError
from tests.benchmark.training.toy import CPU, ITERATIONS, Toy, train_toy
from tests.commands import python, signalled
from tests.damaged_files import DAMAGES

pytestmark = pytest.mark.integration

PROGRAM = Path(__file__).with_name("toy.py")
FORKED = pytest.mark.skipif(sys.platform != "linux", reason="slows loading in forked processes")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uninterrupted")


@pytest.fixture(scope="module")
def trained(folder: Path, faces: Path) -> Toy:
    """A model trained in one sitting."""
    toy = Toy()
    train_toy(toy, folder, faces)
    return toy


def same_weights(one: Toy, other: Toy) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_a_seed_decides_every_bit(trained: Toy, faces: Path, tmp_path: Path) -> None:
    again, other = Toy(), Toy()
    train_toy(again, tmp_path / "again", faces)
    train_toy(other, tmp_path / "other", faces, seed=1)
    assert same_weights(trained, again)
    assert not same_weights(trained, other)


class FrugalToy(Toy):
    """Looks in every step which optimisers of other stages are still in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[weakref.ref[torch.optim.Optimizer]] = []
        self.there: list[int] = []

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        wrappers = super().optimizers(stage)
        self.made.append(weakref.ref(wrappers["network"].optimizer))
        return wrappers

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, torch.Tensor]:
        self.there.append(sum(each() is not None for each in self.made))
        return super().train_step(faces, optim)


def test_a_stage_leaves_no_optimiser_in_the_memory_of_the_next(faces: Path, tmp_path: Path) -> None:
    toy = FrugalToy()
    gc.disable()
    try:
        train_toy(toy, tmp_path, faces)
    finally:
        gc.enable()
    assert len(toy.made) == 2
    assert set(toy.there) == {1}
    assert [each() for each in toy.made] == [None, None]


class BalancedToy(Toy):
    """Learns from batches half of whose faces smile."""

    def stages(self) -> Sequence[Stage]:
        return [Stage("balanced", 3, 8, balanced_by="Smiling")]

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, torch.Tensor]:
        assert faces.attributes[:, ATTRIBUTES.index("Smiling")].sum() == 4
        return super().train_step(faces, optim)


def test_a_stage_gets_the_balance_that_it_asks_for(faces: Path, tmp_path: Path) -> None:
    toy = BalancedToy()
    train_toy(toy, tmp_path, faces)
    assert toy.steps == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_interrupted_by_a_signal_and_resumed_it_ends_in_the_same_bits(
    trained: Toy, faces: Path, tmp_path: Path, number: signal.Signals
) -> None:
    process = python(PROGRAM, tmp_path, faces, "3600")
    outcome = signalled(process, number, (tmp_path / "mark").exists)
    assert "Interrupted: stopped while training toy, stage second; run the same command again" in outcome.err
    assert (tmp_path / "checkpoints" / "second.unfinished.pth").exists()
    resumed = Toy()
    train_toy(resumed, tmp_path, faces)
    assert 0 < resumed.steps < ITERATIONS, "the rest of the second stage only"
    assert same_weights(trained, resumed)
    assert not (tmp_path / "checkpoints" / "second.unfinished.pth").exists()


def test_killed_and_resumed_it_ends_in_the_same_bits(trained: Toy, faces: Path, tmp_path: Path) -> None:
    process = python(PROGRAM, tmp_path, faces, "0")
    signalled(process, signal.SIGKILL, (tmp_path / "mark").exists)
    assert process.returncode == -signal.SIGKILL
    resumed = Toy()
    train_toy(resumed, tmp_path, faces)
    assert 0 < resumed.steps < ITERATIONS
    assert same_weights(trained, resumed)


@pytest.mark.parametrize("stop_at", [1, 5, ITERATIONS, ITERATIONS + 7, 2 * ITERATIONS])
def test_stopped_at_any_step_and_resumed_it_ends_in_the_same_bits(
    trained: Toy, faces: Path, tmp_path: Path, stop_at: int
) -> None:
    with pytest.raises(Interrupted, match="run the same command again to go on from here"):
        train_toy(Toy(stop_at=stop_at), tmp_path, faces)
    resumed = Toy()
    train_toy(resumed, tmp_path, faces)
    assert resumed.steps == 2 * ITERATIONS - stop_at
    assert same_weights(trained, resumed)


def test_a_second_signal_stops_at_once(faces: Path, tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train_toy(Toy(stop_at=3, times=2), tmp_path, faces)
    assert signal.getsignal(signal.SIGINT) is before
    assert not list((tmp_path / "checkpoints").iterdir())


def test_what_is_trained_is_only_loaded(trained: Toy, folder: Path, faces: Path) -> None:
    written = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    again = Toy()
    time = train_toy(again, folder, faces)
    assert again.steps == 0
    assert same_weights(trained, again)
    assert not again.training
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == written
    saved = [torch.load(path, weights_only=True)["meta"] for path in folder.glob("checkpoints/*.pth")]
    assert time.seconds == pytest.approx(sum(meta["seconds"] for meta in saved))
    assert time.cpu_seconds == pytest.approx(sum(meta["cpu_seconds"] for meta in saved))
    assert time.after({"seconds": 1.0}).cpu_seconds is None, "a stage of before it was noted"


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=FORKED)])
def test_loading_faces_counts_whichever_process_does_it(
    faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    seconds = 0.005

    def slowly(flip: FlipFace, results: dict[str, Any]) -> Any:
        end = process_time() + seconds
        while process_time() < end:
            pass
        return transform(flip, results)

    transform = FlipFace.transform
    monkeypatch.setattr(FlipFace, "transform", slowly)
    time = train_toy(Toy(), tmp_path, faces, compute=replace(CPU, num_workers=workers))
    images = 2 * ITERATIONS * 8
    assert time.cpu_seconds is not None
    assert time.cpu_seconds > images * seconds


def test_checkpoints_are_safe_to_load_and_hold_networks_only(trained: Toy, folder: Path) -> None:
    paths = sorted(folder.glob("checkpoints/*.pth"))
    assert [path.name for path in paths] == ["first.pth", "second.pth"], "a stage without iterations leaves none"
    for path in paths:
        content = torch.load(path, weights_only=True)
        assert set(content) == {"meta", "state_dict"}
        assert content["meta"]["finished"] is True
        assert content["meta"]["iter"] == ITERATIONS
    assert all(torch.equal(content["state_dict"][name], value) for name, value in trained.state_dict().items())


def test_checkpoints_of_the_whole_model_are_gone_on_with(trained: Toy, faces: Path, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        train_toy(Toy(stop_at=ITERATIONS + 3), tmp_path, faces)
    path = tmp_path / "checkpoints" / "first.pth"
    content = read_checkpoint(path)
    older = {key: value for key, value in content["meta"].items() if key not in ("earlier", "complete")}
    write_checkpoint(path, {"state_dict": content["state_dict"], "meta": older})
    resumed = Toy()
    train_toy(resumed, tmp_path, faces)
    assert same_weights(trained, resumed)


def test_an_unfinished_checkpoint_is_safe_to_load(faces: Path, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        train_toy(Toy(stop_at=ITERATIONS + 3), tmp_path, faces)
    content = torch.load(tmp_path / "checkpoints" / "second.unfinished.pth", weights_only=True)
    assert content["meta"]["iter"] == 3
    assert content["meta"]["finished"] is False
    assert {"optimizer", "param_schedulers", "random_state", "ema", "state_dict"} < set(content)


def test_the_schedule_reaches_its_end(trained: Toy) -> None:
    assert len(trained.rates) == ITERATIONS
    assert trained.rates[0] == pytest.approx(1e-2)
    steps = [1 - 0.9 * step / (ITERATIONS - 1) for step in range(ITERATIONS)]
    assert trained.rates == pytest.approx([1e-2 * max(step, 0.1) for step in steps], rel=1e-6)


def test_the_average_takes_the_networks_place(trained: Toy) -> None:
    average = trained.history[0]
    for step, weights in enumerate(trained.history[1:]):
        rate = max(0.5, EMA_WARM_UP / (EMA_WARM_UP + step))
        # the first update takes the weights as they are
        average = weights if step == 0 else [a + rate * (w - a) for a, w in zip(average, weights, strict=True)]
    ended = list(trained.network.parameters())
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(ended, average, strict=True))
    assert not all(torch.allclose(a, b, atol=1e-6) for a, b in zip(ended, trained.history[-1], strict=True))


def test_a_decay_of_nothing_keeps_no_average(faces: Path, tmp_path: Path) -> None:
    trained = Toy(ema_decay=0)
    train_toy(trained, tmp_path, faces)
    ended = list(trained.network.parameters())
    assert all(torch.equal(a, b) for a, b in zip(ended, trained.history[-1], strict=True))


def test_the_loss_falls(trained: Toy, folder: Path) -> None:
    assert trained.steps == 2 * ITERATIONS
    lines = [json.loads(line) for line in (folder / "progress.jsonl").read_text().splitlines()]
    assert lines[-1]["losses"]["l1"] < lines[0]["losses"]["l1"]


def test_progress_is_a_line_every_few_iterations_and_at_the_end(trained: Toy, folder: Path) -> None:
    assert trained.steps == 2 * ITERATIONS
    lines = [json.loads(line) for line in (folder / "progress.jsonl").read_text().splitlines()]
    assert [(line["stage"], line["iteration"], line["of"]) for line in lines] == [
        (stage, iteration, ITERATIONS) for stage in ("first", "second") for iteration in (10, ITERATIONS)
    ]
    assert all(math.isfinite(line["losses"]["l1"]) and line["seconds"] > 0 for line in lines)
    for line in lines:
        assert 0 < line["images_per_second"] < 1e6
        assert 0 <= line["data_wait"] <= 1
        assert 10 < line["memory_mib"] < 1e6
        assert (line["seconds_left"] == 0) == (line["iteration"] == ITERATIONS)
    for before, after in (lines[:2], lines[2:]):
        images = after["images_per_second"] * (after["seconds"] - before["seconds"])
        assert images == pytest.approx(8 * (ITERATIONS - 10), rel=0.5), "but for rounding"


@pytest.mark.parametrize(("step", "reported"), [(1, 1), (8, 10)])
def test_a_loss_that_is_no_number_stops_the_training(faces: Path, tmp_path: Path, step: int, reported: int) -> None:
    with pytest.raises(
        TrainingDiverged, match=f"stage first diverged: l1 is nan at iteration {reported}; no checkpoint"
    ):
        train_toy(Toy(diverge_at=step), tmp_path, faces)
    last = json.loads((tmp_path / "progress.jsonl").read_text().splitlines()[-1])
    assert last["losses"] == {"l1": None}, "JSON has no NaN"
    assert not (tmp_path / "checkpoints" / "first.pth").exists()


@pytest.mark.parametrize("name", ["first.pth", "second.unfinished.pth"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_said_and_made_anew(
    trained: Toy, faces: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    with pytest.raises(Interrupted):
        train_toy(Toy(stop_at=ITERATIONS + 3), tmp_path, faces)
    damage(tmp_path / "checkpoints" / name)
    resumed, reporter = Toy(), Reporter(quiet=True)
    with reporter.logging_to(tmp_path / "log.txt"):
        train_toy(resumed, tmp_path, faces, reporter=reporter)
    assert same_weights(trained, resumed)
    said = (tmp_path / "log.txt").read_text()
    assert f"{name} is damaged or not a checkpoint of this project; it is thrown away, and what it held is made" in said


def test_a_checkpoint_of_something_else_is_refused_and_kept(faces: Path, tmp_path: Path) -> None:
    path = tmp_path / "checkpoints" / "first.pth"
    path.parent.mkdir()
    torch.save({"weight": torch.ones(3)}, path)
    with pytest.raises(TrainingCheckpointError, match="holds no training state; delete it to train that stage again"):
        train_toy(Toy(), tmp_path, faces)
    assert path.exists()


def test_tensorboard_takes_the_losses_when_asked(faces: Path, tmp_path: Path) -> None:
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    train_toy(Toy(), tmp_path, faces, tensorboard=True)
    for stage in ("first", "second"):
        reader = events.EventAccumulator(str(tmp_path / "tensorboard" / stage))
        reader.Reload()
        assert [event.step for event in reader.Scalars("l1")] == [10, ITERATIONS]


def test_tensorboard_asked_for_and_not_installed_is_said_before_training(
    faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard", None)  # as if no finder knew it
    toy = Toy()
    with pytest.raises(InputError) as refusal:
        train_toy(toy, tmp_path, faces, tensorboard=True)
    assert str(refusal.value) == (
        "tensorboard is not installed; pip install 'face-editing-benchmark[tensorboard]', or leave tensorboard=true out"
    )
    assert toy.steps == 0
    assert not list(tmp_path.iterdir())


def test_tensorboard_writes_nothing_unasked(trained: Toy, folder: Path) -> None:
    assert trained.steps == 2 * ITERATIONS
    assert not (folder / "tensorboard").exists()


def test_an_optimiser_that_refuses_its_options_is_the_users_mistake(
    faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = Toy()
    monkeypatch.setattr(toy, "optimizers", lambda stage: torch.optim.Adam(toy.parameters(), -1.0))
    with pytest.raises(InputError, match=r"toy, stage first: Invalid learning rate: -1\.0"):
        train_toy(toy, tmp_path, faces)
