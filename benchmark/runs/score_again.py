"""Scores finished runs anew with more metrics, from their files alone: nothing is trained, built or edited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.caching.file_record import FILES, changed_files, record_files
from benchmark.caching.fingerprints import StageState
from benchmark.config.evaluation_spec import EvaluationSpec, JudgeRole
from benchmark.config.experiment import EVALUATION_KEYS, REAL
from benchmark.config.resolve import resolve_evaluation
from benchmark.config.sources import ConfigSource, read_config
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.evaluation.outputs import EditedOutputs, RealOutputs
from benchmark.evaluation.scoring_batches import Judges
from benchmark.results.face_facts import faces_path
from benchmark.results.run_folder import EDITS, EXPERIMENT, RESULT, scores_path
from benchmark.results.schema import ProtocolResult, Result, read_result, write_result
from benchmark.runs.assemble_result import metric_facts, protocol_result, real_result, with_scores
from benchmark.runs.score_protocol import ScoredProtocol, edited_outputs, score_protocol
from benchmark.runs.up_to_date import FINISHED, LIBRARIES, METRICS, metric_stamps
from benchmark.runtime.atomic_files import write_text_atomically
from registry.errors import InputError
from registry.yaml_files import to_yaml

Contexts = Callable[[EvaluationSpec], EvaluationContext]


def score_again(run: Path, added: Sequence[str], contexts: Contexts) -> Result:
    """Measure more metrics of a finished run, keeping the figures that are there, and write its result.

    Args:
        run: its folder.
        added: registered metrics, after those that the run has.
        contexts: gives what the runs of one evaluation share.

    Raises:
        InputError: if the run is not finished, is not as it was written, cannot be scored as it was, or would lose a
            figure; nothing is changed then.
    """
    state = StageState(run)
    finished = state.get(FINISHED)
    if not isinstance(finished, dict) or not (run / EXPERIMENT).is_file():
        raise InputError(f"{run} is not finished: run the command that made it once more, then add metrics")
    if changed := changed_files(run, finished[FILES]):
        raise InputError(f"{changed[0]} is not as it was written: run the command that made {run} once more")
    earlier = read_result(run / RESULT)
    source = read_config(run / EXPERIMENT)
    evaluation = _evaluation(source, added)
    context = contexts(evaluation)
    judges = _same_judges(run, earlier, context, evaluation.further_roles)
    protocols: dict[str, ProtocolResult] = dict(earlier.protocols)
    scored: list[ScoredProtocol] = []
    for name, before in earlier.protocols.items():
        if before.reason is not None:
            continue
        (task_set,) = context.task_sets({name: evaluation.protocols[name]})
        if task_set.sha256 != before.tasks_sha256:
            raise InputError(f"{run}: the dataset now gives other tasks of {name} than this run had")
        real = earlier.method == REAL
        found = score_protocol(
            run,
            state,
            evaluation,
            context,
            task_set,
            RealOutputs(task_set.protocol) if real else _recorded_outputs(run, state, task_set, context),
            title=earlier.label,
            judges=judges,
            again=added,
        )
        _check_kept(run, name, before, found, added)
        scored.append(found)
        protocols[name] = real_result(task_set, found.scores) if real else protocol_result(task_set, found.scores, None)
    result = earlier.model_copy(
        update={
            "protocols": protocols,
            "metrics": metric_facts(list(protocols), evaluation, context.weights),
            "judges": {role: context.judge(role)[1] for role in evaluation.further_roles} | earlier.judges,
        }
    )
    for of_protocol in scored:  # only now, so that what stops on the way leaves a finished run as it was
        of_protocol.write()
    result = with_scores(result, run)
    write_result(run / RESULT, result)
    write_text_atomically(run / EXPERIMENT, to_yaml({**source.content, "metrics": list(evaluation.metrics)}))
    scored_parts = (path(run, name) for path in (scores_path, faces_path) for name in protocols)
    parts = {*(run / name for name in finished[FILES]), *scored_parts}
    stamps: dict[str, Any] = {name: metric_stamps(evaluation, name, context.weights) for name in evaluation.protocols}
    files = record_files(run, sorted(path for path in parts if path.exists()))
    libraries = {of_protocol.protocol: of_protocol.libraries for of_protocol in scored}
    state.put(FINISHED, {**finished, METRICS: stamps, LIBRARIES: libraries, FILES: files})
    return result


def _check_kept(run: Path, protocol: str, before: ProtocolResult, now: ScoredProtocol, added: Sequence[str]) -> None:
    """Refuse to lose figures that nobody asked for again, where what they were measured with is not here."""
    for name, cell in now.scores.cells.items():
        earlier = before.metrics.get(name)
        if name not in added and cell.value is None and earlier is not None and earlier.value is not None:
            raise InputError(
                f"{run}: {name} has a figure under {protocol} that would be lost, as it cannot be measured here: "
                f"{cell.reason}; name the weights that it was measured with (--weights, --weights-dir), or run the "
                "command that made it once more"
            )


def _evaluation(source: ConfigSource, added: Sequence[str]) -> EvaluationSpec:
    """The evaluation of a run, with more metrics."""
    settings = {key: value for key, value in source.content.items() if key in EVALUATION_KEYS}
    settings["metrics"] = list(dict.fromkeys([*settings.get("metrics", []), *added]))
    return resolve_evaluation([ConfigSource(settings, source.source)])


def _recorded_outputs(run: Path, state: StageState, task_set: TaskSet, context: EvaluationContext) -> EditedOutputs:
    """The edits of a run, which must be those that were made."""
    name = task_set.protocol.name
    record = (state.get(f"{EDITS}/{name}") or {}).get(FILES, {})
    if changed := changed_files(run, record):
        raise InputError(
            f"{run}: {len(changed)} files of edits under {name} are not those that were made, the first {changed[0]} "
            f"(bench verify {run} lists them)"
        )
    return edited_outputs(run, task_set, context)


def _same_judges(run: Path, result: Result, context: EvaluationContext, others: Sequence[JudgeRole]) -> Judges:
    """The judges, each refused when it is first needed where it is another than the run was scored by."""

    def look(role: JudgeRole) -> Any:
        judge, facts = context.judge(role)
        if (known := result.judges.get(role)) is not None and known.weights_sha256 != facts.weights_sha256:
            raise InputError(
                f"{run} was scored by another judge of role {role} ({known.weights_sha256[:12]}, now "
                f"{facts.weights_sha256[:12]}): run the command that made it once more, which scores it in full"
            )
        return judge

    further = {role: partial(look, role) for role in others}
    return Judges(partial(look, "parser"), partial(look, "attributes"), further)
