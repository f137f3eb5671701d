"""What all methods of a comparison share: packed faces, judges, and the rows of the reference methods."""

from __future__ import annotations

from typing import Any

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.presets import all_protocols
from benchmark.config.references import default_references
from benchmark.planning.machine import Machine
from benchmark.planning.plan_parts import Group, Part
from benchmark.planning.sample_faces import Sample, packed_bytes
from benchmark.planning.stages import estimate_stages, memory_of
from benchmark.planning.tasks import Tasks
from benchmark.planning.trial_evaluation import Trial
from registry import JUDGES
from registry.catalogue import JUDGE_CARDS
from registry.errors import InputError, building


def shared_group(evaluation: EvaluationSpec, sample: Sample, trial: Trial, machine: Machine, seconds: float) -> Group:
    """What is done once for all methods.

    Args:
        evaluation: of the comparison.
        sample: of its faces.
        trial: of editing and scoring.
        machine: that it is done on.
        seconds: for the measured steps of all judges together.
    """
    faces = sum(sample.num_faces.values())
    pack = Part(
        "faces",
        images=faces,
        seconds=sample.seconds,
        cpu_seconds=sample.cpu_seconds,
        disk=packed_bytes(faces, evaluation.dataset.size),
    )
    roles = [role for role in evaluation.roles if not (role == "attributes" and "attributes" in sample.dataset.lacks)]
    judges = [_judge(evaluation, role, sample, machine, seconds / len(roles)) for role in roles]
    return Group("shared", 1, [pack, *filter(None, judges), _references(evaluation, trial, sample)])


def _judge(evaluation: EvaluationSpec, role: str, sample: Sample, machine: Machine, seconds: float) -> Part | None:
    entry = JUDGE_CARDS.find(evaluation.judge_by_role[role])
    name = entry.card.name
    if entry.card.weights is not None:  # it is not trained
        return None
    options = evaluation.judges.get(name, dict(entry.card.options))

    def build() -> Any:
        with building(f"judge {name}", f"building judge {name}"):
            judge = JUDGES.get(name)(size=evaluation.dataset.size, **options)
        if role == "attributes" and (own := sample.dataset.packed.own_attributes):
            judge.add_attributes(own)
        return judge

    (estimate,) = estimate_stages(build, sample.dataset, machine, seconds)
    stage, time = estimate.stage, estimate.time
    memory, _ = memory_of(estimate.work, machine)
    return Part(
        f"judge {name}",
        stage.iterations,
        stage.iterations * stage.batch_size,
        stage.iterations * time.wall,
        stage.iterations * time.cpu,
        memory,
        estimate.device_bytes,
        disk=estimate.checkpoint,
        spare_disk=estimate.unfinished,
        notes=estimate.notes,
    )


def _references(evaluation: EvaluationSpec, trial: Trial, sample: Sample) -> Part:
    """The reference methods, which paint nothing that takes time, and the real images, under every protocol."""
    shared = all_protocols(evaluation)
    rows = len(default_references(shared)) + 1
    scores = Tasks()
    notes = []
    for name, options in shared.protocols.items():
        try:
            scores.add(rows * trial.tasks_of({name: options})[name], trial.score(name, options))
        except InputError as reason:
            notes.append(f"{name} is not counted: {reason}")
    on_gpu = trial.context.compute.device.type == "cuda"
    return scores.part("references", on_gpu=on_gpu, disk=round(scores.number * sample.png_bytes), notes=notes)
