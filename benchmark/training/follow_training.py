"""A process that trains with the first one, stage by stage as that one tells, and writes nothing."""

from __future__ import annotations

import tempfile

from benchmark.datasets.base import FaceDataset
from benchmark.runtime.device import Compute
from benchmark.runtime.interruption import deferred_interruption
from benchmark.runtime.processes import Processes
from benchmark.training.average_over_processes import STAGE
from benchmark.training.checkpoints import restore_random_state
from benchmark.training.runner import StageLoop, StageRunner
from benchmark.training.stage_parts import (
    end_loading,
    free_memory_of_stage,
    stage_hooks,
    stage_loader,
    stage_optimizers,
    stage_schedulers,
)
from benchmark.training.train import move_to_device
from methods.base import Trainable
from registry.errors import plugin_boundary


def follow_training(
    model: Trainable,
    dataset: FaceDataset,
    *,
    seed: int,
    compute: Compute,
    processes: Processes,
    title: str = "train",
    accumulate: int = 1,
) -> None:
    """Train with the first process, which is in `train`, on this one's share of every batch; nothing is written.

    Args:
        model: the same as that process's, but for its weights.
        dataset: the same faces.
        seed: as there.
        compute: of this process.
        processes: of which this is not the first.
        title: what messages call the model.
        accumulate: as there.

    Raises:
        Interrupted: if a stop was requested of any of the processes.
    """
    move_to_device(model, compute)
    stages = {stage.name: stage for stage in model.stages()}
    while (told := processes.hear())[STAGE] is not None:
        stage = stages[told[STAGE]]
        with plugin_boundary(f"{type(model).__name__}.begin_stage"):
            model.begin_stage(stage)
        model.load_state_dict(told["weights"])
        restore_random_state(told["random_state"], of_several=True)
        loader = stage_loader(dataset, stage, seed, compute, told["state"], processes)
        with deferred_interruption() as stop, tempfile.TemporaryDirectory() as work_dir:
            runner = StageRunner(
                compute=compute,
                processes=processes,
                stop=stop,
                stage=stage.name,
                state=told["state"],
                baseline=None,
                model=model,
                work_dir=work_dir,
                train_dataloader=loader,
                train_cfg={"type": StageLoop, "max_iters": stage.iterations},
                optim_wrapper=stage_optimizers(model, stage, title, processes, compute, accumulate=accumulate),
                param_scheduler=stage_schedulers(stage),
                default_hooks=stage_hooks(None),
                randomness={"seed": seed},
                experiment_name=f"{title}-{stage.name}-{processes.rank}",
            )
            try:
                runner.train()
            finally:
                end_loading(loader)
            stop.check(f"training {title}, stage {stage.name}")
        del runner
        free_memory_of_stage()
