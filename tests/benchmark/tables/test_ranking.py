"""Ranks by win rates: who leads, who shares, who has none and why."""

import numpy as np
import pytest

from benchmark.results.find_results import FinishedRun
from benchmark.statistics.win_rates import rank_methods
from benchmark.tables.build_tables import tabulate
from benchmark.tables.ranking import RANK, WIN_RATE
from reports.leaderboard.wording import details, legend, remarks
from tests.reports.synthetic import METRICS, facts, figure, noise, result, runs, scored_run


def ranked(table):
    """Rank, win rate and its interval, by method."""
    assert table.columns[:2] == (RANK, WIN_RATE)
    return {row.label: (row.cells[0].value, row.cells[1]) for row in table.rows}


def test_a_method_that_wins_everywhere_leads_and_those_told_apart_by_nothing_share(tmp_path):
    faces = noise(0, 0.0)

    def made(method, accuracy, color):
        noises = [noise(ord(method) + step, 0, 0.02) for step in (0, 50)]
        scores = {"seg-accuracy": accuracy + faces + noises[0], "style-color": color + faces + noises[1]}
        return scored_run(tmp_path, method, scores)

    (table,) = tabulate([made("a", 0.95, 2.0), made("b", 0.8, 4.0), made("c", 0.8, 4.0)])
    found = ranked(table)
    assert {name: rank for name, (rank, _) in found.items()} == {"a": 1, "b": 2, "c": 2}
    lead = found["a"][1]
    assert (lead.value, lead.low, lead.high) == (1.0, 1.0, 1.0)
    shared = found["b"][1]
    assert shared.low < shared.value < shared.high
    assert any(line.startswith("95% interval") and "seeds nested" in line for line in details(shared))
    assert [entry.mark for entry in legend(table)][-1] == "Rank"


def test_rates_are_those_of_rank_methods_over_the_means_of_seeds(tmp_path):
    scores = {name: [noise(ord(name) + seed, 0.8) for seed in range(2)] for name in "abc"}
    found = [
        scored_run(tmp_path, name, {"seg-accuracy": values}, seed=seed)
        for name, each in scores.items()
        for seed, values in enumerate(each)
    ]
    merits = np.array([[np.mean(each)] for each in scores.values()])
    expected = [rank.win_rate for rank in rank_methods(merits, merits[None])]
    (table,) = tabulate(found)
    assert [cell.value for _, cell in ranked(table).values()] == expected


def test_not_editing_is_set_against_the_ranked_and_a_metric_without_an_axis_has_no_vote(tmp_path):
    """An axis has one vote: not editing wins two of its metrics, and no other."""
    metrics = METRICS | {name: facts(name) for name in ("attribute-accuracy", "psnr-background", "of-a-plug-in")}
    metrics["ssim-background"] = facts("ssim-background", axis="preservation")

    def made(method, edited, kept, **changes):
        scores = {
            "attribute-accuracy": noise(1, edited),
            "psnr-background": noise(2, kept),
            "ssim-background": noise(3, kept),
            "of-a-plug-in": noise(4, kept),
        }
        return scored_run(tmp_path, method, scores, metrics=metrics, **changes)

    learned = [made("a", 0.9, 0.5), made("b", 0.5, 0.6)]
    copy = made("copy-target", 0.0, 1.0, kind="reference", weights_origin="none")
    (table,) = tabulate([*learned, copy])
    found = ranked(table)
    assert {name: rate.value for name, (_, rate) in found.items()} == {"a": 0.5, "b": 0.5, "copy-target": 0.5}
    assert found["copy-target"][0] is None
    assert found["copy-target"][1].reason == "the share of the ranked methods that this one, which is not ranked, beats"
    assert {name: [column.id for column in columns] for name, columns in table.axes.items()} == {
        "edit success": ["attribute-accuracy"],
        "preservation": ["psnr-background", "ssim-background"],
    }
    assert [column.id for column in table.voteless] == ["of-a-plug-in"]
    assert ranked(tabulate(learned)[0])["a"][1] == found["a"][1]


def test_likeness_of_the_whole_image_votes_only_where_that_of_the_edited_region_has_no_figures(tmp_path):
    metrics = METRICS | {name: facts(name) for name in ("psnr-oracle", "psnr-region")}

    def made(folder, method, whole, **region):
        return scored_run(tmp_path / folder, method, {"psnr-oracle": noise(1, whole), **region}, metrics=metrics)

    both = [
        made("both", name, whole, **{"psnr-region": noise(2, region)})
        for name, whole, region in (("a", 0.9, 0.1), ("b", 0.1, 0.9))
    ]
    (table,) = tabulate(both)
    assert {name: rate.value for name, (_, rate) in ranked(table).items()} == {"a": 0, "b": 1}
    (table,) = tabulate([made("whole", "a", 0.9), made("whole", "b", 0.1)])
    assert {name: rate.value for name, (_, rate) in ranked(table).items()} == {"a": 1, "b": 0}


