"""The parts of a run in which other processes help: training, editing and scoring; they are told what they need."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.experiment import Experiment, MethodSpec
from benchmark.editing.build_method import Editor, build_editor
from benchmark.editing.edit_tasks import edit_tasks, follow_edits
from benchmark.editing.option_weights import option_weights
from benchmark.editing.process.process_method import ProcessMethod
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.evaluation.follow_measuring import follow_measuring
from benchmark.evaluation.helping_context import HelpingContext
from benchmark.runs.run_validation import training_faces
from benchmark.runs.up_to_date import metric_stamps
from benchmark.runtime.cache_folder import cache_folder
from benchmark.runtime.processes import ALONE, Processes
from benchmark.runtime.progress import Reporter
from benchmark.training.compile_networks import compiled
from benchmark.training.follow_training import follow_training
from benchmark.training.kept_checkpoints import Keeping
from benchmark.training.stage_cache import StageCache
from benchmark.training.train import TrainingTime, move_to_device, train
from benchmark.training.validation import Validation
from benchmark.weights.locate import Weights
from methods.base import FaceEditor
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError

WORK: Final = "work"
"""In what the first process tells: what to help with, or None when all is done."""
TRAIN: Final = "train"
EDIT: Final = "edit"
SCORE: Final = "score"
DECIDE: Final = "decide"
"""In what the first process tells of scoring: what decides its figures, which must be the same in all."""


def train_method(
    experiment: Experiment,
    editor: Editor,
    folder: Path,
    context: EvaluationContext,
    store: StageCache | None,
    validation: Validation | None = None,
) -> TrainingTime:
    """Train a run's method, by all processes there are.

    Args:
        experiment: of the run, with every length in iterations.
        editor: of the method.
        folder: of the run.
        context: of the comparison.
        store: of stages that variants share, if any may be taken from there.
        validation: of the model as it is trained, by this process.

    Raises:
        InputError, Interrupted, PluginError, TrainingCheckpointError, TrainingDiverged: as `train`.
    """
    dataset = training_faces(experiment.method, context.dataset)  # packed before others look for it
    processes = context.processes if any(stage.iterations > 0 for stage in editor.model.stages()) else ALONE
    _tell(processes, TRAIN, experiment)
    with compiled(editor.model, experiment.label, experiment.method.compile):
        return train(
            editor.model,
            dataset,
            folder,
            seed=experiment.method.seed,
            compute=context.compute,
            reporter=context.reporter,
            title=experiment.label,
            tensorboard=experiment.method.tensorboard,
            store=store,
            validation=validation,
            given=editor.given,
            begun=editor.begun,
            processes=processes,
            keeping=keeping_of(experiment.method),
            accumulate=experiment.method.accumulate,
        )


def keeping_of(method: MethodSpec) -> Keeping | None:
    """Which checkpoints a method's training keeps; None where it keeps none."""
    if not method.checkpoint_every:
        return None
    return Keeping(method.checkpoint_every, method.keep_checkpoints, with_best=method.best is not None)


def edit_protocol(
    experiment: Experiment,
    model: FaceEditor,
    task_set: TaskSet,
    options: Mapping[str, Any],
    folder: Path,
    context: EvaluationContext,
) -> dict[str, str]:
    """Edit the tasks of a protocol by a run's method, by all processes there are.

    Args:
        experiment: of the run.
        model: of the method, trained.
        task_set: the protocol and its tasks.
        options: of the protocol.
        folder: of the edits.
        context: of the comparison.

    Returns:
        As `edit_tasks` does.

    Raises:
        CannotEdit, EditError, Interrupted, PluginError: as `edit_tasks`.
    """
    # a program of its own may fill the machine; it is started once
    processes = ALONE if isinstance(model, ProcessMethod) else context.processes
    told = {"protocol": task_set.protocol.name, "options": dict(options)}
    _tell(processes, EDIT, experiment, told, model)
    return edit_tasks(
        model,
        METHOD_CARDS.find(experiment.method.name).card,
        task_set.protocol,
        context.dataset,
        task_set.tasks,
        folder,
        batch_size=experiment.evaluation.edit_batch_size,
        seed=experiment.method.seed,
        compute=context.compute,
        reporter=context.reporter,
        title=experiment.label,
        processes=processes,
    )


