"""The target masks of tasks in the dataset's colours; run folders have none, so they come from the dataset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from benchmark.config.resolve import evaluation_part, resolve_evaluation
from benchmark.config.sources import read_config
from benchmark.evaluation.context import EvaluationContext
from benchmark.human_study.design.candidates import Candidates
from benchmark.human_study.design.stimuli import Pixels
from benchmark.images.label_colors import color_mask
from benchmark.results.run_folder import EXPERIMENT
from benchmark.runtime.cache_folder import cache_folder, writable
from benchmark.runtime.progress import Reporter
from registry.errors import InputError


def target_masks(candidates: Candidates, tasks: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Pixels]:
    """The target masks of tasks, by (protocol, task): (H, W, 3) uint8 RGB.

    Args:
        candidates: one of their runs tells the dataset and its protocols.
        tasks: (protocol, task) pairs.

    Raises:
        InputError: if the dataset is not available, gives other tasks than the run had, or a task has no mask.
    """
    path, _ = next(iter((*candidates.given.values(), *candidates.methods))).runs[0]
    evaluation = resolve_evaluation([evaluation_part(read_config(path.parent / EXPERIMENT))])
    context = EvaluationContext(evaluation, writable(cache_folder(), "cache folder"), Reporter())
    wanted: dict[str, list[int]] = defaultdict(list)
    for protocol, task in dict.fromkeys(tasks):
        wanted[protocol].append(task)
    found: dict[tuple[str, int], Pixels] = {}
    for task_set in context.task_sets(evaluation.protocols):
        protocol = task_set.protocol.name
        if protocol in wanted:
            if task_set.sha256 != candidates.tasks_sha256[protocol]:
                raise InputError(f"{path}: the dataset now gives other tasks of {protocol} than this run had")
            rows = task_set.tasks[task_set.tasks["task"].isin(wanted[protocol])]
            batch = task_set.protocol.batch(context.dataset, rows)
            if "mask" in batch.lacks:
                raise InputError(f"{path}: tasks of {protocol} have no mask to show: {batch.lacks['mask']}")
            masks = batch.mask.numpy().astype(np.uint8)
            found |= {(protocol, int(task)): color_mask(mask) for task, mask in zip(rows["task"], masks, strict=True)}
    return found
