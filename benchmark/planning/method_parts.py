"""What a method takes: its training stage by stage, its edits, and their scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmark.config.budget import parse_budget
from benchmark.config.evaluation_spec import Options
from benchmark.config.experiment import Experiment, MethodSpec
from benchmark.config.training_length import over_faces
from benchmark.editing.build_method import Editor, build_editor
from benchmark.editing.option_weights import OptionWeights, missing_in_words, option_weights
from benchmark.planning.machine import Machine
from benchmark.planning.plan_parts import Group, Part
from benchmark.planning.sample_faces import Sample, packed_bytes
from benchmark.planning.stages import StageEstimate, estimate_stages, memory_of
from benchmark.planning.tasks import Tasks
from benchmark.planning.trial_evaluation import Trial
from benchmark.runs.possible_protocols import check_learned_attributes, participation
from benchmark.runs.shared_work import keeping_of
from benchmark.runs.training_budget import within
from benchmark.runtime.device import Compute
from benchmark.training.kept_checkpoints import Keeping, gigabytes_at_most
from benchmark.training.step_cost import StepTime, require_device
from benchmark.training.step_work import StepWork
from benchmark.training.train import move_to_device
from benchmark.weights.locate import Weights
from methods.base import CannotEdit, FaceEditor, Stage
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError


@dataclass(frozen=True)
class MethodEstimate:
    """What a method takes.

    Attributes:
        group: its parts.
        stages: the estimates of all its training stages, those that a file gives among them.
    """

    group: Group
    stages: list[StageEstimate]


def method_estimate(
    requested: Experiment,
    seeds: int,
    sample: Sample,
    trial: Trial,
    machine: Machine,
    weights: Weights,
    seconds: float,
) -> MethodEstimate:
    """Estimate a method.

    Args:
        requested: one of its experiments; training in epochs, or by a budget, becomes iterations.
        seeds: how many it has.
        sample: of the faces.
        trial: of editing and scoring.
        machine: that it runs on.
        weights: finds weights files that options name.
        seconds: for the measured steps of its stages together.

    Raises:
        InputError: if an option is impossible, or the budget is.
    """
    check_learned_attributes(requested.method, sample.dataset)
    files = option_weights(requested.method.options, weights)
    counted = over_faces(requested, sample.num_faces["train"])
    unbought = counted.model_copy(update={"method": counted.method.model_copy(update={"budget": None})})
    editor = build_editor(counted, files)
    left = {stage.name for stage in stages_to_train(editor)}
    begun = {name: int(content["meta"]["iter"]) for name, content in editor.begun.items()}
    estimates: list[StageEstimate] = []
    iterations: dict[str, int] = {}
    if left:
        estimates = estimate_stages(
            lambda: build_editor(unbought, files).model,
            sample.dataset,
            machine,
            seconds,
            seed=requested.method.seed,
            accumulate=requested.method.accumulate,
        )
        steps = [(each.stage, each.work, each.time) for each in estimates]
        iterations = stage_iterations(counted, steps, files, machine.compute)
    notes = (*missing_in_words(files), *_left_out(requested.method, machine.compute))
    parts = [
        _stage_part(
            each,
            iterations[each.stage.name] - begun.get(each.stage.name, 0),
            sample,
            machine,
            notes,
            keeping_of(requested.method),
        )
        for each in estimates
        if each.stage.name in left
    ]
    card = METHOD_CARDS.find(requested.method.name).card
    able = participation(card, requested.evaluation, sample.dataset).able
    move_to_device(editor.model, machine.compute)
    editor.model.eval()
    try:
        parts += _edits_and_scores(editor.model, requested, able, sample, trial)
    finally:
        editor.model.close()
    return MethodEstimate(Group(requested.label, seeds, parts), estimates)


def stages_to_train(editor: Editor) -> list[Stage]:
    """The stages that train: none where a checkpoint fills the model, and not those whose networks a file gives."""
    stages = () if editor.checkpoint is not None else editor.model.stages()
    return [stage for stage in stages if stage.iterations > 0 and stage.name not in editor.given]


def stage_iterations(
    experiment: Experiment,
    steps: Sequence[tuple[Stage, StepWork, StepTime]],
    files: Mapping[str, OptionWeights],
    compute: Compute,
) -> dict[str, int]:
    """Iterations of each stage, within the training budget where there is one.

    Args:
        experiment: with every length in iterations.
        steps: of every stage that has iterations: its steps' work and time.
        files: weights files that the method's options name, by option.
        compute: that it is trained on.

    Raises:
        InputError: as of `within`, or if GPU seconds are to be spent on another device.
    """
    stages = [stage for stage, _, _ in steps]
    if experiment.method.budget is None:
        return {stage.name: stage.iterations for stage in stages}
    budget = parse_budget(experiment.method.budget)
    require_device(budget.quantity, compute)
    costs = {}
    for stage, work, time in steps:
        by_quantity = {
            "cpu": time.cpu,
            "gpu": time.wall,
            "flop": work.mean_flops,
            "images": float(stage.batch_size),
        }
        costs[stage.name] = by_quantity[budget.quantity]
    options = within(experiment, budget, stages, costs)
    method = experiment.method
    bought = method.model_copy(update={"options": {**method.options, **options}, "budget": None})
    model = build_editor(experiment.model_copy(update={"method": bought}), files).model
    return {stage.name: stage.iterations for stage in model.stages()}


def _left_out(method: MethodSpec, compute: Compute) -> Iterator[str]:
    """What of a training its steps here were taken without."""
    if method.compile:
        yield "steps are those of networks that are not compiled"
    if compute.num_workers:
        yield f"memory of what loads faces is not counted (num_workers {compute.num_workers})"


def _stage_part(
    estimate: StageEstimate,
    iterations: int,
    sample: Sample,
    machine: Machine,
    notes: tuple[str, ...],
    keeping: Keeping | None,
) -> Part:
    kept = spare = 0
    if keeping is not None and (most := keeping.most(iterations)):
        each = estimate.unfinished + keeping.with_best * estimate.networks
        kept = keeping.number(iterations) * each
        spare = most * each - kept
        notes = (*notes, f"the checkpoints that are kept take at most {gigabytes_at_most(most * each)}")
    time = estimate.time
    seen = min(sample.num_faces["train"], iterations * estimate.stage.batch_size)
    mapped = packed_bytes(seen, sample.dataset.size)
    memory, _ = memory_of(estimate.work, machine)
    return Part(
        estimate.stage.name,
        iterations,
        iterations * estimate.stage.batch_size,
        iterations * time.wall,
        iterations * time.cpu,
        None if memory is None else memory + mapped,
        estimate.device_bytes,
        disk=estimate.checkpoint + kept,
        spare_disk=estimate.unfinished + spare,
        notes=(*notes, *estimate.notes),
    )


def _edits_and_scores(
    model: FaceEditor, experiment: Experiment, able: Mapping[str, Options], sample: Sample, trial: Trial
) -> list[Part]:
    """The edits and their scores, protocols together."""
    card = METHOD_CARDS.find(experiment.method.name).card
    edits, scores = Tasks(), Tasks()
    notes = []
    for name, options in able.items():
        try:
            number = trial.tasks_of({name: options})[name]
            edited, scored = trial.edit(model, card, name, options), trial.score(name, options)
        except (CannotEdit, InputError) as reason:
            notes.append(f"{name} is not counted: {reason}")
            continue
        edits.add(number, edited)
        scores.add(number, scored)
    on_gpu = trial.context.compute.device.type == "cuda"
    disk = round(edits.number * sample.png_bytes)
    return [edits.part("edit", on_gpu=on_gpu, disk=disk, notes=notes), scores.part("score", on_gpu=on_gpu)]
