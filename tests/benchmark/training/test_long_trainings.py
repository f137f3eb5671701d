"""Trainings of days: checkpoints that are kept, what diverges or stands still, and going on under other options."""

import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.optim import OptimWrapperDict
from torch import Tensor

from benchmark.results.run_folder import checkpoint_path, is_of_finished_stage, kept_path, kept_paths
from benchmark.runtime.interruption import Interrupted
from benchmark.runtime.progress import Reporter
from benchmark.training import progress_hook, stall_watch
from benchmark.training import train as training
from benchmark.training.checkpoint_hook import first_not_finite
from benchmark.training.checkpoints import TrainingCheckpointError, read_checkpoint, write_checkpoint
from benchmark.training.finished_stages import EARLIER, trained_weights
from benchmark.training.hooks import EMA_WARM_UP, TrainingDiverged
from benchmark.training.kept_checkpoints import Keeping
from methods.base import FaceBatch, Stage
from tests.benchmark.training.toy import CPU, ITERATIONS, Toy, train_toy
from tests.damaged_files import DAMAGES

pytestmark = pytest.mark.integration
KEEPING = Keeping(every=3, last=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def trained(folder: Path, faces: Path) -> Toy:
    """A model trained in one sitting, with checkpoints kept and a log."""
    toy, reporter = Toy(), Reporter(quiet=True)
    with reporter.logging_to(folder / "log.txt"):
        train_toy(toy, folder, faces, reporter=reporter, keeping=KEEPING)
    return toy


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "checkpoints").iterdir())


def same(one: Toy, other: Toy) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


def said(folder: Path) -> str:
    return (folder / "log.txt").read_text()


def train_and_log(toy: Toy, folder: Path, faces: Path, **further: Any) -> None:
    reporter = Reporter(quiet=True)
    with reporter.logging_to(folder / "log.txt"):
        train_toy(toy, folder, faces, reporter=reporter, **further)


def stopped(folder: Path, faces: Path, **further: Any) -> None:
    """A training that was stopped after seven steps of its second stage."""
    with pytest.raises(Interrupted):
        train_toy(Toy(stop_at=ITERATIONS + 7), folder, faces, **further)


def test_the_last_of_those_every_few_iterations_are_kept_and_change_nothing(
    trained: Toy, folder: Path, faces: Path, tmp_path: Path
) -> None:
    assert names(folder) == [
        *("first.6.kept.pth", "first.9.kept.pth", "first.pth"),
        *("second.6.kept.pth", "second.9.kept.pth", "second.pth"),
    ]
    assert [path.name for path in (folder / "checkpoints").iterdir() if is_of_finished_stage(path)] in (
        ["first.pth", "second.pth"],
        ["second.pth", "first.pth"],
    )
    plain = Toy()
    train_toy(plain, tmp_path, faces)
    assert same(trained, plain)
    assert names(tmp_path) == ["first.pth", "second.pth"], "none is kept unless that is asked for"


def test_the_disk_that_they_take_is_said_before_they_are_written(trained: Toy, folder: Path) -> None:
    lines = [line for line in said(folder).splitlines() if "keeps a checkpoint" in line]
    assert len(lines) == 2
    assert "stage first keeps a checkpoint every 3 iterations, the last 2 of them: at most 0.1 GB in " in lines[0]
    assert lines[0].endswith("GB are free")
    assert [KEEPING.number(iterations) for iterations in (3, 4, 7, 12)] == [0, 1, 2, 2]
    assert [KEEPING.most(iterations) for iterations in (3, 4, 7, 12)] == [0, 1, 2, 3]


def test_a_kept_checkpoint_is_the_whole_model_as_it_would_edit(trained: Toy, folder: Path) -> None:
    path = kept_path(folder, "second", 9)
    weights = trained_weights(path, read_checkpoint(path), {})
    average = trained.history[0]
    for step, moved in enumerate(trained.history[1:10]):
        rate = 1.0 if step == 0 else max(0.5, EMA_WARM_UP / (EMA_WARM_UP + step))
        average = [a + rate * (b - a) for a, b in zip(average, moved, strict=True)]
    assert weights.keys() == trained.state_dict().keys()
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(weights.values(), average, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(weights.values(), trained.history[9], strict=True))


@pytest.mark.parametrize("damage", [Path.unlink, DAMAGES[0]], ids=["missing", "damaged"])
def test_a_stage_goes_on_from_the_last_one_kept_where_its_own_is_gone(
    trained: Toy, faces: Path, tmp_path: Path, damage: Any
) -> None:
    stopped(tmp_path, faces, keeping=KEEPING)
    assert list(kept_paths(tmp_path, "second")) == [3, 6]
    damage(tmp_path / "checkpoints" / "second.unfinished.pth")
    resumed = Toy()
    train_and_log(resumed, tmp_path, faces)
    assert f"goes on from {kept_path(tmp_path, 'second', 6)}" in said(tmp_path)
    assert resumed.steps == ITERATIONS - 6
    assert same(trained, resumed)


