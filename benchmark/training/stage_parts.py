"""What the training of a stage is put together from: batches, optimisers, schedules and hooks."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Any

from mmengine.hooks import ParamSchedulerHook
from mmengine.optim import OptimWrapperDict
from torch.utils.data import DataLoader

from benchmark.datasets.base import FaceDataset
from benchmark.datasets.training_batches import training_batches
from benchmark.runtime.device import Compute
from benchmark.runtime.processes import Processes
from benchmark.training.batch_parts import parts_of
from benchmark.training.checkpoint_hook import CheckpointHook
from benchmark.training.loss_scale import loss_scale
from benchmark.training.stage_optimizers import StageOptimizers
from methods.base import FaceBatch, Stage, Trainable
from registry.errors import InputError, PluginError, plugin_boundary


def stage_loader(
    dataset: FaceDataset,
    stage: Stage,
    seed: int,
    compute: Compute,
    state: Mapping[str, Any] | None,
    processes: Processes,
) -> DataLoader[FaceBatch]:
    """The stage's batches from the iteration on that `state` came to, each process its share of them.

    Args:
        dataset: of the faces.
        stage: says how many a batch has.
        seed: decides their order.
        compute: where they go.
        state: content of the checkpoint to resume from; None to begin.
        processes: that share each batch.
    """
    return training_batches(
        dataset,
        stage.batch_size,
        seed=seed,
        start=0 if state is None else state["meta"]["iter"],
        num_workers=compute.num_workers,
        rank=processes.rank,
        world_size=processes.size,
        pin_memory=compute.device.type == "cuda",
        balanced_by=stage.balanced_by,
    )


def end_loading(loader: DataLoader[FaceBatch]) -> None:
    """End the processes that load faces, which would else live until the garbage collector finds the loader."""
    if loader._iterator is not None and loader.num_workers:
        loader._iterator._shutdown_workers()  # type: ignore[attr-defined]
        loader._iterator = None


def free_memory_of_stage() -> None:
    """Free what a stage was trained with, once nobody holds its runner any more.

    Runner, hooks and optimisers refer to one another, so that the moments and averages of all networks would stay, on
    a GPU too, beside those of the next stage until Python happens to look for garbage.
    """
    gc.collect()


def stage_schedulers(stage: Stage) -> dict[str, list[Any]] | None:
    """The stage's schedules as mmengine takes them."""
    return {name: list(group) for name, group in stage.schedulers.items()} or None


def stage_hooks(checkpoint: CheckpointHook | None) -> dict[str, Any]:
    """Hooks that mmengine has by default: schedules, and checkpoints where this process writes them."""
    unused = dict.fromkeys(("runtime_info", "timer", "sampler_seed", "logger"))
    return {**unused, "param_scheduler": ParamSchedulerHook(), "checkpoint": checkpoint}


def stage_optimizers(
    model: Trainable, stage: Stage, title: str, processes: Processes, compute: Compute, *, accumulate: int = 1
) -> StageOptimizers:
    """The model's optimisers, by mean gradients over a batch's parts and over processes, of scaled losses in float16.

    Args:
        model: has begun the stage.
        stage: of the model.
        title: what messages call the model.
        processes: that share each batch.
        compute: device and precision.
        accumulate: parts of each batch.

    Raises:
        InputError: if one refuses its options.
        PluginError: if the model fails, or gives something else.
    """
    function = f"{type(model).__name__}.optimizers"
    try:
        with plugin_boundary(function, ValueError):
            optimizers = model.optimizers(stage)
    except InputError:
        raise
    except ValueError as error:  # a rate or a decay that no optimiser takes
        raise InputError(f"{title}, stage {stage.name}: {error}") from error
    if not isinstance(optimizers, OptimWrapperDict):
        raise PluginError(f"{function} gave {type(optimizers).__name__}, where an OptimWrapperDict was expected")
    parts, scale = parts_of(stage, accumulate), loss_scale(compute)
    return StageOptimizers(optimizers, parts=parts, processes=processes, scale=scale)
