"""The runs that a method's name stands for: its seeds, and no others."""

from pathlib import Path

import pytest

from benchmark.results.method_runs import find_contender
from benchmark.results.schema import read_result, write_result
from registry.errors import InputError
from tests.places import DATA

MADE = DATA / "results" / "v1-configuration.json"


def write_seeds(runs: Path, hashes: list[str | None]) -> None:
    made = read_result(MADE)
    for seed, configuration in enumerate(hashes):
        path = runs / "rendered-faces" / "maskgan" / f"seed{seed}" / "result.json"
        write_result(path, made.model_copy(update={"seed": seed, "configuration_sha256": configuration}))


def test_seeds_of_the_same_options_are_one_method_with_older_ones_that_do_not_say_theirs(tmp_path: Path) -> None:
    write_seeds(tmp_path, [None, "1" * 64, "1" * 64])
    assert [run.result.seed for run in find_contender("maskgan", tmp_path).runs] == [0, 1, 2]


def test_seeds_of_other_options_are_refused(tmp_path: Path) -> None:
    write_seeds(tmp_path, [None, "1" * 64, "2" * 64])
    with pytest.raises(InputError, match=r"seed1.* and .*seed2.* are not seeds of one method: maskgan has other opti"):
        find_contender("maskgan", tmp_path)
