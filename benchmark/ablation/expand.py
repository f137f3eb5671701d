"""Expands one experiment to those of its method's ablation study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from benchmark.config.evaluation_spec import Options
from benchmark.config.experiment import Experiment
from benchmark.config.option_types import check_option
from benchmark.config.training_length import put_over
from benchmark.config.variants import variant_changes, variant_name
from registry.cards import Ablation, MethodCard, Option
from registry.errors import InputError, UnknownNameError, unknown


@dataclass(frozen=True)
class Cell:
    """One configuration of a study.

    Attributes:
        name: what the study calls it; the reference has the name on the card.
        changes: levels by option, where they differ from the reference's.
        experiment: the reference's with these changes, in a run folder of its own.
    """

    name: str
    changes: Options
    experiment: Experiment


def expand(reference: Experiment, card: MethodCard, chosen: Sequence[str] = ()) -> list[Cell]:
    """The cells of the study that a method's card proposes, the reference first.

    Args:
        reference: what every cell changes.
        card: its method's.
        chosen: only these factors (or, where the card lists cells, these); empty for all.

    Raises:
        InputError: if the card proposes no study, or a factor, level or cell is not one of the method's.
    """
    plan = card.ablation
    if plan is None:
        raise InputError(f"{card.name} proposes no ablation study: its card has no key `ablation`")
    named = [(plan.reference, {}), *_named_changes(plan, card, reference.method.options, chosen)]
    cells: list[Cell] = []
    for name, changes in named:
        kept = {option: level for option, level in changes.items() if level != reference.method.options[option]}
        if kept or not cells:
            cells.append(Cell(name or _label(card, kept), kept, _changed(reference, card, kept)))
    return _distinct(cells)


def factor_levels(plan: Ablation, options: Mapping[str, Option], chosen: Sequence[str] = ()) -> dict[str, list[Option]]:
    """Levels by factor, the reference's own first, none twice."""
    return {
        name: [options[name], *(level for level in levels if level != options[name])]
        for name, levels in plan.factors.items()
        if name in (chosen or plan.factors)
    }


def _named_changes(
    plan: Ablation, card: MethodCard, options: Mapping[str, Option], chosen: Sequence[str]
) -> Iterator[tuple[str | None, Options]]:
    """Names, where the card gives them, and changes; some may change nothing."""
    listed = plan.cells if plan.design == "list" else plan.factors
    for name in chosen:
        if name not in listed:
            kind = "ablation cell" if plan.design == "list" else "factor"
            raise UnknownNameError(unknown(f"{kind} of {card.name}", name, listed))
    what = f"ablation option of {card.name}"
    for name, level in _every_level(plan):
        check_option(what, name, level, card.options)
    if plan.design == "list":
        yield from ((name, dict(changes)) for name, changes in plan.cells.items() if name in (chosen or plan.cells))
        return
    levels = factor_levels(plan, options, chosen)
    if plan.design == "one-off":
        yield from ((None, {name: level}) for name, each in levels.items() for level in each[1:])
    else:
        yield from ((None, dict(zip(levels, combination, strict=True))) for combination in product(*levels.values()))


def _every_level(plan: Ablation) -> Iterator[tuple[str, Option]]:
    yield from ((name, level) for name, levels in plan.factors.items() for level in levels)
    yield from (pair for changes in plan.cells.values() for pair in changes.items())


def _label(card: MethodCard, changes: Options) -> str:
    name = variant_name(card, changes)
    if name is None:
        raise ValueError("a cell that changes nothing is the reference, which has a name")
    return name


def _changed(reference: Experiment, card: MethodCard, changes: Options) -> Experiment:
    if not changes:
        return reference
    method = reference.method
    before = variant_changes(card, method.variant) if method.variant else {}
    update = {"variant": variant_name(card, {**before, **changes}), "options": put_over(method.options, changes)}
    return Experiment(method=method.model_copy(update=update), evaluation=reference.evaluation)


def _distinct(cells: list[Cell]) -> list[Cell]:
    """The cells without repetitions; none may share a run folder with another."""
    found: dict[str, Cell] = {}
    for cell in cells:
        other = found.setdefault(cell.experiment.label, cell)
        if other.changes != cell.changes:
            raise InputError(
                f"{cell.name!r} and {other.name!r} would both run as {cell.experiment.label}; "
                "leave the options that the study changes out of --set, or list the changes as variants of the card"
            )
    return list(found.values())
