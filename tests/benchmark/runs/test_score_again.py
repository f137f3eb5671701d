"""More metrics of finished runs: nothing is trained or edited, no judge looks, and what was measured stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from benchmark.caching.plugin_source import _code_of_file
from benchmark.config.experiment import real_experiment
from benchmark.config.resolve import resolve
from benchmark.config.sources import read_config
from benchmark.evaluation.context import EvaluationContext
from benchmark.metrics.segmentation import SegMIoU
from benchmark.results.schema import ProtocolResult, read_result
from benchmark.runs.real_images import RealImages
from benchmark.runtime.atomic_files import sha256_of
from benchmark.runtime.progress import Reporter
from tests.commands import TINY, TINY_METHOD, Outcome, bench, settings, tree
from tests.loaded_plugins import forgotten_plugins

PROTOCOL = "reconstruction"
METRIC = """
from registry import METRICS

CARD = {"name": "brightness", "title": "Brightness", "summary": "Mean level.", "direction": "up", "decimals": 3}


@METRICS.register(card={**CARD, "level": "image", "citation": "defined here"})
def brightness(output, region):
    return output[region].mean() * 1
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """Finished runs of a plug-in's method and of the real images; the method's code is gone."""
    place = tmp_path_factory.mktemp("again")
    plugin = place / "plugin"
    shutil.copytree(TINY_METHOD.parent, plugin)
    with forgotten_plugins():
        words = ("score", "--plugin", plugin / "method.py", "--method", "tiny", "--protocol", PROTOCOL, "--limit", "3")
        outcome = bench(*words, "--runs", place / "runs", *TINY, *settings("dataset.size=32"))
        assert outcome.code == 0, outcome.err
        evaluation = resolve([read_config(run_folder(place) / "experiment.yaml")]).evaluation
    context = EvaluationContext(evaluation, cache, Reporter(quiet=True))
    RealImages(real_experiment(evaluation), context, place / "runs").score()
    shutil.rmtree(plugin)
    (place / "metric.py").write_text(METRIC)
    return place


def run_folder(place: Path, method: str = "tiny") -> Path:
    return place / "runs" / "rendered-faces" / method / "seed0"


def protocol(place: Path, method: str = "tiny") -> ProtocolResult:
    return read_result(run_folder(place, method) / "result.json").protocols[PROTOCOL]


def scores(place: Path) -> pd.DataFrame:
    return pd.read_parquet(run_folder(place) / "scores" / f"{PROTOCOL}.parquet")


def again(place: Path, *words: str | Path) -> Outcome:
    with forgotten_plugins():
        _code_of_file.cache_clear()
        return bench("score", *words, "--plugin", place / "metric.py")


def unexpected(*_: object, **__: object) -> None:
    raise AssertionError("nothing needs this")


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """No judge may be loaded, and no metric that was measured already may be measured."""
    monkeypatch.setattr(EvaluationContext, "judge", unexpected)
    monkeypatch.setattr(SegMIoU, "measure", unexpected)


def test_a_new_metric_is_all_that_is_measured(place: Path, idle: None) -> None:
    before, columns, files = protocol(place), scores(place), tree(place / "runs")
    outcome = again(place, run_folder(place), run_folder(place, "real"), "--metrics", "brightness")
    assert outcome.code == 0, outcome.err
    after = protocol(place)
    assert list(after.metrics) == [*before.metrics, "brightness"]
    assert {name: after.metrics[name] for name in before.metrics} == before.metrics
    assert after.breakdown == before.breakdown
    pd.testing.assert_frame_equal(scores(place)[columns.columns], columns)
    assert after.metrics["brightness"].value == pytest.approx(scores(place)["brightness"].mean())
    assert protocol(place, "real").metrics["brightness"].value is not None
    changed = {Path(file).name for file, time in tree(place / "runs").items() if files.get(file) != time}
    changed.discard(".seed0.lock")
    scored = {name for name in changed if name.endswith(".parquet")}
    assert changed - scored <= {"result.json", "experiment.yaml", "stamps.json", "log.txt", "report.html"}
    assert f"{PROTOCOL}.parquet" in scored


def test_the_leaderboard_shows_it(place: Path, tmp_path: Path) -> None:
    assert again(place, run_folder(place), "--metrics", "brightness").code == 0
    outcome = bench("leaderboard", "--runs", run_folder(place), "--out", tmp_path, "--format", "csv")
    assert outcome.code == 0, outcome.err
    table = pd.read_csv(tmp_path / "leaderboard.csv")
    assert table.loc[table["metric"] == "brightness", "value"].notna().all()
    recorded = read_result(run_folder(place) / "result.json").protocols[PROTOCOL].scores_sha256
    assert recorded == sha256_of(run_folder(place) / "scores" / f"{PROTOCOL}.parquet")