def test_one_that_is_further_than_the_last_minute_is_gone_on_from(
    trained: Toy, folder: Path, faces: Path, tmp_path: Path
) -> None:
    stopped(tmp_path, faces)
    unfinished = tmp_path / "checkpoints" / "second.unfinished.pth"
    further = kept_path(tmp_path, "second", 9)
    further.write_bytes(kept_path(folder, "second", 9).read_bytes())
    resumed = Toy()
    train_toy(resumed, tmp_path, faces)
    assert resumed.steps == ITERATIONS - 9
    assert same(trained, resumed)
    assert not unfinished.exists()


def test_one_of_another_training_of_earlier_stages_is_removed(
    trained: Toy, folder: Path, faces: Path, tmp_path: Path
) -> None:
    stopped(tmp_path, faces)
    kept = kept_path(tmp_path, "second", 9)
    content = read_checkpoint(kept_path(folder, "second", 9))
    content["meta"][EARLIER] = {"first": "0" * 64}
    write_checkpoint(kept, content)
    resumed = Toy()
    train_and_log(resumed, tmp_path, faces)
    assert resumed.steps == ITERATIONS - 7
    assert f"{kept} is of another training of the stages before, and is removed" in said(tmp_path)
    assert not kept.exists()
    assert same(trained, resumed)


