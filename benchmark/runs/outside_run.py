"""The run of edits that were made elsewhere: scored from the files in its folder, which nothing can make again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from benchmark.caching.file_record import FILES, changed_files
from benchmark.evaluation.context import TaskSet
from benchmark.results.import_record import ImportRecord, read_import
from benchmark.results.outside_card import EXTERNAL, kept_card
from benchmark.results.run_folder import CARD, EDITS, IMPORT_SETTINGS
from benchmark.results.schema import Cost
from benchmark.runs.assemble_result import MethodInfo
from benchmark.runs.outside_settings import imported_protocols
from benchmark.runs.possible_protocols import Participation
from benchmark.runs.run import Run
from registry.cards import MethodCard
from registry.errors import InputError

IMPORT_AGAIN = "bench edits import takes them anew"


class OutsideRun(Run):
    """Edits that were made elsewhere, whose folder `import_edits` has filled."""

    def __init__(self, *given: Any, fresh: bool = False, **words: Any) -> None:
        """As a run, but never begun anew."""
        super().__init__(*given, **words)
        if fresh:
            raise InputError(f"{self.folder}: --fresh would throw away edits that were made elsewhere; leave it out")

    @cached_property
    def _card(self) -> MethodCard:
        card = kept_card(self.folder)
        if card is None:
            raise InputError(f"{self.folder} has no {CARD}, and so no edits that were imported; {IMPORT_AGAIN}")
        return card

    @cached_property
    def _participation(self) -> Participation:
        return Participation(self.experiment.evaluation.protocols, {}, (), {})

    def _check(self) -> None:
        _ = self._card, self._task_sets, self.context.judge_facts

    def train(self) -> None:
        """Nothing is trained."""

    def edit(self) -> None:
        """Make sure that the edits of every protocol are there, and are those that were imported.

        Raises:
            InputError: if they are not, or are of other tasks.
        """
        for task_set in self._task_sets:
            self._compare(task_set)

    def _compare(self, task_set: TaskSet) -> None:
        name = task_set.protocol.name
        record = self._record(name)
        if record.tasks_sha256 != task_set.sha256:
            raise InputError(
                f"{self.folder}: its edits under {name} are of other tasks than these settings draw (table "
                f"{record.tasks_sha256[:12]}, not {task_set.sha256[:12]}); the settings of the import are in "
                f"{self.folder / IMPORT_SETTINGS}"
            )
        stamp = self.stamps.get(f"{EDITS}/{name}")
        if stamp is None:
            raise InputError(f"{self.folder}: the hashes of its edits under {name} are lost; {IMPORT_AGAIN}")
        if changed := changed_files(self.folder, stamp[FILES]):
            raise InputError(
                f"{self.folder}: {len(changed)} of {len(stamp[FILES])} files of its edits under {name} are not those "
                f"that were imported, the first {changed[0]}; {IMPORT_AGAIN}"
            )

    def _record(self, protocol: str) -> ImportRecord:
        record = read_import(self.folder, protocol)
        if record is None:
            there = ", ".join(imported_protocols(self.folder)) or "none"
            raise InputError(f"{self.folder} has no edits under {protocol}; those imported are of: {there}")
        return record

    def _cost(self, edited: Sequence[str]) -> Cost:
        return super()._cost(edited).model_copy(update={"parameters": None})

    def _method_facts(self) -> MethodInfo:
        card = self._card
        notes = {f"edits of {name}": self._record(name).sentence for name in self.experiment.evaluation.protocols}
        said = {"made by": card.summary, "licence": card.licence}
        if card.paper is not None:
            said["paper"] = f"{card.paper.title}, {card.paper.venue}"
        return MethodInfo("learned", card.title, EXTERNAL, None, said | notes)