def test_one_without_scores_and_those_that_learn_nothing_have_none(tmp_path):
    found = [scored_run(tmp_path, name, {"seg-accuracy": noise(ord(name), 0.9)}) for name in "abc"]
    found.append(
        scored_run(tmp_path, "copy", {"seg-accuracy": noise(1, 0.99)}, kind="reference", weights_origin="none")
    )
    (found[1][0].parent / "scores" / "attribute-transfer.parquet").unlink()
    (table,) = tabulate(found)
    assert {name for name, (rank, _) in ranked(table).items() if rank is not None} == {"a", "c"}
    reasons = {row.label: row.cells[0].reason for row in table.rows}
    assert reasons["b"] == "no per-task scores that can be used; score the runs again"
    assert reasons["copy"] == "only learned methods are ranked"
    assert {row.cells[0].text for row in table.rows if row.label in ("b", "copy")} == {"–"}


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        (["a"], "No rank: there is no other learned method."),
        (["a", "b"], "No rank: fewer than two learned methods have per-task scores"),
    ],
)
def test_where_nobody_can_be_ranked_there_is_no_column_and_a_sentence(methods, said):
    (table,) = tabulate(runs(*(result(method, {"seg-accuracy": figure(0.9)}) for method in methods)))
    assert RANK not in table.columns
    assert any(line.startswith(said) for line in remarks(table))


def without_figures(run: FinishedRun) -> FinishedRun:
    """The run as that of a method which could not do the edits."""
    ((name, scored),) = run.result.protocols.items()
    none = {"seg-accuracy": figure(None, reason="it takes no mask")}
    protocols = {name: scored.model_copy(update={"metrics": none, "scores_sha256": None})}
    (run.path.parent / "scores" / f"{name}.parquet").unlink()
    return run._replace(result=run.result.model_copy(update={"protocols": protocols}))


def test_one_that_can_do_nothing_here_is_nobody_s_rival(tmp_path):
    able = scored_run(tmp_path, "a", {"seg-accuracy": noise(1, 0.9)})
    unable = without_figures(scored_run(tmp_path, "b", {"seg-accuracy": noise(3, 0.9)}))
    (table,) = tabulate([able, unable])
    assert "No rank: there is no other learned method." in remarks(table)
    (table,) = tabulate([able, scored_run(tmp_path, "c", {"seg-accuracy": noise(2, 0.8)}), unable])
    assert {row.label: row.cells[0].reason for row in table.rows}["b"] == "it has no figure here"


def test_a_table_of_whole_sets_alone_says_so():
    (table,) = tabulate(runs(*(result(method, {"fid": figure(20.0)}) for method in "ab")))
    assert "No rank: the table has no metric of single images that names its axis." in remarks(table)


def test_methods_that_share_no_metric_are_not_ranked(tmp_path):
    of_each = {"a": "seg-accuracy", "b": "psnr-oracle"}
    metrics = METRICS | {"psnr-oracle": facts("psnr-oracle")}
    found = [scored_run(tmp_path, name, {metric: noise(1, 0.9)}, metrics=metrics) for name, metric in of_each.items()]
    (table,) = tabulate(found)
    assert "No rank: no two learned methods have per-task scores of the same metric." in remarks(table)
    assert "Rank" not in [entry.mark for entry in legend(table)]


def test_the_rule_names_the_axes_that_ranks_rest_on(tmp_path):
    metrics = METRICS | {"psnr-background": facts("psnr-background"), "ssim-background": facts("ssim-background")}

    def made(name):
        scores = {metric: noise(ord(name), 0.9) for metric in ("seg-accuracy", "psnr-background", "ssim-background")}
        return scored_run(tmp_path, name, scores, figures={"style-color": figure(3.0)}, metrics=metrics)

    found = [made(name) for name in "ab"]
    (table,) = tabulate(found)
    (rule,) = [entry.meaning for entry in legend(table) if entry.mark == "Rank"]
    assert "Axes: mask fidelity (Pixel accuracy), preservation (psnr-background; ssim-background). Metrics" in rule


def test_references_alone_are_not_missed_a_rank():
    (table,) = tabulate(runs(result("copy", kind="reference", weights_origin="none")))
    assert not any(line.startswith("No rank") for line in remarks(table))