def test_the_state_of_another_training_of_earlier_stages_is_removed(trained: Toy, faces: Path, tmp_path: Path) -> None:
    stopped(tmp_path, faces)
    unfinished = tmp_path / "checkpoints" / "second.unfinished.pth"
    content = read_checkpoint(unfinished)
    content["meta"][EARLIER] = {"first": "0" * 64}
    write_checkpoint(unfinished, content)
    resumed = Toy()
    train_and_log(resumed, tmp_path, faces)
    assert resumed.steps == ITERATIONS
    assert f"{unfinished} is of another training of the stages before, and is removed" in said(tmp_path)
    assert same(trained, resumed)


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state to go on from is written after each step."""
    monkeypatch.setattr(training, "CHECKPOINT_EVERY_SECONDS", 0.0)


@pytest.mark.usefixtures("every_step")
@pytest.mark.parametrize("stop_at", [None, 5], ids=["trained on", "stopped"])
def test_weights_that_are_no_numbers_replace_no_checkpoint(faces: Path, tmp_path: Path, stop_at: int | None) -> None:
    path = tmp_path / "checkpoints" / "first.unfinished.pth"
    with pytest.raises(TrainingDiverged) as caught:
        train_toy(Toy(poison_at=5, stop_at=stop_at), tmp_path, faces, begun={})
    sentence = str(caught.value)
    assert sentence.startswith(
        "stage first diverged: network.2.weight has values that are no finite numbers at iteration 5; the last good "
        f"checkpoint is {path}, of iteration 4. "
    )
    assert f"add --set start.first={path} and another folder by --runs" in sentence
    content = read_checkpoint(path)
    assert content["meta"]["iter"] == 4
    assert all(tensor.isfinite().all() for tensor in content["state_dict"].values())


def test_weights_that_are_no_numbers_finish_no_stage(faces: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingDiverged, match=f"no finite numbers at iteration {ITERATIONS}; no checkpoint"):
        train_toy(Toy(poison_at=ITERATIONS), tmp_path, faces)
    assert names(tmp_path) == []


def test_a_loss_that_is_no_number_names_the_last_good_checkpoint(faces: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingDiverged, match=r"first\.8\.kept\.pth, of iteration 8\. The same command goes on"):
        train_toy(Toy(diverge_at=10), tmp_path, faces, keeping=Keeping(every=8, last=1))


def test_infinities_are_no_weights_but_may_be_masks() -> None:
    module = torch.nn.BatchNorm2d(2)
    assert first_not_finite(module) is None
    module.register_buffer("mask", torch.tensor([0.0, -float("inf")]))
    module.register_buffer("empty", torch.zeros(0))
    assert first_not_finite(module) is None
    module.running_mean[1] = float("nan")
    assert first_not_finite(module) == "running_mean"
    module.bias.data[0] = float("inf")
    assert first_not_finite(module) == "bias"
    assert first_not_finite(torch.nn.ReLU()) is None


class Halting(Toy):
    """Waits in its fifth step for three seconds."""

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        if self.steps == 4:
            time.sleep(3)
        return super().train_step(faces, optim)


class StoppingLoader(Toy):
    """Has the process that loads faces stand still for seconds, from its fifth step on."""

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        if self.steps == 4:
            (loader,) = multiprocessing.active_children()
            assert loader.pid is not None
            os.kill(loader.pid, signal.SIGSTOP)
            threading.Timer(4, os.kill, (loader.pid, signal.SIGCONT)).start()
        return super().train_step(faces, optim)


@pytest.mark.usefixtures("every_step")
@pytest.mark.parametrize(("toy", "workers"), [(Halting, 0), (StoppingLoader, 1)], ids=["step", "loader"])
def test_a_training_that_stands_still_says_so_once(
    faces: Path, tmp_path: Path, toy: type[Toy], workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stall_watch, "PATIENCE", 0.5)
    monkeypatch.setattr(stall_watch, "TIMES_THE_LONGEST", 1)
    train_and_log(toy(), tmp_path, faces, compute=replace(CPU, num_workers=workers))
    lines = [line for line in said(tmp_path).splitlines() if "stands still" in line]
    doing = "computing a step" if toy is Halting else "waiting for its next batch of faces"
    found = [line for line in lines if doing in line]
    assert len(found) == 1, lines
    done = int(found[0].split(" after iteration ")[1].split(" of ")[0])
    assert done == 4 if toy is Halting else done >= 5
    path = tmp_path / "checkpoints" / "first.unfinished.pth"
    assert f"the last good checkpoint is {path}, of iteration {done}. If it does not go on" in found[0]
    assert "stall watch" not in {thread.name for thread in threading.enumerate()}, "it ends with its stage"


class Constant(Toy):
    """Gives the same loss whatever happens."""

    def stages(self) -> Sequence[Stage]:
        return [Stage("flat", 60, 2)]

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        return {"l1": torch.tensor(0.25)}


def test_losses_that_never_change_are_said_once(faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_hook, "UNCHANGED", 3)
    train_and_log(Constant(), tmp_path, faces)
    assert said(tmp_path).count("stage flat: since iteration 10 no loss has changed by a single bit") == 1


def given_first(folder: Path) -> dict[str, Any]:
    """What the first stage of the trained model left."""
    return {"first": read_checkpoint(checkpoint_path(folder, "first"))["state_dict"]}


def second_at_six(folder: Path) -> dict[str, Any]:
    """Its second stage as it was kept."""
    return read_checkpoint(kept_path(folder, "second", 6))


def test_a_stage_taken_up_elsewhere_under_the_same_options_ends_in_the_same_bits(
    trained: Toy, folder: Path, faces: Path, tmp_path: Path
) -> None:
    again = Toy()
    train_and_log(again, tmp_path, faces, given=given_first(folder), begun={"second": second_at_six(folder)})
    assert again.steps == ITERATIONS - 6
    assert same(trained, again)
    assert "second goes on from iteration 6 of its file in start" in said(tmp_path)


@pytest.mark.usefixtures("every_step")
def test_a_stage_taken_up_at_another_rate_has_that_rate_and_the_old_moments(
    trained: Toy, folder: Path, faces: Path, tmp_path: Path
) -> None:
    content, begun = second_at_six(folder), {"second": second_at_six(folder)}
    slower = Toy(rate=1e-3, stop_at=3)
    with pytest.raises(Interrupted):
        train_toy(slower, tmp_path, faces, given=given_first(folder), begun=begun)
    assert slower.rates == pytest.approx([1e-3 * (1 - 0.9 * step / (ITERATIONS - 1)) for step in (6, 7, 8)])
    state = read_checkpoint(tmp_path / "checkpoints" / "second.unfinished.pth")["optimizer"]["network"]["state"][0]
    before = content["optimizer"]["network"]["state"][0]
    assert (int(before["step"]), int(state["step"])) == (6, 9), "Adam's bias correction goes on"
    resumed = Toy(rate=1e-3)
    train_toy(resumed, tmp_path, faces, given=given_first(folder), begun=begun)
    whole = Toy(rate=1e-3)
    train_toy(whole, tmp_path / "whole", faces, given=given_first(folder), begun=begun)
    assert same(resumed, whole), "stopped and resumed it is the training without a stop"
    assert not same(resumed, trained)


def test_a_stage_taken_up_after_another_first_stage_is_refused(
    trained: Toy, folder: Path, faces: Path, tmp_path: Path
) -> None:
    assert trained.steps
    other = {"first": {name: tensor + 1 for name, tensor in given_first(folder)["first"].items()}}
    with pytest.raises(TrainingCheckpointError, match="was trained after another training of stage first; give what"):
        train_toy(Toy(), tmp_path, faces, given=other, begun={"second": second_at_six(folder)})


def test_a_state_of_other_optimisers_or_averages_is_one_sentence(
    trained: Toy, folder: Path, faces: Path, tmp_path: Path
) -> None:
    assert trained.steps
    content = second_at_six(folder)
    content["optimizer"]["network"]["param_groups"] = []
    with pytest.raises(TrainingCheckpointError, match="its optimiser network is of other parameters than this"):
        train_toy(Toy(), tmp_path, faces, given=given_first(folder), begun={"second": content})
    path = kept_path(folder, "second", 6)
    with pytest.raises(TrainingCheckpointError, match="its averages are other things than tensors by name"):
        trained_weights(path, {**second_at_six(folder), "ema": {"network": [1, 2]}}, {})


def test_progress_of_a_resumed_stage_is_measured_from_there(trained: Toy, faces: Path, tmp_path: Path) -> None:
    stopped(tmp_path, faces)
    time.sleep(1)  # between sittings nothing is trained
    train_toy(Toy(), tmp_path, faces)
    last = json.loads((tmp_path / "progress.jsonl").read_text().splitlines()[-1])
    assert last["iteration"] == ITERATIONS
    assert last["images_per_second"] > 0
