"""mmengine's Runner and loop for one training stage, with safe checkpoints, exact resume and stops between steps."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import torch
from mmengine.logging import MMLogger
from mmengine.registry import PARAM_SCHEDULERS
from mmengine.runner import IterBasedTrainLoop, Runner
from torch import nn

from benchmark.runtime.device import Compute
from benchmark.runtime.interruption import StopRequest
from benchmark.runtime.processes import Processes
from benchmark.runtime.processor_time import processor_time
from benchmark.training.average_over_processes import average_tracked_statistics, mean_losses
from benchmark.training.checkpoints import random_state, restore_random_state, write_checkpoint
from benchmark.training.event_files import EventFiles
from benchmark.training.finished_stages import EARLIER, KEPT_STATE, Baseline
from benchmark.training.stage_parts import end_loading
from benchmark.training.training_step import take_step
from benchmark.training.warm_start import TAKEN_UP, load_under_own_options
from methods.base import FaceBatch

LOADING: Final = "waiting for its next batch of faces"
MEETING: Final = "waiting for the other processes"
READING: Final = "waiting for the device to give its losses"
STEPPING: Final = "computing a step"
AFTER_A_STEP: Final = "in what follows a step, such as validation or a checkpoint"


class StageRunner(Runner):
    """A Runner that places the model by a `Compute` and never pickles anything but tensors and plain values.

    mmengine's own checkpoints hold its message hub, which `weights_only` loading refuses.

    Args:
        compute: device, precision and layout.
        processes: that train together; rank 0 writes.
        stop: asked between steps, of all processes.
        stage: name of the stage.
        state: content of the checkpoint that an earlier sitting left, to resume from; None to begin.
        baseline: the model before the stage, by which its finished checkpoint leaves out what did not change; None
            where this process writes none.
        kwargs: mmengine's.

    Attributes:
        doing: what the training is at, in words.
        waited: seconds in which it waited for batches, in this sitting.
    """

    def __init__(
        self,
        *,
        compute: Compute,
        processes: Processes,
        stop: StopRequest,
        stage: str,
        state: dict[str, Any] | None,
        baseline: Baseline | None,
        **kwargs: Any,
    ) -> None:
        self.compute = compute
        self.processes = processes
        self.stop = stop
        self.stage = stage
        self.state = state
        self.baseline = baseline
        meta: dict[str, Any] = {} if state is None else state["meta"]
        self.seconds_before: float = meta.get("seconds", 0.0)
        self.cpu_seconds_before: float = meta.get("cpu_seconds", 0.0)
        self.started, self.cpu_started = time.monotonic(), processor_time()
        self.cpu_seconds_of_others = 0.0
        self.doing = LOADING
        self.waited = 0.0
        super().__init__(default_scope=None, log_level="WARNING", **kwargs)

    @property
    def seconds(self) -> float:
        """Wall clock of this stage's training, earlier sittings included."""
        return self.seconds_before + time.monotonic() - self.started

    @property
    def cpu_seconds(self) -> float:
        """Processor time of all processes in the stage's training, earlier sittings included.

        Of processes that load faces it is known once they have ended.
        """
        return self.cpu_seconds_before + self.cpu_seconds_of_others + self._own_cpu_seconds

    @property
    def _own_cpu_seconds(self) -> float:
        return processor_time() - self.cpu_started

    def stops(self) -> bool:
        """Whether a stop was requested of any process, on which all agree between two steps."""
        if not self.processes.several:
            return self.stop.requested
        self.doing = MEETING
        own = self._own_cpu_seconds
        sums = torch.tensor([float(self.stop.requested), own], dtype=torch.float64)
        self.processes.add_up(sums)
        stops, seconds = sums.tolist()
        self.cpu_seconds_of_others = seconds - own
        agreed = bool(stops)
        if agreed:
            self.stop.requested = True
        return agreed

    def setup_env(self, env_cfg: dict[str, Any]) -> None:
        """Leave OpenCV's threads and the multiprocessing start method alone."""
        self._rank, self._world_size = self.processes.rank, self.processes.size
        self._timestamp = time.strftime("%Y%m%d_%H%M%S") + f"_{time.monotonic_ns()}"

    def set_randomness(self, seed: int | None, diff_rank_seed: bool = False, deterministic: bool = False) -> None:
        """Keep the generators as the experiment seeded them."""
        self._seed, self._deterministic = seed, deterministic

    def wrap_model(self, model_wrapper_cfg: dict[str, Any] | None, model: nn.Module) -> nn.Module:
        """Place the model on the compute device."""
        return model.to(self.compute.device)

    def build_logger(self, log_level: int | str = "WARNING", log_file: str | None = None, **kwargs: Any) -> MMLogger:
        """A logger without a file of its own: its messages go to the run's log."""
        logger = MMLogger.get_instance(self._experiment_name, log_level=log_level)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
        logger.addHandler(logging.NullHandler())
        logger.propagate = True
        return logger

    def _log_env(self, env_cfg: dict[str, Any]) -> None:
        """Provenance is written once per run, not once per stage."""

    def _init_model_weights(self) -> None:
        """Networks initialise themselves when they are built."""

    def build_visualizer(self, visualizer: Any = None) -> Any:
        """The writer of event files that the training gave; none writes nothing."""
        return EventFiles(()) if visualizer is None else visualizer

    def build_param_scheduler(self, scheduler: dict[str, list[dict[str, Any]]]) -> dict[str, list[Any]]:
        """Schedulers by optimiser name, counted in iterations: a stage has no epochs."""
        return {
            name: [
                PARAM_SCHEDULERS.build(
                    {**each, "by_epoch": False}, default_args={"optimizer": self.optim_wrapper[name]}
                )
                for each in group
            ]
            for name, group in scheduler.items()
        }

    def save_checkpoint(
        self, out_dir: str, filename: str, *, finished: bool = False, kept: bool = False, **_: Any
    ) -> None:
        """Write the stage's state atomically: everything to resume, or what it changed alone once `finished`.

        One that is `kept` says so.
        """
        if self.baseline is None:
            raise RuntimeError("a process without a baseline writes no checkpoint")
        if finished:
            content = self.baseline.checkpoint(self.model.state_dict(), self._meta(finished=True))
            self.call_hook("before_save_checkpoint", checkpoint=content)
        else:
            content = self.state_of_training()
            content["meta"][EARLIER] = dict(self.baseline.earlier)
        if kept:
            content["meta"][KEPT_STATE] = True
        write_checkpoint(Path(out_dir) / filename, content)

    def state_of_training(self) -> dict[str, Any]:
        """Everything to resume from; its tensors are those of the training, not copies."""
        schedulers = self.param_schedulers or {}
        content: dict[str, Any] = {
            "meta": self._meta(finished=False),
            "state_dict": self.model.state_dict(),
            "optimizer": self.optim_wrapper.state_dict(),
            "random_state": random_state(),
            "param_schedulers": {
                # a one-cycle schedule counts its annealing function among its state, which is no plain value
                name: [
                    {key: value for key, value in each.state_dict().items() if not callable(value)} for each in group
                ]
                for name, group in schedulers.items()
            },
        }
        if self.optim_wrapper.scale is not None:
            content["loss_scale"] = self.optim_wrapper.scale.state_dict()
        self.call_hook("before_save_checkpoint", checkpoint=content)
        return content

    def _meta(self, *, finished: bool) -> dict[str, Any]:
        return {
            "stage": self.stage,
            "iter": self.iter,
            "epoch": 0,
            "seconds": self.seconds,
            "cpu_seconds": self.cpu_seconds,
            "seed": self.seed,
            "finished": finished,
        }

    def load_or_resume(self) -> None:
        """Resume from the state of an earlier sitting, if any."""
        content, self.state = self.state, None
        if content is None:
            return
        self.call_hook("after_load_checkpoint", checkpoint=content)
        self.model.load_state_dict(content["state_dict"])
        if content["meta"].get(TAKEN_UP):
            load_under_own_options(self.optim_wrapper, self.param_schedulers or {}, content)
            if self.optim_wrapper.scale is not None and "loss_scale" in content:  # not where it had another precision
                self.optim_wrapper.scale.load_state_dict(content["loss_scale"])
        else:
            self.optim_wrapper.load_state_dict(content["optimizer"])
            if self.optim_wrapper.scale is not None:
                self.optim_wrapper.scale.load_state_dict(content["loss_scale"])
            for name, group in (self.param_schedulers or {}).items():
                for scheduler, state in zip(group, content["param_schedulers"][name], strict=True):
                    scheduler.load_state_dict(state)
        self.train_loop._iter = content["meta"]["iter"]
        restore_random_state(content["random_state"], of_several=self.processes.several)


