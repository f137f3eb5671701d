"""The methods that edit a photograph: those of finished runs, and those that need no training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.editing.edit_arrays import LoadedMethod
from benchmark.editing.load_method import load_method
from benchmark.results.method_runs import find_method
from benchmark.results.run_folder import EXPERIMENT
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError


@dataclass(frozen=True)
class ChosenMethod:
    """A method that was named.

    Attributes:
        label: what it is called.
        run: the finished run that its weights are of; None of a method that needs none.
    """

    label: str
    run: Path | None

    def load(self, size: int | None, device: str) -> LoadedMethod:
        """Load it.

        Args:
            size: side in pixels, where no run says it.
            device: where it runs.
        """
        sized = {} if size is None or self.run is not None else {"dataset": {"size": size}}
        return load_method(self.label, self.run, [ConfigSource(sized, COMMAND)], device)


def choose_methods(names: Sequence[str], runs: Path, dataset: str | None) -> list[ChosenMethod]:
    """The methods of names, of each the run of its lowest seed.

    Args:
        names: methods with their variants, or run folders; a method that has no run needs no training.
        runs: folder of all runs.
        dataset: the dataset, where methods have runs on several.

    Raises:
        InputError: if a method is unknown, named twice, without a run that it needs, or edits were made elsewhere.
    """
    chosen = [_chosen(name, runs, dataset) for name in names]
    labels = [method.label for method in chosen]
    if twice := next((label for label in labels if labels.count(label) > 1), None):
        raise InputError(f"--method {twice} is named twice")
    return chosen


def load_all(chosen: Sequence[ChosenMethod], device: str) -> list[LoadedMethod]:
    """The methods, those without a run at the largest size of the others."""
    with_run = {method: method.load(None, device) for method in chosen if method.run is not None}
    size = max((loaded.size for loaded in with_run.values()), default=None)
    return [with_run[method] if method in with_run else method.load(size, device) for method in chosen]


def _chosen(name: str, runs: Path, dataset: str | None) -> ChosenMethod:
    plain = name.partition("+")[0]
    card = METHOD_CARDS.find(plain).card if plain in METHOD_CARDS else None
    try:
        found = find_method(name, runs, dataset)
    except InputError:
        if card is None or card.kind == "learned":
            raise
        return ChosenMethod(name, None)
    folder = found.runs[0].path.parent
    if found.first.weights_origin == "external" or not (folder / EXPERIMENT).is_file():
        raise InputError(f"the edits of {name} were made elsewhere, and no method here makes more of them")
    return ChosenMethod(found.label, folder)
