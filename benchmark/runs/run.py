"""One run through its stages, train → edit → score, each skipped when its inputs have not changed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmark.caching.code_version import code_version
from benchmark.caching.file_record import FILES, record_files
from benchmark.caching.fingerprints import StageState, fingerprint
from benchmark.caching.plugin_source import entry_version
from benchmark.config.experiment import Experiment
from benchmark.config.training_length import counts_epochs, length_notes, over_faces
from benchmark.datasets.base import FaceDataset
from benchmark.editing.build_method import Editor, build_editor
from benchmark.editing.edited_files import discard_damaged_edits, edited_files
from benchmark.editing.given_stages import start_files, start_notes
from benchmark.editing.option_weights import OptionWeights, hashes, missing_in_words, option_weights
from benchmark.editing.option_weights import notes as weights_notes
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.evaluation.outputs import EditedOutputs, RealOutputs
from benchmark.protocols.task_batches import without_attributes
from benchmark.results.face_facts import faces_path
from benchmark.results.run_folder import (
    CARD,
    EDITS,
    EXPERIMENT,
    PROVENANCE,
    REFUSED,
    RESULT,
    SAMPLES,
    checkpoint_path,
    checkpoints_folder,
    edits_folder,
    scores_path,
)
from benchmark.results.schema import Cost, ProtocolResult, Result, write_result
from benchmark.results.validation_curve import curve_path
from benchmark.runs.assemble_result import (
    MethodInfo,
    cost_of_edits,
    left_out,
    protocol_result,
    result_of,
    with_scores,
)
from benchmark.runs.first_edits import write_first_edits
from benchmark.runs.method_budgets import Bought
from benchmark.runs.possible_protocols import Participation, check_learned_attributes, participation
from benchmark.runs.provenance import write_provenance
from benchmark.runs.run_validation import RunValidation, training_faces
from benchmark.runs.score_protocol import ScoredProtocol, edited_outputs, score_protocol
from benchmark.runs.shared_work import edit_protocol, train_method
from benchmark.runs.trained_before import (
    TRAINING,
    begin,
    changed_inputs,
    check_intention,
    take_over,
    take_over_note,
    taken_over,
)
from benchmark.runs.training_budget import buy
from benchmark.runs.training_inputs import training_inputs
from benchmark.runs.up_to_date import FINISHED, LIBRARIES, finished_result, finished_stamp
from benchmark.runs.weights_record import check_weights, record_weights
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.runtime.cache_folder import writable
from benchmark.training.checkpoints import weights_sha256
from benchmark.training.stage_cache import StageCache
from benchmark.training.train import TrainingTime, move_to_device
from methods.base import CannotEdit
from registry.cards import MethodCard
from registry.catalogue import DATASET_CARDS, METHOD_CARDS, PROTOCOL_CARDS
from registry.errors import InputError


class Run:
    """A method × dataset × seed, in a folder of its own.

    Args:
        requested: what to do; training in epochs, or by a budget, becomes iterations once the faces are counted.
        context: what the runs of the comparison share.
        runs: folder of all runs.
        fresh: forget what the folder holds and begin anew.
        keep_weights: go on with weights that other code trained, and say so in the result.

    Raises:
        InputError: if the folder cannot be written, or it should be begun anew and gone on with.
    """

    def __init__(
        self,
        requested: Experiment,
        context: EvaluationContext,
        runs: Path,
        *,
        fresh: bool = False,
        keep_weights: bool = False,
    ) -> None:
        check_intention(fresh=fresh, keep_weights=keep_weights)
        self.requested = requested
        self.context = context
        self.runs = runs
        self.keep_weights = keep_weights
        self.folder = requested.folder(runs)
        if fresh and self.folder.exists():
            self._check()  # what is impossible must not cost the weights that are there
            shutil.rmtree(self.folder)
        writable(self.folder, "run folder")
        self._training_time: TrainingTime | None = None
        self.stamps = StageState(self.folder)
        if self.stamps.damage is not None:
            context.reporter.say(
                f"{self.stamps.damage}; weights that are there are used as they are, edits and scores are made anew"
            )

    def _check(self) -> None:
        """Build or open everything that the input could make impossible."""
        _ = self._editor, self.context.compute
        check_learned_attributes(self.requested.method, self.context.dataset)
        _ = self._task_sets, self.context.judge_facts

    @cached_property
    def experiment(self) -> Experiment:
        """What is done: every length of training in iterations, within the budget where there is one."""
        if self._bought is not None:
            return self._bought.spent_by(over_faces(self.requested, self._num_training_faces))
        if not counts_epochs(self.requested.method.options):
            return self.requested
        return over_faces(self.requested, self._num_training_faces)

    @cached_property
    def _bought(self) -> Bought | None:
        """The iterations that the training budget buys; None where there is no budget."""
        if self.requested.method.budget is None:
            return None
        if self.context.processes.several:
            raise InputError("a budget is measured in one process; leave --budget out, or start bench without torchrun")
        counted = over_faces(self.requested, self._num_training_faces)
        return buy(counted, self.folder.parent, self.context, self._option_weights)

    @property
    def _num_training_faces(self) -> int:
        return len(self._training_faces.rows("train"))

    @cached_property
    def _training_faces(self) -> FaceDataset:
        return training_faces(self.requested.method, self.context.dataset)

    @property
    def _validation(self) -> RunValidation:
        able = self._participation.able
        return RunValidation(self.experiment, self._card, able, self._training_faces, self.context)

    @property
    def _card(self) -> MethodCard:
        return METHOD_CARDS.find(self.requested.method.name).card

    @cached_property
    def _participation(self) -> Participation:
        return participation(self._card, self.experiment.evaluation, self.context.dataset)

    @property
    def _task_sets(self) -> list[TaskSet]:
        """The tasks of the protocols in which the method takes part."""
        return self.context.task_sets(self._participation.able)

    def train(self) -> None:
        """Train the method, or load what was trained or published.

        Raises:
            InputError: if the folder holds weights trained otherwise.
        """
        _ = self._trained_editor

    def edit(self) -> None:
        """Edit every task of every protocol."""
        editor = self._editor  # an impossible option shows before hours of packing
        try:
            for task_set in self._task_sets:
                self._edit(task_set)
        finally:
            editor.model.close()
            if "_trained_editor" in vars(self):  # another one where its lengths of training were resolved
                self._trained_editor.model.close()

    def score(self) -> Result:
        """Score every protocol's edits, and write the result with its samples and provenance."""
        if done := finished_result(self.requested, self.runs, self.context.weights, self.context.reporter):
            return done
        self._check()
        self.edit()
        protocols: dict[str, ProtocolResult] = {}
        scored: list[ScoredProtocol] = []
        for task_set in self._task_sets:
            name = task_set.protocol.name
            reason = self.stamps.get(f"{EDITS}/{name}").get("reason")
            if reason is None:
                scored.append(self._score(task_set, edited_outputs(self.folder, task_set, self.context)))
            protocols[name] = protocol_result(task_set, scored[-1].scores if reason is None else None, reason)
        edited = [name for name, result in protocols.items() if result.reason is None]
        protocols |= self._left_out()
        weights = hashes(self._option_weights | start_files(self.requested.method))
        result = result_of(self.experiment, self.context, self._method_facts(), protocols, self._cost(edited), weights)
        dataset, seed = self.experiment.evaluation.dataset.name, self.experiment.method.seed
        title = f"{self.experiment.label} on {dataset}, seed {seed}"
        write_first_edits(self.folder, title, self.stamps, self._task_sets, self.context.dataset)
        return self._finish(result, scored)

    def _left_out(self) -> dict[str, ProtocolResult]:
        """The protocols in which the method takes no part, each with the reason, for tables to show it."""
        found = self._participation
        drawn: dict[str, TaskSet] = {}
        for name, options in found.unable.items():
            with suppress(InputError):  # tasks that cannot be drawn must not stop a method that would not edit them
                (drawn[name],) = self.context.task_sets({name: options})
        return {name: left_out(name, drawn.get(name), reason) for name, reason in found.reasons.items()}

    def _cost(self, edited: Sequence[str]) -> Cost:
        return cost_of_edits(self.folder, edited, self.context.compute.hardware, self._training_time)

    def _finish(self, result: Result, scored: Sequence[ScoredProtocol]) -> Result:
        for of_protocol in scored:
            of_protocol.write()
        result = with_scores(result, self.folder)
        weights = {"origin": result.weights_origin, "sha256": result.weights_sha256}
        libraries, notes = {part.protocol: part.libraries for part in scored}, self._method_facts().notes
        write_provenance(self.folder, self.context.compute, self.context.dataset, weights, notes, libraries)
        write_text_atomically(self.folder / EXPERIMENT, self.experiment.to_yaml())
        write_result(self.folder / RESULT, result)
        parts = [self.folder / name for name in (RESULT, EXPERIMENT, PROVENANCE, SAMPLES, CARD)]
        parts += [path(self.folder, name) for path in (scores_path, faces_path) for name in result.protocols]
        parts.append(curve_path(self.folder))
        record = {LIBRARIES: libraries, FILES: record_files(self.folder, (path for path in parts if path.exists()))}
        self.stamps.put(FINISHED, {**finished_stamp(self.requested, self.context.weights), **record})
        return result

    @cached_property
    def _training_inputs(self) -> dict[str, Any]:
        start = hashes(start_files(self.requested.method))
        settings = self.experiment.training_part(hashes(self._option_weights) | start)
        settings |= {"start": start} if start else {}
        return training_inputs(settings, self.requested.method, self.context, self._validation)

    @property
    def _stage_store(self) -> StageCache:
        """Stages of the method's other variants; which options decide a stage, the stage itself says.

        Hardware is among what decides them: other threads round otherwise, and a stage's seconds are its cost there.
        """
        decided_by = {key: each for key, each in self._training_inputs.items() if key not in ("variant", "options")}
        decided_by["hardware"] = self.context.compute.hardware
        return StageCache(self.context.cache / "stages", decided_by)

    @cached_property
    def _option_weights(self) -> dict[str, OptionWeights]:
        return option_weights(self.requested.method.options, self.context.weights)

    @cached_property
    def _editor(self) -> Editor:
        """The method as it was requested, built before any face is packed, so that what is impossible shows at once."""
        return build_editor(self.requested, self._option_weights)

    @cached_property
    def _trained_editor(self) -> Editor:
        editor, compute = self._editor, self.context.compute  # what is not there shows before hours of packing
        if self.experiment != self.requested:
            editor = build_editor(self.experiment, self._option_weights)
        inputs = self._training_inputs
        changed = changed_inputs(self.stamps, inputs)
        trained = (stage.name for stage in editor.model.stages() if stage.iterations > 0)
        finished = [checkpoint_path(self.folder, stage) for stage in trained]
        if all(path.exists() for path in finished):
            changed -= {"compute"}  # finished weights may be used anywhere
        if changed and self._checkpoints:
            take_over(self.folder, self.stamps, inputs, changed, keep_weights=self.keep_weights)
            self.context.reporter.say(f"{self.folder}: going on with weights that other code trained")
        if not self._checkpoints or self.stamps.get(TRAINING) is None:
            begin(self.stamps, inputs)
        move_to_device(editor.model, compute)
        if editor.checkpoint is None:
            check_learned_attributes(self.requested.method, self.context.dataset)
            if not all(path.exists() for path in finished):
                for said in missing_in_words(self._option_weights):
                    self.context.reporter.say(f"{self.experiment.label}: {said}")
            check_weights(self.folder, self.stamps)
            # what other code trained in part is none of the stages that this code would train
            store = None if taken_over(self.stamps) else self._stage_store
            validation = self._validation.of(editor.model.stages(), editor.given, self.folder)
            time = train_method(self.experiment, editor, self.folder, self.context, store, validation)
            self._training_time = time if finished else None
            record_weights(self.folder, self.stamps, finished)
        editor.model.eval()
        return editor

    @cached_property
    def _weights_sha256(self) -> str:
        return weights_sha256(self._trained_editor.model.state_dict())

    @property
    def _checkpoints(self) -> list[Path]:
        return sorted(checkpoints_folder(self.folder).glob("*.pth"), key=lambda path: path.stat().st_mtime)

    def _edit(self, task_set: TaskSet) -> None:
        name = task_set.protocol.name
        stamp = fingerprint(
            self._weights_sha256,
            self._training_inputs,
            self._card.takes,
            self.experiment.evaluation.edit_batch_size,
            task_set.sha256,
            self._participation.able[name],
            code_version("benchmark.editing.edit_tasks"),
            entry_version(PROTOCOL_CARDS.find(name)),
            entry_version(DATASET_CARDS.find(self.experiment.evaluation.dataset.name)),
        )
        stage, say = f"{EDITS}/{name}", self.context.reporter.say
        earlier = self.stamps.get(stage) or {}
        folder = edits_folder(self.folder, name)
        if earlier.get("stamp") != stamp:
            shutil.rmtree(folder, ignore_errors=True)
            earlier = {}
        elif earlier.get("reason"):
            return
        tasks = without_attributes(task_set.tasks, earlier.get(REFUSED, {}))
        files = edited_files(self.folder, name, tasks)
        kept = discard_damaged_edits(self.folder, name, tasks, earlier.get(FILES, {}), say)
        if earlier.get("done") and len(kept) == len(files):
            return
        self.stamps.put(stage, {"stamp": stamp, "done": False, FILES: kept})
        reason, refused = None, {}
        try:
            model, options = self._trained_editor.model, self._participation.able[name]
            refused = edit_protocol(self.experiment, model, task_set, options, folder, self.context)
        except CannotEdit as error:
            reason = str(error)
        answered = without_attributes(task_set.tasks, refused)
        record = {} if reason else record_files(self.folder, edited_files(self.folder, name, answered))
        of_attributes = {REFUSED: refused} if refused else {}
        self.stamps.put(stage, {"stamp": stamp, "done": True, "reason": reason, **of_attributes, FILES: record})

    def _score(self, task_set: TaskSet, outputs: EditedOutputs | RealOutputs) -> ScoredProtocol:
        return score_protocol(
            self.folder,
            self.stamps,
            self.experiment.evaluation,
            self.context,
            task_set,
            outputs,
            title=self.experiment.label,
        )

    def _method_facts(self) -> MethodInfo:
        card = self._card
        if card.kind == "reference":
            return MethodInfo("reference", card.title, "none", None, {})
        editor = self._trained_editor
        notes = dict(editor.model.provenance())
        if card.kind == "classical":
            return MethodInfo("learned", card.title, "none", None, notes)
        if editor.checkpoint is not None:
            return MethodInfo("learned", card.title, editor.checkpoint.origin, editor.checkpoint.sha256, notes)
        if not editor.model.stages():
            has_weights = bool(editor.model.state_dict())
            return MethodInfo("learned", card.title, "pretrained", self._weights_sha256 if has_weights else None, notes)
        if self._bought is None:
            notes |= length_notes(self.requested.method.options, self._num_training_faces)
        else:
            notes["budget"] = self._bought.note
        if self.requested.method.accumulate > 1:
            notes["accumulate"] = f"each batch in {self.requested.method.accumulate} parts, one after another"
        notes |= (
            weights_notes(self._option_weights)
            | start_notes(self.requested.method, editor.begun)
            | take_over_note(self.stamps)
        )
        notes |= self._validation.notes(self.folder)
        return MethodInfo("learned", card.title, "trained", self._weights_sha256, notes)
