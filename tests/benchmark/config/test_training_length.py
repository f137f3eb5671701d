"""Lengths of training: epochs and iterations exclude each other, and epochs become iterations over the faces."""

from pathlib import Path

import pytest

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource, read_assignments, read_config
from benchmark.config.training_length import counts_epochs, in_iterations, length_notes, over_faces, put_over
from registry.errors import InputError

SPADE = ConfigSource({"method": "spade"}, COMMAND)


@pytest.mark.parametrize(
    ("epochs", "faces", "batch_size", "iterations"),
    [
        (50, 24_183, 32, 37_786),
        (1, 8, 4, 2),
        (1, 9, 4, 3),
        (0.1, 24_000, 8, 300),
        (0.5, 3, 16, 1),
        (200, 573, 8, 14_325),
    ],
)
def test_epochs_become_iterations_rounded_up(epochs: float, faces: int, batch_size: int, iterations: int) -> None:
    options = {"epochs": epochs, "iterations": 0, "batch_size": batch_size, "lr": 0.1}
    expected = {"epochs": 0, "iterations": iterations, "batch_size": batch_size, "lr": 0.1}
    assert in_iterations(options, faces) == expected
    assert in_iterations(expected, 7) == expected, "iterations are of no dataset"


def test_each_stage_has_a_length_of_its_own() -> None:
    options = {
        "a_epochs": 2.0,
        "a_iterations": 0,
        "a_batch_size": 4,
        "b_epochs": 0.0,
        "b_iterations": 7,
        "b_batch_size": 2,
    }
    resolved = in_iterations(options, 10)
    assert (resolved["a_iterations"], resolved["b_iterations"]) == (5, 7)
    assert length_notes(options, 10) == {"a_iterations": "5: 2 epochs of 10 faces in batches of 4"}


def test_a_length_takes_the_place_of_one_in_the_other_unit() -> None:
    lower = {"epochs": 0.0, "iterations": 9, "batch_size": 4}
    over = put_over(lower, {"epochs": 2})
    assert over == {"epochs": 2, "iterations": 0, "batch_size": 4}
    assert put_over(over, {"iterations": 5}) == {"epochs": 0, "iterations": 5, "batch_size": 4}
    assert put_over(over, {"batch_size": 8}) == {"epochs": 2, "iterations": 0, "batch_size": 8}
    assert put_over(over, over) == over
    assert put_over({"epochs": "of a plug-in"}, {"iterations": 3}) == {"epochs": "of a plug-in", "iterations": 3}


def test_both_units_at_once_are_refused_where_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "both.yaml").write_text("method: spade\noptions: {epochs: 2, iterations: 3}\n")
    sentence = r"both\.yaml, line 2: epochs 2 and iterations 3 both say how long to train: leave one of them out"
    with pytest.raises(InputError, match=sentence):
        resolve([read_config(tmp_path / "both.yaml")])


def test_a_flag_takes_the_place_of_a_length_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("method: spade\noptions: {epochs: 0, iterations: 300}\n")
    options = resolve([read_config(tmp_path / "run.yaml"), read_assignments(["options.epochs=2"])]).method.options
    assert (options["epochs"], options["iterations"]) == (2, 0)


def test_what_is_resolved_resolves_to_itself(tmp_path: Path) -> None:
    requested = resolve([SPADE, ConfigSource({"preset": "paper"}, COMMAND)])
    assert counts_epochs(requested.method.options)
    for number, experiment in enumerate((requested, over_faces(requested, 573))):
        (tmp_path / f"{number}.yaml").write_text(experiment.to_yaml())
        assert resolve([read_config(tmp_path / f"{number}.yaml")]) == experiment


@pytest.mark.parametrize(
    ("words", "epochs", "iterations"),
    [
        (["options.epochs=3"], 3, 0),
        (["options.iterations=3", "preset=paper"], 0, 3),
        (["method=spade+epochs=3"], 3, 0),
        (["method=spade+epochs=3", "options.iterations=4"], 0, 4),
    ],
)
def test_users_write_either(words: list[str], epochs: float, iterations: int) -> None:
    options = resolve([SPADE, read_assignments(words)]).method.options
    assert (options["epochs"], options["iterations"]) == (epochs, iterations)
