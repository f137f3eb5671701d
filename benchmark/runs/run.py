"""One run through its stages, train → edit → score, each skipped when its inputs have not changed."""

from __future__ import annotations

import json
import shutil
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmark.caching.code_version import code_version
from benchmark.caching.fingerprints import TRAINING_CODE, StageState, fingerprint
from benchmark.caching.plugin_source import entry_version
from benchmark.config.experiment import Experiment
from benchmark.config.presets import all_protocols
from benchmark.editing.build_method import Editor, build_editor
from benchmark.editing.edit_tasks import edit_tasks, read_edits
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.evaluation.score_tasks import Outputs, Scores, real_outputs, score_tasks
from benchmark.images.convert import Pixels
from benchmark.results.run_folder import (
    EXPERIMENT,
    RESULT,
    SAMPLES,
    checkpoint_path,
    checkpoints_folder,
    cost_paths,
    edit_path,
    edits_folder,
)
from benchmark.results.schema import Cost, ProtocolResult, Result, write_result
from benchmark.results.task_scores import write_task_scores
from benchmark.runs.assemble_result import NO_COST, MethodInfo, result_of
from benchmark.runs.provenance import write_provenance
from benchmark.runs.sample_sheet import SampleRows, write_samples
from benchmark.runs.up_to_date import FINISHED, finished_result, finished_stamp
from benchmark.runtime.atomic_files import sha256_of, write_text_atomically
from benchmark.runtime.cache_folder import writable
from benchmark.training.checkpoints import read_checkpoint, weights_sha256
from benchmark.training.stage_cache import StageCache
from benchmark.training.train import move_to_device, train
from methods.base import CannotEdit, EditBatch, Stage
from registry.cards import MethodCard
from registry.catalogue import DATASET_CARDS, METHOD_CARDS, PROTOCOL_CARDS
from registry.errors import InputError

SAMPLE_TASKS = 6
KEPT = "kept"
"""Stands in the stamp of a training whose weights outlived a change of the code."""


