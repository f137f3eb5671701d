"""Runs that must not share a table: refused by name, or set apart when asked."""

import pytest
from tests.reports.synthetic import METRICS, dataset_facts, facts, figure, judge, protocol, result, runs

from benchmark.tables.build_tables import tabulate
from benchmark.tables.contenders import contestants
from benchmark.results.comparability import IncomparableError
from reports.leaderboard.wording import remarks

PROTOCOL = "attribute-transfer"
OTHERS = {
    "task table is aaaaaaaaaaaa, not 000000000000": {
        "protocols": {PROTOCOL: protocol({"seg-accuracy": figure(0.8)}, tasks_sha256="0" * 64)}
    },
    "dataset fingerprint is ffffffffffff, not 000000000000": {"dataset_facts": dataset_facts(fingerprint="0" * 64)},
    "image size is '64', not '128'": {"dataset_facts": dataset_facts(size=128)},
    "resize policy is 'area', not 'bicubic'": {"dataset_facts": dataset_facts(resize_policy="bicubic")},
    "weights of judge 'parser' is bbbbbbbbbbbb, not 000000000000": {"judges": {"parser": judge("0" * 64)}},
    "direction of metric 'seg-accuracy' is 'up', not 'down'": {
        "metrics": METRICS | {"seg-accuracy": facts("Pixel accuracy", "down")}
    },
}


@pytest.mark.parametrize(("difference", "changes"), OTHERS.items())
def test_runs_that_differ_are_refused_by_name(difference, changes):
    with pytest.raises(IncomparableError) as refused:
        tabulate(runs(result("a"), result("b", **changes)))
    assert difference in str(refused.value)
    assert "runs/0/result.json" in str(refused.value)
    assert "runs/1/result.json" in str(refused.value)


@pytest.mark.parametrize("changes", OTHERS.values())
def test_runs_that_differ_can_be_set_apart(changes):
    tables = tabulate(runs(result("a"), result("b", **changes), result("c"), result("d", **changes)), allow_mixed=True)
    assert [[row.label for row in table.rows] for table in tables] == [["a", "c"], ["b", "d"]]
    assert [table.part for table in tables] == [(1, 2), (2, 2)]
    assert any("Kept apart from table 1" in line for line in remarks(tables[1]))


def test_the_same_seed_twice_is_refused_since_it_would_count_as_two():
    with pytest.raises(IncomparableError, match="both are seed 0 of a"):
        tabulate(runs(result("a"), result("a")))


def of_options(hashed: str | None, seed: int, label: str = "a"):
    return result(label, seed=seed, configuration_sha256=hashed)


def test_seeds_with_other_options_are_not_averaged_as_one_method():
    found = runs(of_options("1" * 64, 0), of_options("2" * 64, 1), of_options("1" * 64, 2))
    with pytest.raises(IncomparableError, match=r"a \(small\) has other options or another checkpoint in each"):
        tabulate(found)
    tables = tabulate(found, allow_mixed=True)
    assert [[row.seeds for row in table.rows] for table in tables] == [[(0, 2)], [(1,)]]
    assert "has other options" in tables[1].apart[0]
    both = [contestants(table, found) for table in tables]
    assert [[run.result.seed for run in one[0].contender.runs] for one in both] == [[0, 2], [1]]


def test_an_older_result_that_does_not_say_its_options_keeps_its_place():
    (table,) = tabulate(runs(of_options(None, 0), of_options("1" * 64, 1), of_options("1" * 64, 2)))
    assert [row.seeds for row in table.rows] == [(0, 1, 2)]


def test_two_methods_need_not_share_options():
    (table,) = tabulate(runs(of_options("1" * 64, 0), of_options("2" * 64, 0, "b")))
    assert len(table.rows) == 2


def test_another_dataset_is_another_table_not_a_difference():
    other = result("b", dataset="celebamask-hq", dataset_facts=dataset_facts(fingerprint="0" * 64))
    assert len(tabulate(runs(result("a"), other))) == 2


def test_another_unit_of_a_cost_keeps_nobody_apart_and_both_are_printed_in_one():
    raw = METRICS | {"parameters": facts("Parameters", "down", decimals=0, level="cost")}
    (table,) = tabulate(runs(result("a"), result("b", metrics=raw)))
    place = [column.id for column in table.columns].index("parameters")
    assert [row.cells[place].text for row in table.rows] == ["1.25", "1.25"]


def test_a_judge_that_only_one_run_has_keeps_nobody_apart():
    judges = {"parser": judge(), "identity": judge("0" * 64)}
    assert len(tabulate(runs(result("a"), result("b", judges=judges)))) == 1


def by_weights(sha256: str | None) -> dict:
    return {"metrics": METRICS | {"fid": facts("FID", "down", level="set", weights_sha256=sha256)}}


def test_figures_by_two_weights_files_never_share_a_table():
    published, other = result("a", **by_weights("1" * 64)), result("b", **by_weights("2" * 64))
    with pytest.raises(IncomparableError, match="weights of metric 'fid' is 111111111111, not 222222222222"):
        tabulate(runs(published, other))
    assert len(tabulate(runs(published, other), allow_mixed=True)) == 2


def test_a_run_without_the_weights_file_stands_beside_one_that_had_it():
    assert len(tabulate(runs(result("a", **by_weights("1" * 64)), result("b", **by_weights(None))))) == 1
