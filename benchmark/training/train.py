"""Trains a model stage by stage, each stage one mmengine Runner, resuming wherever an earlier sitting stopped."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from mmengine.hooks import Hook
from torch import Tensor

from benchmark.datasets.base import FaceDataset
from benchmark.results.run_folder import PROGRESS, checkpoint_path, checkpoints_folder
from benchmark.runtime.device import Compute, seed_everything
from benchmark.runtime.interruption import deferred_interruption
from benchmark.runtime.processes import ALONE, Processes
from benchmark.runtime.progress import Reporter
from benchmark.training.average_over_processes import STAGE, require_shares
from benchmark.training.batch_parts import require_parts
from benchmark.training.checkpoint_hook import CheckpointHook
from benchmark.training.checkpoints import (
    TrainingCheckpointError,
    random_state,
    read_checkpoint,
    read_or_discard,
    write_checkpoint,
)
from benchmark.training.event_files import EventFiles
from benchmark.training.finished_stages import Baseline, EarlierStages
from benchmark.training.hooks import EMAHook
from benchmark.training.kept_checkpoints import Keeping, find_resumed
from benchmark.training.progress_hook import ProgressHook
from benchmark.training.runner import StageLoop, StageRunner
from benchmark.training.stage_cache import StageCache
from benchmark.training.stage_parts import (
    end_loading,
    free_memory_of_stage,
    stage_hooks,
    stage_loader,
    stage_optimizers,
    stage_schedulers,
)
from benchmark.training.stall_watch import StallWatch
from benchmark.training.validation import Validation, adopt_curve
from benchmark.training.warm_start import taken_up
from methods.base import Stage, Trainable
from registry.errors import InputError, plugin_boundary

CHECKPOINT_EVERY_SECONDS = 60.0


@dataclass(frozen=True)
class TrainingTime:
    """What a training took.

    Attributes:
        seconds: wall clock.
        cpu_seconds: processor time of the processes that train and load faces; None where a stage was trained before it
            was noted.
    """

    seconds: float = 0.0
    cpu_seconds: float | None = 0.0

    def after(self, meta: Mapping[str, Any]) -> TrainingTime:
        """The time with that of one more stage, of whose checkpoint this is the `meta`."""
        own = meta.get("cpu_seconds")
        whole = None if own is None or self.cpu_seconds is None else self.cpu_seconds + float(own)
        return TrainingTime(self.seconds + float(meta["seconds"]), whole)


def train(
    model: Trainable,
    dataset: FaceDataset,
    folder: Path,
    *,
    seed: int,
    compute: Compute,
    reporter: Reporter,
    title: str = "train",
    tensorboard: bool = False,
    store: StageCache | None = None,
    validation: Validation | None = None,
    given: Mapping[str, Mapping[str, Tensor]] = MappingProxyType({}),
    processes: Processes = ALONE,
    keeping: Keeping | None = None,
    begun: Mapping[str, Mapping[str, Any]] | None = None,
    accumulate: int = 1,
) -> TrainingTime:
    """Train every stage that is not whole in `folder/checkpoints` already, and leave the model trained.

    Args:
        model: the model; afterwards in eval mode on the compute device.
        dataset: its train split is what the model learns from.
        folder: gets `checkpoints/`, `progress.jsonl` and, if requested, `tensorboard/`.
        seed: decides the order of faces, flips and every random draw.
        compute: device, precision and layout.
        reporter: shows one progress bar a stage.
        title: what the bar calls the model.
        tensorboard: write losses as TensorBoard event files too.
        store: of stages that variants share; those in it are not trained again.
        validation: of the model as it is trained; it may choose which networks a stage leaves.
        given: by stage, tensors by the model's names that take the place of its training.
        processes: that train together, of which this is the first; the others are in
            `benchmark.training.follow_training`.
        keeping: which checkpoints are kept of each stage beside the one that it goes on from; None keeps none.
        begun: by stage, the content of a checkpoint of its training elsewhere that it goes on from, under the model's
            own options; None where nobody could give any, as of judges.
        accumulate: parts that each batch is stepped through in, one after another (`benchmark.training.training_step`).

    Returns:
        What the training took over all stages and sittings, a shared stage's included wherever it was trained; that of
        a stage whose networks were given is not known.

    Raises:
        Interrupted: if a stop was requested; the state is saved.
        TrainingDiverged: if a loss or a weight is no longer finite; the last checkpoint is one of before.
        TrainingCheckpointError: if a checkpoint in the folder is of something else; a damaged one is made anew.
        PluginError: if the model's own code fails, or gives something else than losses.
        InputError: if an optimiser refuses its options, TensorBoard is requested and not installed, the model trains
            in one process or on whole batches only, or batches have no such parts.
    """
    if tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise InputError(
            "tensorboard is not installed; pip install 'face-editing-benchmark[tensorboard]',"
            " or leave tensorboard=true out"
        )
    stages = [stage for stage in model.stages() if stage.iterations > 0]
    require_parts(model, [stage for stage in stages if stage.name not in given], title, accumulate, processes)
    move_to_device(model, compute)
    time = TrainingTime()
    earlier = EarlierStages()
    for number, stage in enumerate(stages):
        finished = checkpoint_path(folder, stage.name)
        content = read_or_discard(finished, reporter.say)
        if content is None:
            baseline = earlier.baseline(model.state_dict(), last=stage is stages[-1])
            with nullcontext() if store is None else store.lock(stage):
                if stage.name in given:
                    reporter.say(f"{title}: {stage.name} is as its files in start have it")
                    content = _written_as_finished(finished, stage, model.state_dict() | given[stage.name], baseline)
                elif store is not None and store.restore(stage, finished, model, baseline, reporter.say):
                    reporter.say(f"{title}: {stage.name} is as another run trained it")
                    content = read_checkpoint(finished)
                else:
                    require_shares(model, title, processes)
                    seed_everything(seed * 1000 + number)
                    with plugin_boundary(f"{type(model).__name__}.begin_stage"):
                        model.begin_stage(stage)
                    validating = None if validation is None else partial(validation.hook, folder, stage, time.seconds)
                    _train_stage(
                        model,
                        stage,
                        dataset,
                        folder,
                        seed,
                        compute,
                        reporter,
                        title,
                        tensorboard,
                        baseline,
                        processes,
                        accumulate,
                        validating,
                        keeping,
                        begun,
                    )
                    free_memory_of_stage()
                    content = read_checkpoint(finished)
                    if store is not None:
                        store.save(stage, model, content["meta"])
        adopt_curve(folder, stage, content["meta"])
        earlier.add(stage.name, finished, content)
        model.load_state_dict(model.state_dict() | content["state_dict"])
        time = time.after(content["meta"])
    processes.tell({STAGE: None})
    model.eval()
    return time


def _written_as_finished(
    path: Path, stage: Stage, state_dict: Mapping[str, Tensor], baseline: Baseline
) -> dict[str, Any]:
    """Write networks that were given as the checkpoint of the stage whose training they replace, and read it."""
    meta = {"stage": stage.name, "iter": 0, "seconds": 0.0, "cpu_seconds": 0.0, "finished": True}
    write_checkpoint(path, baseline.checkpoint(state_dict, meta))
    return read_checkpoint(path)


def move_to_device(model: torch.nn.Module, compute: Compute) -> None:
    """Move a model to the compute device and memory layout."""
    model.to(compute.device)
    if compute.channels_last:
        model.to(memory_format=torch.channels_last)


def _train_stage(
    model: Trainable,
    stage: Stage,
    dataset: FaceDataset,
    folder: Path,
    seed: int,
    compute: Compute,
    reporter: Reporter,
    title: str,
    tensorboard: bool,
    baseline: Baseline,
    processes: Processes,
    accumulate: int,
    validating: Callable[[EMAHook], Hook] | None,
    keeping: Keeping | None,
    begun: Mapping[str, Mapping[str, Any]] | None,
) -> None:
    resumed = find_resumed(folder, stage.name, baseline.earlier, reporter.say)
    state = None if resumed is None else resumed.content
    if state is None and begun is not None and stage.name in begun:
        try:
            state = taken_up(begun[stage.name], baseline.earlier)
        except TrainingCheckpointError as error:
            raise TrainingCheckpointError(f"{title}, start.{stage.name}: {error}") from error
        reporter.say(f"{title}: {stage.name} goes on from iteration {state['meta']['iter']:,} of its file in start")
    averages = EMAHook(stage)
    events = folder / "tensorboard" / stage.name
    if tensorboard and events.exists():
        _forget_events(events, 0 if state is None else state["meta"]["iter"])
    backends = [{"type": "TensorboardVisBackend", "save_dir": str(events)}]
    loader = stage_loader(dataset, stage, seed, compute, state, processes)
    optimizers = stage_optimizers(model, stage, title, processes, compute, accumulate=accumulate)
    checkpoints = CheckpointHook(
        folder, stage, CHECKPOINT_EVERY_SECONDS, keeping, resumed, reporter.say, takes_start=begun is not None
    )
    if processes.several:
        processes.tell(
            {STAGE: stage.name, "state": state, "weights": model.state_dict(), "random_state": random_state()}
        )
    with (
        # mmengine insists on a folder of its own for logs that this project writes elsewhere
        tempfile.TemporaryDirectory() as work_dir,
        deferred_interruption() as stop,
        reporter.bar(f"{title}: {stage.name}", stage.iterations) as advance,
        StallWatch(stage, reporter.say, checkpoints.last_good_in_words) as stall_watch,
    ):
        runner = StageRunner(
            compute=compute,
            processes=processes,
            stop=stop,
            stage=stage.name,
            state=state,
            baseline=baseline,
            model=model,
            work_dir=work_dir,
            train_dataloader=loader,
            train_cfg={"type": StageLoop, "max_iters": stage.iterations},
            optim_wrapper=optimizers,
            param_scheduler=stage_schedulers(stage),
            default_hooks=stage_hooks(checkpoints),
            custom_hooks=[
                averages,
                *([] if validating is None else [validating(averages)]),
                ProgressHook(stage, folder / PROGRESS, advance, reporter.say, checkpoints.after_divergence),
                stall_watch,
            ],
            visualizer=EventFiles(backends if tensorboard else ()),
            randomness={"seed": seed},
            experiment_name=f"{title}-{stage.name}",
        )
        checkpoints_folder(folder).mkdir(parents=True, exist_ok=True)
        try:
            runner.train()
        finally:
            end_loading(loader)
        stop.check(f"training {title}, stage {stage.name}")


def _forget_events(folder: Path, iteration: int) -> None:
    """Have TensorBoard pass over what a killed sitting wrote of iterations that are trained again, those after one."""
    from torch.utils.tensorboard import SummaryWriter  # an extra, which may not be installed

    SummaryWriter(str(folder), purge_step=iteration + 1).close()