class Run:
    """A method × dataset × seed, in a folder of its own.

    Args:
        experiment: what to do.
        context: what the runs of the comparison share.
        runs: folder of all runs.
        fresh: forget what the folder holds and begin anew.
        keep_weights: use finished weights that other code trained, and say so in the result.

    Raises:
        InputError: if the folder cannot be written.
    """

    def __init__(
        self,
        experiment: Experiment,
        context: EvaluationContext,
        runs: Path,
        *,
        fresh: bool = False,
        keep_weights: bool = False,
    ) -> None:
        self.experiment = experiment
        self.context = context
        self.runs = runs
        self.keep_weights = keep_weights
        self.folder = experiment.folder(runs)
        if fresh and self.folder.exists():
            self._check()  # what is impossible must not cost the weights that are there
            shutil.rmtree(self.folder)
        writable(self.folder, "run folder")
        self.stamps = StageState(self.folder)

    def _check(self) -> None:
        """Build or open everything that the input could make impossible."""
        _ = self._editor, self.context.compute, self._task_sets, self.context.judge_facts

    @property
    def _card(self) -> MethodCard:
        return METHOD_CARDS.find(self.experiment.method.name).card

    @property
    def _task_sets(self) -> list[TaskSet]:
        return self.context.task_sets(self.experiment.evaluation.protocols)

    def train(self) -> None:
        """Train the method, or load what was trained or published.

        Raises:
            InputError: if the folder holds weights trained otherwise.
        """
        _ = self._trained_editor

    def edit(self) -> None:
        """Edit every task of every protocol."""
        _ = self._editor  # an impossible option shows before hours of packing
        for task_set in self._task_sets:
            self._edit(task_set)

    def score(self) -> Result:
        """Score every protocol's edits, and write the result with its samples and provenance."""
        done = finished_result(self.experiment, self.runs, self.context.weights)
        if done is not None:
            return done
        self._check()
        self.edit()
        protocols: dict[str, ProtocolResult] = {}
        for task_set in self._task_sets:
            name = task_set.protocol.name
            reason = self.stamps.get(f"edits/{name}").get("reason")
            scores = None if reason else self._score(task_set, self._edited_outputs(task_set))
            protocols[name] = protocol_result(task_set, scores, reason)
        protocols |= self._unsupported_protocols()
        result = result_of(self.experiment, self.context, self._method_facts(), protocols, self._cost())
        self._write_samples()
        return self._finish(result)

    def _unsupported_protocols(self) -> dict[str, ProtocolResult]:
        """Protocols that the method takes no part in, for tables to say so; none where the user chose the protocols."""
        card = self._card
        if set(self.experiment.evaluation.protocols) != set(card.protocols):
            return {}
        reason = f"{card.title} takes part in {', '.join(card.protocols)} only"
        every = self.context.task_sets(all_protocols(self.experiment.evaluation).protocols)
        return {
            task_set.protocol.name: protocol_result(task_set, None, reason)
            for task_set in every
            if task_set.protocol.name not in card.protocols
        }

    def _finish(self, result: Result) -> Result:
        facts = self._method_facts()
        weights = {"origin": result.weights_origin, "sha256": result.weights_sha256}
        write_provenance(self.folder, self.context.compute, self.context.dataset, weights, facts.notes)
        write_text_atomically(self.folder / EXPERIMENT, self.experiment.to_yaml())
        write_result(self.folder / RESULT, result)
        self.stamps.put(FINISHED, finished_stamp(self.experiment, self.context.weights))
        return result

    @cached_property
    def _weights_file_sha256(self) -> str | None:
        path = self.experiment.method.checkpoint
        return sha256_of(Path(path)) if path is not None and Path(path).is_file() else None

    @cached_property
    def _training_inputs(self) -> dict[str, Any]:
        return {
            **self.experiment.training_part(),
            "compute": self.context.compute.described,
            "checkpoint": self._weights_file_sha256,
            "data": self.context.dataset.fingerprint,
            "code": fingerprint(
                code_version(TRAINING_CODE), entry_version(METHOD_CARDS.find(self.experiment.method.name))
            ),
        }

    @property
    def _stage_store(self) -> StageCache:
        """Stages of the method's other variants; which options decide a stage, the stage itself says.

        Hardware is among what decides them: other threads round otherwise, and a stage's seconds are its cost there.
        """
        decided_by = {key: each for key, each in self._training_inputs.items() if key not in ("variant", "options")}
        decided_by["hardware"] = self.context.compute.hardware
        return StageCache(self.context.cache / "stages", decided_by)

    @cached_property
    def _editor(self) -> Editor:
        return build_editor(self.experiment)

    @cached_property
    def _trained_editor(self) -> Editor:
        editor = self._editor
        earlier = self.stamps.get("training") or self._training_inputs
        changed = {key for key in self._training_inputs if earlier.get(key) != self._training_inputs[key]}
        finished = all(checkpoint_path(self.folder, stage.name).exists() for stage in _trained_stages(editor))
        if finished:
            changed -= {"compute"}  # finished weights may be used anywhere
        if changed and self._checkpoints:
            only_code = finished and changed == {"code"}
            if not (only_code and self.keep_weights):
                keeping = "--keep-weights edits by them all the same, " if only_code else ""
                raise InputError(
                    f"{self.folder} holds weights trained with other {', '.join(sorted(changed))}; "
                    f"{keeping}--fresh replaces them, --runs keeps them and goes elsewhere"
                )
            self.stamps.put("training", {**earlier, "code": self._training_inputs["code"], KEPT: True})
        if not self._checkpoints:
            self.stamps.put("training", self._training_inputs)
        move_to_device(editor.model, self.context.compute)
        if editor.published_sha256 is None:
            train(
                editor.model,
                self.context.dataset,
                self.folder,
                seed=self.experiment.method.seed,
                compute=self.context.compute,
                reporter=self.context.reporter,
                title=self.experiment.label,
                tensorboard=self.experiment.method.tensorboard,
                store=self._stage_store,
            )
        editor.model.eval()
        return editor

    @cached_property
    def _weights_sha256(self) -> str:
        return weights_sha256(self._trained_editor.model.state_dict())

    @property
    def _checkpoints(self) -> list[Path]:
        return sorted(checkpoints_folder(self.folder).glob("*.pth"), key=lambda path: path.stat().st_mtime)

    def _edits_folder(self, task_set: TaskSet) -> Path:
        return edits_folder(self.folder, task_set.protocol.name)

    def _edit(self, task_set: TaskSet) -> None:
        name = task_set.protocol.name
        stamp = fingerprint(
            self._weights_sha256,
            self._training_inputs,
            self.experiment.evaluation.edit_batch_size,
            task_set.sha256,
            code_version("benchmark.editing.edit_tasks"),
            entry_version(PROTOCOL_CARDS.find(name)),
            entry_version(DATASET_CARDS.find(self.experiment.evaluation.dataset.name)),
        )
        earlier = self.stamps.get(f"edits/{name}") or {}
        folder = self._edits_folder(task_set)
        whole = earlier.get("reason") or all(edit_path(folder, task).exists() for task in task_set.tasks["task"])
        if earlier.get("stamp") == stamp and earlier.get("done") and whole:
            return
        if earlier.get("stamp") != stamp:
            shutil.rmtree(folder, ignore_errors=True)
            self.stamps.put(f"edits/{name}", {"stamp": stamp, "done": False})
        reason = None
        try:
            edit_tasks(
                self._trained_editor.model,
                self._card,
                task_set.protocol,
                self.context.dataset,
                task_set.tasks,
                folder,
                batch_size=self.experiment.evaluation.edit_batch_size,
                seed=self.experiment.method.seed,
                compute=self.context.compute,
                reporter=self.context.reporter,
                title=self.experiment.label,
            )
        except CannotEdit as error:
            reason = str(error)
        self.stamps.put(f"edits/{name}", {"stamp": stamp, "done": True, "reason": reason})

    def _edited_outputs(self, task_set: TaskSet) -> Outputs:
        def give(rows: pd.DataFrame, batch: EditBatch) -> tuple[EditBatch, Pixels]:
            return batch, read_edits(self._edits_folder(task_set), rows, self.context.dataset.size)

        return give

    def _score(self, task_set: TaskSet, outputs: Outputs) -> Scores:
        protocol = task_set.protocol
        scores = score_tasks(
            outputs,
            protocol,
            self.experiment.evaluation.metrics_of(protocol.name),
            self.context.dataset,
            task_set.tasks,
            self.context.judges,
            self.context,
            resources=self.context.resources,
            draws=self.experiment.evaluation.bootstrap_draws,
            reporter=self.context.reporter,
            title=self.experiment.label,
        )
        write_task_scores(self.folder, protocol.name, scores.frame, scores.ratios)
        return scores

    def _method_facts(self) -> MethodInfo:
        card = self._card
        if card.kind == "reference":
            return MethodInfo("reference", card.title, "none", None, {})
        editor = self._trained_editor
        notes = dict(editor.model.provenance())
        if (self.stamps.get("training") or {}).get(KEPT):
            notes["weights"] = "trained by an earlier version of the code, kept by --keep-weights"
        if editor.published_sha256 is not None:
            return MethodInfo("learned", card.title, "published", editor.published_sha256, notes)
        if not _trained_stages(editor):
            has_weights = bool(editor.model.state_dict())
            return MethodInfo("learned", card.title, "pretrained", self._weights_sha256 if has_weights else None, notes)
        return MethodInfo("learned", card.title, "trained", self._weights_sha256, notes)

    def _cost(self) -> Cost:
        found = [json.loads(path.read_text(encoding="utf-8")) for path in cost_paths(self.folder)]
        seconds = [read_checkpoint(path)["meta"]["seconds"] for path in self._checkpoints]
        cost = NO_COST.model_copy(
            update={"device": self.context.compute.hardware, "train_seconds": sum(seconds) if seconds else None}
        )
        if not found:
            return cost
        peaks = [measured["peak_memory_mib"] for measured in found if measured["peak_memory_mib"]]
        return cost.model_copy(
            update={
                "parameters": found[0]["parameters"],
                "flops": found[0]["flops"],
                "edit_ms": float(np.mean([measured["edit_ms"] for measured in found])),
                "peak_memory_mib": max(peaks, default=None),
                "device": found[0]["device"],
            }
        )

    def _write_samples(self) -> None:
        sheets = []
        for task_set in self._task_sets:
            if not self.stamps.get(f"edits/{task_set.protocol.name}").get("reason"):
                rows = task_set.tasks.iloc[:SAMPLE_TASKS]
                outputs = read_edits(self._edits_folder(task_set), rows, self.context.dataset.size)
                sheets.append(
                    SampleRows(task_set.protocol.name, task_set.protocol.batch(self.context.dataset, rows), outputs)
                )
        if sheets:
            dataset, seed = self.experiment.evaluation.dataset.name, self.experiment.method.seed
            write_samples(self.folder / SAMPLES, f"{self.experiment.label} on {dataset}, seed {seed}", sheets)


