"""Cells: means over seeds, missing figures, flags."""

import math

import pyarrow.parquet
import pytest

from benchmark.results import task_scores
from benchmark.results.task_scores import TaskScores
from benchmark.statistics.bootstrap import bootstrap_interval
from benchmark.statistics.ratios import mean_of_ratios
from benchmark.tables.build_tables import tabulate
from benchmark.tables.table import Column, cell_of_seeds
from reports.leaderboard.wording import details
from reports.leaderboard.write import write_leaderboard
from tests.reports.run_folders import study
from tests.reports.synthetic import METRICS, figure, noise, scored_run

ACCURACY = Column("seg-accuracy", METRICS["seg-accuracy"])
FID = Column("fid", METRICS["fid"])


def test_one_seed_keeps_its_own_interval():
    cell = cell_of_seeds(ACCURACY, [figure(0.9, 0.02)])
    assert (cell.value, cell.low, cell.high, cell.n) == (0.9, 0.88, 0.92, 400)
    assert cell.text == "0.900"
    assert "95% interval 0.880 to 0.920 (bootstrap)" in details(cell)


def test_several_seeds_give_their_mean_and_no_interval():
    cell = cell_of_seeds(ACCURACY, [figure(0.8, 0.02), figure(0.9, 0.02, n=390), figure(0.7, 0.02)])
    assert cell.value == pytest.approx(0.8)
    assert (cell.low, cell.high, cell.n, cell.seeds, cell.seed_range) == (None, None, 390, 3, (0.7, 0.9))
    assert "mean of 3 seeds, which range from 0.700 to 0.900; no interval" in details(cell)


def test_a_seed_without_a_figure_is_left_out_of_the_mean_and_said_so():
    cell = cell_of_seeds(ACCURACY, [figure(0.8, 0.1), figure(None, n=0, reason="disk full"), None])
    assert (cell.value, cell.n, cell.seeds, cell.seeds_run) == (0.8, 400, 1, 3)
    assert cell.low is None, "the interval of one seed is not that of three"
    assert {"1 of 3 seeds have a figure", "disk full"} <= set(details(cell))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([figure(None, n=0, reason="no weights file")], "no weights file"),
        ([figure(math.nan)], "undefined on these images"),
        ([None], "not scored in this run"),
    ],
)
def test_a_missing_figure_is_a_dash_with_its_reason(values, reason):
    cell = cell_of_seeds(ACCURACY, values)
    assert (cell.value, cell.text, cell.reason) == (None, "–", reason)


def test_too_few_images_are_flagged():
    assert cell_of_seeds(FID, [figure(20.0, n=4999)]).flagged
    assert not cell_of_seeds(FID, [figure(20.0, n=5000)]).flagged
    assert not cell_of_seeds(FID, [figure(None, n=0, reason="no weights file")]).flagged


def test_no_negative_zero():
    assert ACCURACY.format(-0.0001) == "0.000"


def test_an_interval_of_several_seeds_nests_them_where_all_have_scores(tmp_path):
    faces = noise(3, 0.0)
    found = [
        scored_run(tmp_path, "a", {"seg-accuracy": mean + faces}, seed=seed)
        for seed, mean in enumerate((0.7, 0.8, 0.9))
    ]
    (table,) = tabulate(found)
    cell = table.rows[0].cells[0]
    tallies = [
        TaskScores(path.parent, "attribute-transfer", made.protocols["attribute-transfer"]) for path, made in found
    ]
    expected = bootstrap_interval([each.tally("seg-accuracy") for each in tallies], mean_of_ratios, tallies[0].faces)
    assert (cell.low, cell.high) == pytest.approx(expected)
    assert cell.high - cell.low > 0.2, "the spread of seeds is in it"
    assert any("seeds nested" in line for line in details(cell))
    (found[2][0].parent / "scores" / "attribute-transfer.parquet").unlink()
    (table,) = tabulate(found)
    assert (table.rows[0].cells[0].low, table.rows[0].cells[0].value) == (None, pytest.approx(cell.value))


@pytest.mark.integration
def test_each_score_file_is_opened_once_however_many_need_it(tmp_path, monkeypatch):
    found = study(tmp_path / "runs")
    opened = []

    class Counted(pyarrow.parquet.ParquetFile):
        def __init__(self, path):
            opened.append(path)
            super().__init__(path)

    monkeypatch.setattr(task_scores.pq, "ParquetFile", Counted)
    write_leaderboard(found, tmp_path / "out")
    of_edits = [path for path in (tmp_path / "runs").rglob("*.parquet") if "real" not in path.parts]
    assert sorted(opened) == sorted(of_edits)