def tell_of_scoring(evaluation: EvaluationSpec, task_set: TaskSet, context: EvaluationContext) -> None:
    """Have the other processes follow `score_edits` under a protocol.

    Args:
        evaluation: of the run.
        task_set: the protocol and its tasks.
        context: of the comparison.
    """
    if not context.processes.several:
        return
    name = task_set.protocol.name
    told = {"protocol": name, DECIDE: _what_decides_figures(evaluation, name, task_set, context)}
    context.processes.tell({WORK: SCORE, "evaluation": evaluation.model_dump_json(), **told})


def _what_decides_figures(
    evaluation: EvaluationSpec, protocol: str, task_set: TaskSet, context: EvaluationContext
) -> dict[str, str]:
    """By words for each, what must be the same in all processes that score together."""
    metrics = metric_stamps(evaluation, protocol, context.weights)
    return {
        "its faces": context.dataset.fingerprint,
        f"the tasks of {protocol}": task_set.sha256,
        "how its networks run": context.compute.described,
        **{f"the code or the weights file of {name}": stamp for name, stamp in metrics},
    }


def _tell(
    processes: Processes,
    work: str,
    experiment: Experiment,
    further: Mapping[str, Any] | None = None,
    model: FaceEditor | None = None,
) -> None:
    if processes.several:
        weights = None if model is None else model.state_dict()
        told = {WORK: work, "experiment": experiment.model_dump_json(), "weights": weights, **(further or {})}
        processes.tell(told)


def help_with(processes: Processes, weights: Weights) -> None:
    """Help the first process with what it tells, until it has done everything.

    Args:
        processes: of which this is not the first.
        weights: where that process looks for weights files too.

    Raises:
        Interrupted: if a stop was requested of any of the processes.
    """
    contexts: dict[str, HelpingContext] = {}

    def context_of(evaluation: EvaluationSpec) -> HelpingContext:
        key = evaluation.model_dump_json(exclude={"protocols", "metrics"})
        if key not in contexts:
            contexts[key] = HelpingContext(evaluation, cache_folder(), Reporter(quiet=True), weights, processes)
        return contexts[key]

    while (told := processes.hear())[WORK] is not None:
        if told[WORK] == SCORE:
            evaluation = EvaluationSpec.model_validate_json(told["evaluation"])
            _help_score(told, evaluation, context_of(evaluation))
        else:
            experiment = Experiment.model_validate_json(told["experiment"])
            _help(told, experiment, context_of(experiment.evaluation))


def _help_score(told: Mapping[str, Any], evaluation: EvaluationSpec, context: HelpingContext) -> None:
    name = told["protocol"]
    (task_set,) = context.task_sets({name: evaluation.protocols[name]})
    here = _what_decides_figures(evaluation, name, task_set, context)
    if differing := [what for what, value in told[DECIDE].items() if here.get(what) != value]:
        raise InputError(f"process {context.processes.rank} differs from the first in {', '.join(differing)}")
    follow_measuring(task_set.protocol, task_set.tasks, evaluation.further_roles, context)


def _help(told: Mapping[str, Any], experiment: Experiment, context: EvaluationContext) -> None:
    model = build_editor(experiment, option_weights(experiment.method.options, context.weights)).model
    method, label, processes = experiment.method, experiment.label, context.processes
    if told[WORK] == TRAIN:
        faces = training_faces(method, context.dataset)
        with compiled(model, label, method.compile):
            follow_training(
                model,
                faces,
                seed=method.seed,
                compute=context.compute,
                processes=processes,
                title=label,
                accumulate=method.accumulate,
            )
        return
    move_to_device(model, context.compute)
    model.load_state_dict(told["weights"])
    model.eval()
    (task_set,) = context.task_sets({told["protocol"]: told["options"]})
    follow_edits(
        model,
        METHOD_CARDS.find(method.name).card,
        task_set.protocol,
        context.dataset,
        task_set.tasks,
        batch_size=experiment.evaluation.edit_batch_size,
        seed=method.seed,
        compute=context.compute,
        title=label,
        processes=processes,
    )