class RealImages(Run):
    """The real images of the tasks, scored against their own masks and attributes: a row of every table."""

    def _check(self) -> None:
        _ = self._task_sets, self.context.judge_facts

    def edit(self) -> None:
        """Nothing is edited."""

    def score(self) -> Result:
        """Score the real images and write the result."""
        done = finished_result(self.experiment, self.runs, self.context.weights)
        if done is not None:
            return done
        protocols = {
            task_set.protocol.name: real_result(task_set, self._score(task_set, real_outputs(task_set.protocol)))
            for task_set in self._task_sets
        }
        cost = NO_COST.model_copy(update={"device": self.context.compute.hardware})
        return self._finish(result_of(self.experiment, self.context, self._method_facts(), protocols, cost))

    def _method_facts(self) -> MethodInfo:
        return MethodInfo("real", "real images", "none", None, {})


def protocol_result(task_set: TaskSet, scores: Scores | None, reason: str | None) -> ProtocolResult:
    """A protocol's part of the result."""
    return ProtocolResult(
        title=PROTOCOL_CARDS.find(task_set.protocol.name).card.title,
        num_tasks=len(task_set.tasks),
        tasks_sha256=task_set.sha256,
        rule=task_set.protocol.rule,
        metrics={} if scores is None else scores.cells,
        breakdown={} if scores is None else {name: each for name, each in scores.breakdown.items() if each},
        reason=reason,
    )


def real_result(task_set: TaskSet, scores: Scores) -> ProtocolResult:
    """The part of the real images: where they have no figure, the reason is that they are not edits."""
    result = protocol_result(task_set, scores, None)
    cells = {
        name: cell.model_copy(update={"reason": "real images are not edits"}) if cell.value is None else cell
        for name, cell in result.metrics.items()
    }
    return result.model_copy(update={"metrics": cells})


def _trained_stages(editor: Editor) -> list[Stage]:
    return [stage for stage in editor.model.stages() if stage.iterations > 0]
