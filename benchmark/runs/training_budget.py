"""Gives a method the iterations that its training budget buys: measured once, and kept for all seeds of the method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from filelock import FileLock

from benchmark.caching.fingerprints import fingerprint
from benchmark.config.budget import Budget, parse_budget
from benchmark.config.experiment import Experiment
from benchmark.config.training_length import scaled
from benchmark.editing.build_method import build_editor
from benchmark.editing.option_weights import OptionWeights
from benchmark.evaluation.context import EvaluationContext
from benchmark.results.run_folder import BUDGETS
from benchmark.runs.method_budgets import Bought, read_budgets, write_budgets
from benchmark.training.compile_networks import compiled
from benchmark.training.step_cost import step_costs
from methods.base import Stage
from registry.cards import Option
from registry.errors import InputError


def buy(experiment: Experiment, folder: Path, context: EvaluationContext, files: Mapping[str, OptionWeights]) -> Bought:
    """The iterations that an experiment's budget buys; measured where its method's folder has no record of them.

    Stages keep the proportion in which the options have them. Seeds share the record, and so train equally long.

    Args:
        experiment: with a budget, and every length in iterations.
        folder: of the method's seeds.
        context: has the faces, and the device to measure on.
        files: weights files that the method's options name, by option.

    Raises:
        InputError: if the budget is none, buys less than one iteration of the stages, or nothing is trained.
    """
    method = experiment.method
    budget = parse_budget(method.budget or "")
    faces = experiment.evaluation.dataset.model_dump(mode="json")
    later = [*(["compile"] if method.compile else []), *([method.accumulate] if method.accumulate > 1 else [])]
    key = fingerprint(budget.text, method.label, method.options, faces, *later)
    path = folder / BUDGETS
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock")):
        known = read_budgets(path, context.reporter.say)
        if key not in known:
            context.reporter.say(f"{method.label}: measuring what a training step costs")
            model = build_editor(experiment, files).model
            stages = [stage for stage in model.stages() if stage.iterations > 0]
            # operations are counted as torch calls them, which compiled networks hide
            with compiled(model, method.label, method.compile and budget.quantity in ("cpu", "gpu")):
                costs = step_costs(
                    model,
                    context.dataset,
                    budget.quantity,
                    seed=method.seed,
                    compute=context.compute,
                    accumulate=method.accumulate,
                )
            options = within(experiment, budget, stages, costs)
            hardware = context.compute.hardware
            bought = Bought(budget=budget.text, options=options, step_costs=costs, measured_on=hardware)
            context.reporter.say(f"{method.label}: {bought.note}")
            known = {**known, key: bought}
            write_budgets(path, known)
    return known[key]


def within(
    experiment: Experiment, budget: Budget, stages: Sequence[Stage], costs: Mapping[str, float]
) -> dict[str, Option]:
    """The options that say how long to train, as they are within a budget.

    Args:
        experiment: with every length in iterations.
        budget: what the training may cost.
        stages: that train.
        costs: of one step by stage, in the unit of the budget's quantity.

    Raises:
        InputError: if the budget buys less than one iteration of every stage, or nothing is trained.
    """
    label = experiment.label
    whole = sum(stage.iterations * costs[stage.name] for stage in stages)
    if not whole:
        raise InputError(f"budget {budget.text!r}: {label} trains nothing")
    share = budget.amount / whole
    if min(stage.iterations for stage in stages) * share < 0.5:
        raise InputError(f"budget {budget.text!r}: {label} needs more for one iteration of every stage")
    options = scaled(experiment.method.options, share)
    if not options:
        raise InputError(f"budget {budget.text!r}: {label} has no option that says how many iterations it trains")
    return options
