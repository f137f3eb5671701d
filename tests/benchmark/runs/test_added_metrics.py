"""Scoring anew with another list of metrics: nothing is trained or edited again, and tables show what was added."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmark.results.schema import Result, read_result
from benchmark.runtime.checked_files import read_checked_json
from registry.catalogue import METRIC_CARDS, PROTOCOL_CARDS
from tests.commands import TINY, TINY_METHOD, Outcome, bench, settings, tree

PROTOCOLS = ("attribute-transfer", "style-copy", "reconstruction")
EVERY_METRIC = [entry.card.name for entry in METRIC_CARDS if entry.card.level != "cost"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("added")


@pytest.fixture(scope="module")
def plugin(place: Path) -> Path:
    """The tiny method, which neither trains nor edits once there is a file `frozen` above its folder."""
    path = place / "plugin" / "method.py"
    shutil.copytree(TINY_METHOD.parent, path.parent)
    card, code = path.with_name("method.yaml"), path.read_text()
    card.write_text(card.read_text().replace("name: tiny", "name: freezing"))
    assert code.count("time.sleep(self.step_seconds)") == 2, "one in a step of training, one in an edit"
    path.write_text(
        code.replace("time.sleep(self.step_seconds)", "assert not (Path(__file__).parents[1] / 'frozen').exists()")
    )
    return path


@pytest.fixture(scope="module")
def words(plugin: Path, place: Path, cache: Path) -> list[str | Path]:
    small = settings("dataset.size=32")
    return ["run", "--plugin", plugin, "--method", "freezing", *TINY, *small, "--runs", place / "runs"]


@pytest.fixture(scope="module")
def plain(words: list[str | Path]) -> Outcome:
    """A run with the protocols' own metrics."""
    outcome = bench(*words)
    assert outcome.code == 0, outcome.err
    return outcome


@pytest.fixture(scope="module")
def before(plain: Outcome, place: Path, plugin: Path) -> dict[str, Any]:
    """What it left, after which the method can do nothing any more."""
    (plugin.parents[1] / "frozen").touch()
    return {"files": made(place), "result": result(place), "stamps": stamps(place)}


@pytest.fixture(scope="module")
def added(before: dict[str, Any], words: list[str | Path]) -> Outcome:
    """The run with every metric that there is, under every protocol."""
    outcome = bench(*words, "--metrics", ",".join(EVERY_METRIC))
    assert outcome.code == 0, outcome.err
    return outcome


def made(place: Path) -> dict[str, int]:
    """Every file of trainings and edits of all runs, with the time it was written."""
    return {
        file: time for file, time in tree(place / "runs").items() if {"checkpoints", "edits"} & set(Path(file).parts)
    }


def run_folder(place: Path, method: str = "freezing") -> Path:
    return place / "runs" / "rendered-faces" / method / "seed0"


def result(place: Path, method: str = "freezing") -> Result:
    return read_result(run_folder(place, method) / "result.json")


def stamps(place: Path) -> dict[str, Any]:
    return read_checked_json(run_folder(place) / "stamps.json")


def test_the_method_can_do_nothing_any_more(before: dict[str, Any], words: list[str | Path], tmp_path: Path) -> None:
    outcome = bench(*words[:-1], tmp_path / "runs")
    assert outcome.code == 1
    assert "train_step raised AssertionError" in outcome.sentence


def test_nothing_is_trained_or_edited_again(added: Outcome, before: dict[str, Any], place: Path) -> None:
    assert any("checkpoints" in file for file in before["files"])
    assert any("copy-target" in file for file in before["files"]), "reference methods edit too"
    assert made(place) == before["files"]


def test_only_the_stamp_of_the_finished_run_changes(added: Outcome, before: dict[str, Any], place: Path) -> None:
    after = stamps(place)
    assert {stage for stage in after if after[stage] != before["stamps"][stage]} == {"finished"}


@pytest.mark.parametrize("method", ["freezing", "copy-target", "real"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_metric_has_a_figure_or_a_reason(added: Outcome, place: Path, method: str, protocol: str) -> None:
    values = result(place, method).protocols[protocol].metrics
    assert set(values) == set(EVERY_METRIC)
    assert all(value.value is not None or value.reason for value in values.values())
    own = PROTOCOL_CARDS.find(protocol).card.metrics
    assert list(values)[: len(own)] == own, "a protocol's own metrics come first"


def test_figures_that_were_there_stay_what_they_were(added: Outcome, before: dict[str, Any], place: Path) -> None:
    for name, earlier in before["result"].protocols.items():
        values = result(place).protocols[name].metrics
        assert {metric: values[metric] for metric in earlier.metrics} == earlier.metrics
    assert result(place).experiment_sha256 == before["result"].experiment_sha256


def test_an_added_metric_is_measured_where_it_can_be(added: Outcome, place: Path) -> None:
    protocols = result(place).protocols
    assert "style-color" not in PROTOCOL_CARDS.find("attribute-transfer").card.metrics
    assert protocols["attribute-transfer"].metrics["style-color"].value is not None
    assert "no mask is asked for under two styles" in (
        protocols["reconstruction"].metrics["diversity-judge"].reason or ""
    )


def test_tables_show_what_was_added(added: Outcome, place: Path) -> None:
    tables = json.loads((place / "runs" / "rendered-faces" / "leaderboard.json").read_text())["tables"]
    (table,) = [table for table in tables if table["protocol"] == "attribute-transfer"]
    assert "style-color" in json.dumps(table)
    markdown = (place / "runs" / "rendered-faces" / "leaderboard.md").read_text()
    assert METRIC_CARDS.find("fid-clean").card.title in markdown


def test_the_same_list_again_has_nothing_to_do(added: Outcome, words: list[str | Path]) -> None:
    again = bench(*words, "--metrics", ",".join(EVERY_METRIC))
    assert "nothing to do, everything is finished" in again.err


def test_the_configuration_says_what_was_added(added: Outcome, place: Path) -> None:
    content = yaml.safe_load((run_folder(place) / "experiment.yaml").read_text())
    assert content["metrics"] == EVERY_METRIC
    assert content["method"] == "freezing", "the file is as flat as what users write"


def test_without_the_list_the_protocols_own_metrics_are_shown_again(
    added: Outcome, before: dict[str, Any], words: list[str | Path], place: Path
) -> None:
    again = bench("score", *words[1:])
    assert again.code == 0, again.err
    assert made(place) == before["files"]
    for name, earlier in before["result"].protocols.items():
        assert result(place).protocols[name].metrics == earlier.metrics
