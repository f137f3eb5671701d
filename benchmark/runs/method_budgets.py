"""The file of the iterations that training budgets buy a method, which all of its seeds share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from benchmark.config.experiment import Experiment
from benchmark.runtime.checked_files import DamagedFileError, read_checked_json, write_checked_json
from registry.cards import Option


class Bought(BaseModel):
    """The iterations that a budget buys.

    Attributes:
        budget: as it was written.
        options: those that say how long to train, as they are within the budget.
        step_costs: cost of one step by stage, in the unit of the budget's quantity.
        measured_on: the hardware.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    budget: str
    options: dict[str, Option]
    step_costs: dict[str, float]
    measured_on: str

    def spent_by(self, experiment: Experiment) -> Experiment:
        """The experiment with these lengths of training in the budget's place."""
        method = experiment.method
        options = {**method.options, **self.options}
        return experiment.model_copy(update={"method": method.model_copy(update={"options": options, "budget": None})})

    @property
    def note(self) -> str:
        """What a result says of it."""
        lengths = ", ".join(f"{name} {value}" for name, value in self.options.items())
        costs = ", ".join(f"{stage} {cost:.3g}" for stage, cost in self.step_costs.items())
        return f"{self.budget} ({lengths}), by the measured cost of a step on {self.measured_on}: {costs}"


class Budgets(BaseModel):
    """The file: what was bought, by a hash of what it was bought for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bought: dict[str, Bought] = {}


def read_budgets(path: Path, say: Callable[[str], None]) -> dict[str, Bought]:
    """What was bought so far, by keys; nothing where there is no such file, or it was damaged, which is said."""
    try:
        return Budgets.model_validate(read_checked_json(path, required=False)).bought
    except FileNotFoundError:
        return {}
    except DamagedFileError as error:
        say(f"{error}; what a step costs is measured anew")
    except ValidationError as error:
        say(f"{path} has no record of budgets ({error.errors()[0]['msg']}); what a step costs is measured anew")
    return {}


def write_budgets(path: Path, bought: Mapping[str, Bought]) -> None:
    """Write what was bought, by keys, atomically."""
    write_checked_json(path, Budgets(bought=dict(bought)).model_dump(mode="json"))
