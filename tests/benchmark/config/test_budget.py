"""Training budgets: amounts with units, and the lengths that are a share of others."""

import pytest

from benchmark.config.budget import parse_budget
from benchmark.config.resolve import resolve
from benchmark.config.sources import read_assignments
from benchmark.config.training_length import scaled
from registry.errors import InputError


@pytest.mark.parametrize(
    ("text", "quantity", "amount"),
    [
        ("300cpu-s", "cpu", 300.0),
        ("1.5cpu-min", "cpu", 90.0),
        ("2cpu-h", "cpu", 7200.0),
        ("30gpu-min", "gpu", 1800.0),
        ("2e15flop", "flop", 2e15),
        ("2Pflop", "flop", 2e15),
        ("200k-images", "images", 200_000.0),
        (" 16images ", "images", 16.0),
    ],
)
def test_an_amount_is_read_in_the_unit_of_its_quantity(text: str, quantity: str, amount: float) -> None:
    budget = parse_budget(text)
    assert (budget.quantity, budget.amount, budget.text) == (quantity, amount, text.strip())


@pytest.mark.parametrize("text", ["", "300", "cpu-s", "-3cpu-s", "0cpu-s", "3 parsecs", "1e999flop", "3cpu-s cpu-s"])
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError, match=r"budget .* write an amount above zero with its unit, such as 300cpu-s"):
        parse_budget(text)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["budget=3"], r"--set: budget is an amount with its unit, such as 300cpu-s, not 3"),
        (["budget=3 apples"], r"--set: budget '3 apples': write an amount"),
        (
            ["budget=3cpu-s", "checkpoint=some.pth"],
            r"--set: a budget is for training, and a checkpoint takes its place",
        ),
    ],
)
def test_settings_say_where_a_wrong_one_was_written(words: list[str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        resolve([read_assignments(["method=spade", *words])])


def test_an_experiment_without_one_has_the_settings_of_before_there_were_any() -> None:
    assert "budget" not in resolve([read_assignments(["method=spade"])]).settings()
    within = resolve([read_assignments(["method=spade", "budget=3cpu-s"])])
    assert within.settings()["budget"] == "3cpu-s"


def test_lengths_of_stages_that_train_are_scaled_and_keep_an_iteration() -> None:
    options = {
        **{"a_epochs": 0.0, "a_iterations": 1000, "a_batch_size": 4},
        **{"b_epochs": 0.0, "b_iterations": 0, "b_batch_size": 4},
        **{"iterations": 1, "iterations_of_peace": 7, "lr": 0.1},
    }
    assert scaled(options, 0.3456) == {"a_iterations": 346, "iterations": 1}
