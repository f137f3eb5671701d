"""`bench compare`: figures, seeds, refusals, on runs that real commands made in seconds."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmark.comparison.compare_metric import MetricComparison
from benchmark.results.schema import MetricInfo, read_result
from tests.commands import TINY, TINY_METHOD, bench, settings

WORDS = ("--plugin", TINY_METHOD, *TINY, *settings("dataset.size=32"))


@pytest.fixture(scope="module")
def made(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of a learned method from three seeds, of the reference methods, and of the real images."""
    runs = tmp_path_factory.mktemp("compare") / "runs"
    outcome = bench("run", "--method", "tiny", "--seed", "0..2", *WORDS, "--runs", runs)
    assert outcome.code == 0, outcome.err
    return runs


@pytest.fixture
def runs(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that a test may damage; its results are of the form that did not have the hash of the scores yet."""
    monkeypatch.chdir(tmp_path)
    copy = Path(shutil.copytree(made, tmp_path / "runs"))
    for path in copy.rglob("result.json"):
        content = json.loads(path.read_text())
        for protocol in content["protocols"].values():
            del protocol["scores_sha256"]
        path.write_text(json.dumps(content))
    return copy


def compared(*words: str | Path) -> dict[str, Any]:
    outcome = bench("compare", *words, "--json")
    assert outcome.code == 0, outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def refused(*words: str | Path) -> str:
    outcome = bench("compare", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.strip().splitlines()) == 1, outcome.err
    return outcome.sentence


def match_of(found: dict[str, Any], metric: str, protocol: str = "style-copy") -> dict[str, Any]:
    (match,) = [each for each in found["matches"] if (each["metric"], each["protocol"]) == (metric, protocol)]
    return dict(match)


def run_folder(runs: Path, method: str, seed: int = 0) -> Path:
    return runs / "rendered-faces" / method / f"seed{seed}"


def change_result(runs: Path, method: str, change: Callable[[dict[str, Any]], None], seed: int = 0) -> Path:
    path = run_folder(runs, method, seed) / "result.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    return path


def test_values_are_those_of_the_results_and_the_sign_says_who_is_better(runs: Path) -> None:
    found = compared("oracle", "copy-source")
    results = [
        json.loads((run_folder(runs, method) / "result.json").read_text()) for method in ("oracle", "copy-source")
    ]
    for metric, sign in (("psnr-oracle", 1), ("style-color", -1), ("seg-miou", 1), ("frechet-judge", -1)):
        match = match_of(found, metric)
        ours, theirs = (each["protocols"]["style-copy"]["metrics"][metric]["value"] for each in results)
        assert (match["a"]["value"], match["b"]["value"]) == pytest.approx((ours, theirs))
        assert match["gain"] == pytest.approx(sign * (ours - theirs))
    other = compared("copy-source", "oracle")
    for one in found["matches"]:
        mirrored = match_of(other, one["metric"], one["protocol"])
        assert one["p_value"] == mirrored["p_value"]
        assert (one["gain"] is None) == (mirrored["gain"] is None)
        if one["gain"] is not None:
            assert one["gain"] == pytest.approx(-mirrored["gain"])
        if one["low"] is not None:
            assert (one["low"], one["high"]) == pytest.approx((-mirrored["high"], -mirrored["low"]))


def test_a_gain_that_is_printed_as_0_is_nobody_s_lead() -> None:
    facts = MetricInfo(title="PSNR", direction="up", unit="dB", decimals=2, level="image", min_n=1, citation="")
    match = MetricComparison("style-copy", "psnr-oracle", facts, gain=0.006, holm_p=0.04)
    assert (match.better, replace(match, gain=-0.006).better) == ("a", "b")
    faint = replace(match, gain=0.004)
    assert (faint.is_significant, faint.is_below_the_last_digit, faint.better) == (True, True, None)
    assert replace(match, holm_p=0.05).better is None


def test_runs_whose_metric_has_another_number_of_parts_are_not_compared(runs: Path) -> None:
    path = run_folder(runs, "copy-source") / "scores" / "style-copy.parquet"
    table = pq.read_table(path)
    ratios = json.loads(table.schema.metadata[b"ratios"])
    ratios["psnr-oracle"] *= 2
    pq.write_table(table.replace_schema_metadata({b"ratios": json.dumps(ratios).encode()}), path)
    match = match_of(compared("oracle", "copy-source", "--metrics", "psnr-oracle"), "psnr-oracle")
    assert (match["gain"], match["reason"]) == (None, "the runs were scored in different parts")


def test_a_comparison_is_the_same_every_time(runs: Path) -> None:
    words = ("tiny", "oracle", "--protocol", "style-copy")
    assert compared(*words) == compared(*words)


def test_all_seeds_of_a_method_are_taken(runs: Path) -> None:
    words = ("--protocol", "style-copy", "--metrics", "psnr-oracle")
    every = compared("tiny", "copy-target", *words)
    assert every["a"]["seeds"] == [0, 1, 2]
    assert every["notes"] == ["intervals and p-values speak of other test faces and other training seeds"]
    singles = [
        match_of(compared(run_folder(runs, "tiny", seed), "copy-target", *words), "psnr-oracle") for seed in range(3)
    ]
    match = match_of(every, "psnr-oracle")
    assert match["a"]["value"] == pytest.approx(np.mean([each["a"]["value"] for each in singles]))


def test_a_folder_of_seeds_is_the_method(runs: Path) -> None:
    words = ("oracle", "--protocol", "style-copy")
    by_name, by_folder = compared("tiny", *words), compared(runs / "rendered-faces" / "tiny", *words)
    assert by_folder["matches"] == by_name["matches"]


def test_with_one_seed_it_says_that_it_knows_nothing_of_training(runs: Path) -> None:
    found = compared(run_folder(runs, "tiny", 1), "oracle", "--metrics", "seg-miou")
    assert found["notes"] == ["test-set variation only, since tiny has one seed"]
    outcome = bench("compare", run_folder(runs, "tiny", 1), "oracle", "--metrics", "seg-miou")
    assert "test-set variation only, since tiny has one seed." in outcome.out


def test_set_metrics_go_by_the_spread_of_seeds(runs: Path) -> None:
    spread = match_of(compared("tiny", "oracle", "--metrics", "frechet-judge"), "frechet-judge")
    figures = [
        json.loads((run_folder(runs, "tiny", seed) / "result.json").read_text())["protocols"]["style-copy"]["metrics"]
        for seed in range(3)
    ]
    values = np.array([each["frechet-judge"]["value"] for each in figures])
    half = 4.302653 * values.std(ddof=1) / math.sqrt(3)
    assert (spread["low"], spread["high"]) == pytest.approx((spread["gain"] - half, spread["gain"] + half), rel=1e-5)
    assert 0 < spread["p_value"] < 1


@pytest.mark.parametrize(
    ("kept", "method", "reason"),
    [
        ((0, 1), "tiny", "a set metric needs 3 seeds for an interval and a p-value; tiny has 2"),
        ((0,), "copy-target", "a set metric varies over training seeds alone, and neither method is trained"),
    ],
)
def test_set_metrics_of_few_seeds_have_no_p(runs: Path, kept: tuple[int, ...], method: str, reason: str) -> None:
    for seed in {0, 1, 2} - set(kept):
        shutil.rmtree(run_folder(runs, "tiny", seed))
    match = match_of(compared(method, "oracle", "--metrics", "frechet-judge"), "frechet-judge")
    assert match["gain"] is not None
    assert (match["p_value"], match["low"], match["reason"]) == (None, None, reason)


def test_a_seed_without_the_protocol_is_left_out_and_said_so(runs: Path) -> None:
    change_result(runs, "tiny", lambda result: result["protocols"].pop("style-copy"), seed=2)
    found = compared("tiny", "oracle", "--protocol", "style-copy")
    assert "tiny has no figures under style-copy of seed 2, which is left out" in found["notes"]
    assert match_of(found, "frechet-judge")["reason"].endswith("tiny has 2")


def test_holm_counts_every_p_of_the_command(runs: Path) -> None:
    found = compared("tiny", "oracle")
    tested = [each for each in found["matches"] if each["p_value"] is not None]
    assert found["num_tests"] == len(tested) > 10
    least = min(tested, key=lambda each: each["p_value"])
    assert least["holm_p"] == pytest.approx(min(1, least["p_value"] * len(tested)))
    (alone,) = compared("tiny", "oracle", "--protocol", least["protocol"], "--metrics", least["metric"])["matches"]
    assert alone["holm_p"] == alone["p_value"] == least["p_value"]


def test_a_figure_that_one_method_lacks_is_missing_with_its_reason(runs: Path) -> None:
    match = match_of(compared("real", "oracle", "--metrics", "psnr-oracle,seg-accuracy"), "psnr-oracle")
    assert (match["gain"], match["p_value"], match["reason"]) == (None, None, "real: real images are not edits")
    change_result(runs, "oracle", lambda result: result["protocols"]["style-copy"]["metrics"].pop("seg-miou"))
    assert (
        match_of(compared("tiny", "oracle", "--metrics", "seg-miou"), "seg-miou")["reason"]
        == "oracle seed 0 was not scored with it"
    )


def test_the_table_shows_every_metric_and_fits_no_terminal(runs: Path) -> None:
    outcome = bench("compare", "tiny", "oracle", "--protocol", "style-copy")
    assert outcome.code == 0
    for words in ("style-copy on rendered-faces", "tiny, 3 seeds", "seg-miou ↑", "style-color ↓", "Holm p"):
        assert words in outcome.out
    assert "attribute-transfer" not in outcome.out


class TestRefusals:
    """What cannot be compared is refused in one sentence."""

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("tiny tiny", "tiny and tiny are the same run, runs/rendered-faces/tiny/seed0; name two"),
            ("tiny orcale", "unknown method of the runs in runs 'orcale'; did you mean 'oracle'"),
            ("tiny absent/oracle", "absent/oracle holds no result.json, and no seed*/result.json"),
            ("tiny oracle --runs absent", "runs folder absent does not exist"),
            (
                "tiny oracle --dataset rendred",
                "unknown dataset of the runs in runs 'rendred'; did you mean 'rendered-faces'?",
            ),
            ("tiny oracle --metrics seg-mio", "unknown metric of these runs 'seg-mio'; did you mean 'seg-miou'"),
            (
                "tiny oracle --protocol style-cpy",
                "unknown protocol of these runs 'style-cpy'; did you mean 'style-copy'",
            ),
        ],
    )
    def test_a_mistaken_name(self, runs: Path, words: str, said: str) -> None:
        assert refused(*words.split()).startswith(said)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda result: result["protocols"]["style-copy"].update(tasks_sha256="0" * 64), "task table is "),
            (lambda result: result["dataset_facts"].update(resize_policy="bicubic"), "resize policy is "),
            (
                lambda result: result["judges"]["parser"].update(weights_sha256="0" * 64),
                "weights of judge 'parser' is ",
            ),
        ],
    )
    def test_runs_that_were_not_scored_alike(
        self, runs: Path, change: Callable[[dict[str, Any]], None], said: str
    ) -> None:
        changed = change_result(runs, "oracle", change)
        sentence = refused("tiny", "oracle", "--protocol", "style-copy")
        assert sentence.startswith("runs/rendered-faces/tiny/seed0/result.json and ")
        assert str(changed.relative_to(runs.parent)) in sentence
        assert said in sentence

    def test_a_seed_of_another_preset_is_no_seed_of_the_method(self, runs: Path) -> None:
        change_result(runs, "tiny", lambda result: result.update(preset="paper"), seed=2)
        assert refused("tiny", "oracle").endswith("are not seeds of one method")

    def test_a_seed_with_other_options_is_no_seed_of_the_method(self, runs: Path) -> None:
        found = {path.parts[-3]: read_result(path) for path in runs.glob("*/*/seed0/result.json")}
        assert found["tiny"].configuration_sha256 != found["oracle"].configuration_sha256
        seeds = [read_result(run_folder(runs, "tiny", seed) / "result.json") for seed in range(3)]
        assert {each.configuration_sha256 for each in seeds} == {found["tiny"].configuration_sha256}
        change_result(runs, "tiny", lambda result: result.update(configuration_sha256="0" * 64), seed=2)
        assert refused("tiny", "oracle").endswith("tiny has other options or another checkpoint in each")

    def test_a_name_on_several_datasets(self, runs: Path) -> None:
        shutil.copytree(runs / "rendered-faces" / "oracle", runs / "celebamask-hq" / "oracle")
        assert (
            refused("oracle", "tiny")
            == "oracle has runs on celebamask-hq and rendered-faces; choose one with --dataset"
        )
        assert compared("oracle", "tiny", "--dataset", "rendered-faces")["a"]["dataset"] == "rendered-faces"

    def test_a_method_that_took_no_part(self, runs: Path) -> None:
        def drop(result: dict[str, Any]) -> None:
            result["protocols"]["style-copy"] |= {"metrics": {}, "breakdown": {}, "reason": "it edits one attribute"}

        change_result(runs, "oracle", drop)
        said = "oracle has no figures under style-copy: it edits one attribute"
        assert refused("tiny", "oracle", "--protocol", "style-copy") == said
        found = compared("tiny", "oracle")
        assert said in found["notes"]
        assert {each["protocol"] for each in found["matches"]} == {"attribute-transfer", "reconstruction"}

    @pytest.mark.parametrize("content", ["", "{}", "[1]"])
    def test_a_corrupt_result(self, runs: Path, content: str) -> None:
        (run_folder(runs, "tiny", 1) / "result.json").write_text(content)
        assert refused("tiny", "oracle").startswith("runs/rendered-faces/tiny/seed1/result.json: ")


class TestScores:
    """Score files that cannot be read, or are not those of the result."""

    PLACE = Path("runs/rendered-faces/oracle/seed0/scores/style-copy.parquet")

    def said(self) -> str:
        return refused("tiny", "oracle", "--protocol", "style-copy").removeprefix(f"{self.PLACE}: ")

    def test_a_missing_file(self, runs: Path) -> None:
        self.PLACE.unlink()
        assert self.said() == "no such file; score the run again"

    @pytest.mark.parametrize("kept", [0, 4, 200])
    def test_a_truncated_file(self, runs: Path, kept: int) -> None:
        self.PLACE.write_bytes(self.PLACE.read_bytes()[:kept])
        assert self.said() == "cannot be read as Parquet; score the run again"

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda frame: frame.drop(columns="source"), "lacks the column 'source'"),
            (lambda frame: frame.iloc[1:], "is not of the tasks that its result names; score the run again"),
            (lambda frame: frame.drop(columns="seg-accuracy"), "holds no scores of seg-accuracy; score the run again"),
            (lambda frame: frame.assign(**{"seg-accuracy": "high"}), "the scores of seg-accuracy are not numbers"),
        ],
    )
    def test_other_content(self, runs: Path, change: Callable[[pd.DataFrame], pd.DataFrame], said: str) -> None:
        table = pq.read_table(self.PLACE)
        changed = pa.Table.from_pandas(change(table.to_pandas()))
        pq.write_table(changed.replace_schema_metadata(table.schema.metadata), self.PLACE)
        assert self.said() == said

    def test_a_file_that_does_not_say_how_figures_are_made(self, runs: Path) -> None:
        pd.read_parquet(self.PLACE).to_parquet(self.PLACE)
        assert re.fullmatch("holds no scores of .*; score the run again", self.said())

    @pytest.mark.parametrize("ratios", ["{", "[1]", '{"psnr": [[]]}', "7"])
    def test_ratios_that_are_none(self, runs: Path, ratios: str) -> None:
        table = pq.read_table(self.PLACE)
        pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"ratios": ratios.encode()}), self.PLACE)
        assert self.said() == "cannot be read as Parquet; score the run again"