class StageLoop(IterBasedTrainLoop):
    """Iterations of one stage over batches that already start at the iteration to resume from."""

    def run(self) -> None:
        """Train to the last iteration, or to the safe point after a stop was requested."""
        runner = self.runner
        runner.call_hook("before_train")
        runner.model.train()
        while self._iter < self._max_iters and not runner.stops():
            self.run_iter(self._next_batch())
        with suppress(RuntimeError):  # of a process that was killed with this one, whose state is to be saved
            end_loading(self.dataloader)
        # adds up what all processes have taken, those that loaded faces included
        if runner.processes.several and not runner.stops():
            runner.stop.requested = False  # a request since the last step, of which the others do not know
        runner.call_hook("after_train")

    def _next_batch(self) -> FaceBatch:
        self.runner.doing = LOADING
        started = time.monotonic()
        faces: FaceBatch = next(self.dataloader_iterator)
        self.runner.waited += time.monotonic() - started
        return faces

    def run_iter(self, faces: FaceBatch) -> None:
        """One training step, of which the processes know the same losses and statistics."""
        runner = self.runner
        runner.doing = STEPPING
        compute: Compute = runner.compute
        faces = faces.to(compute.device, channels_last=compute.channels_last)
        runner.call_hook("before_train_iter", batch_idx=self._iter, data_batch=faces)
        processes: Processes = runner.processes
        losses = mean_losses(take_step(runner.model, faces, runner.optim_wrapper, compute, processes), processes)
        average_tracked_statistics(runner.model, processes)
        self._iter += 1
        runner.doing = AFTER_A_STEP
        runner.call_hook("after_train_iter", batch_idx=self._iter - 1, data_batch=faces, outputs=losses)
