"""The runs that a method's name stands for: its seeds, and no others."""

from pathlib import Path

import pytest

from benchmark.results.comparability import SAME_TASKS_AND_FACES, IncomparableError, check_comparable
from benchmark.results.find_results import FinishedRun
from benchmark.results.method_runs import find_method, group_by_method
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
    assert [run.result.seed for run in find_method("maskgan", tmp_path).runs] == [0, 1, 2]


def test_seeds_of_other_options_are_refused(tmp_path: Path) -> None:
    write_seeds(tmp_path, [None, "1" * 64, "2" * 64])
    with pytest.raises(InputError, match=r"seed1.* and .*seed2.* are not seeds of one method: maskgan has other opti"):
        find_method("maskgan", tmp_path)


def run_of(**changes: object) -> FinishedRun:
    return FinishedRun(Path(f"{len(changes)}/result.json"), read_result(MADE).model_copy(update=changes))


def test_runs_are_grouped_by_what_the_seeds_of_a_method_share() -> None:
    hashes = {0: "1" * 64, 1: "2" * 64, 2: "1" * 64}
    seeds = [run_of(seed=seed, configuration_sha256=hashes[seed]) for seed in (2, 1, 0)]
    others = [run_of(seed=0, preset="paper"), run_of(seed=0, method="other")]
    found = group_by_method([*seeds, *others])
    assert [method.seeds for method in found] == [(0, 2), (1,), (0,), (0,)]
    assert found[-1].label == "other"


def test_edits_can_be_shown_together_however_they_were_scored() -> None:
    made = read_result(MADE)
    protocol = next(iter(made.protocols))
    judged = {name: judge.model_copy(update={"weights_sha256": "0" * 64}) for name, judge in made.judges.items()}
    both = [FinishedRun(MADE, made), run_of(judges=judged)]
    with pytest.raises(IncomparableError, match=r"cannot be compared under .*: weights of judge"):
        check_comparable(both, protocol)
    check_comparable(both, protocol, SAME_TASKS_AND_FACES)
    both[1] = run_of(dataset="another")
    with pytest.raises(IncomparableError, match=r"cannot be shown together under .*: dataset is"):
        check_comparable(both, protocol, SAME_TASKS_AND_FACES)