def test_of_a_metric_whose_code_changed_that_alone_is_measured(place: Path, idle: None) -> None:
    file = place / "metric.py"
    assert again(place, run_folder(place), "--metrics", "brightness").code == 0
    first = protocol(place)
    file.write_text(METRIC.replace("* 1", "* 2"))
    assert again(place, run_folder(place)).code == 0
    second = protocol(place)
    file.write_text(METRIC)
    one, two = (found.metrics.pop("brightness").value for found in (first, second))
    assert first.metrics == second.metrics
    assert (one, two) == (one, pytest.approx(2 * (one or 0.0)))


def test_scoring_a_method_again_measures_no_more_than_that_either(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--method", "copy-target", "--protocol", PROTOCOL, "--limit", "3", "--runs", tmp_path)
    small = (*TINY, *settings("dataset.size=32"))
    assert again(place, *words, *small).code == 0
    monkeypatch.setattr(SegMIoU, "measure", unexpected)
    assert again(place, *words, *small, "--metrics", "brightness").code == 0
    file = tmp_path / "rendered-faces" / "copy-target" / "seed0" / "result.json"
    written = file.stat().st_mtime_ns
    assert again(place, file.parent, "--metrics", "sharp", "--plugin", place / "metric.py").code == 2
    assert again(place, *words, *small, "--metrics", "brightness").code == 0
    assert file.stat().st_mtime_ns == written, "it was finished"


def test_edits_that_were_replaced_are_refused_and_nothing_is_written(place: Path) -> None:
    edits = sorted((run_folder(place) / "edits" / PROTOCOL).glob("*.png"))
    content = edits[0].read_bytes()
    edits[0].write_bytes(edits[1].read_bytes())
    before = (run_folder(place) / "result.json").read_bytes()
    outcome = again(place, run_folder(place), "--metrics", "ssim-background")
    edits[0].write_bytes(content)
    assert outcome.code == 2
    assert "1 files of edits under reconstruction are not those that were made, the first" in outcome.sentence
    assert (run_folder(place) / "result.json").read_bytes() == before


def test_a_figure_that_cannot_be_measured_as_it_was_is_not_given_up_unasked(place: Path) -> None:
    file = place / "metric.py"
    assert again(place, run_folder(place), "--metrics", "brightness").code == 0
    before = tree(run_folder(place))
    file.write_text(METRIC.replace("output[region].mean() * 1", "nothing"))
    unasked = again(place, run_folder(place), "--metrics", "ssim-background")
    assert unasked.code == 2
    assert "brightness has a figure under reconstruction that would be lost" in unasked.sentence
    assert "brightness raised NameError" in unasked.sentence
    after = tree(run_folder(place))
    assert {name for name in before if before[name] != after[name]} <= {"log.txt"}
    assert again(place, run_folder(place), "--metrics", "brightness").code == 0
    assert protocol(place).metrics["brightness"].value is None
    file.write_text(METRIC)


def test_scoring_that_fails_under_a_later_protocol_leaves_the_run_as_it_was(place: Path, tmp_path: Path) -> None:
    chosen = ("--protocol", PROTOCOL, "--protocol", "style-copy")
    words = ("--method", "copy-target", *chosen, "--limit", "3", "--runs", tmp_path)
    assert bench("score", *words, *TINY, *settings("dataset.size=32")).code == 0
    run = tmp_path / "rendered-faces" / "copy-target" / "seed0"
    edits = sorted((run / "edits" / "style-copy").glob("*.png"))
    content = edits[0].read_bytes()
    edits[0].write_bytes(edits[1].read_bytes())
    files = tree(run / "scores")
    assert again(place, run, "--metrics", "brightness").code == 2
    assert tree(run / "scores") == files
    edits[0].write_bytes(content)
    assert again(place, run, "--metrics", "brightness").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--method", "copy-target"), "--method belongs to scoring a method"),
        (("--images", "folder"), "RUNS are finished runs, --images is a folder of images: give one"),
        (("--metrics", "brightnes"), "unknown metric 'brightnes'; did you mean 'brightness'?"),
        (("--metrics", "parameters"), "metric 'parameters' is a cost, which every table shows already"),
    ],
)
def test_what_does_not_go_with_finished_runs_is_said(place: Path, words: tuple[str, str], said: str) -> None:
    outcome = again(place, run_folder(place), *words)
    assert outcome.code == 2
    assert said in outcome.sentence


def test_a_place_without_runs_is_said(place: Path, tmp_path: Path) -> None:
    outcome = again(place, tmp_path / "nowhere", "--metrics", "brightness")
    assert outcome.code == 2
    assert outcome.sentence.startswith(f"'{tmp_path / 'nowhere'}' matches no file or folder")
