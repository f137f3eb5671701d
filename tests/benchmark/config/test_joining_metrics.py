"""A metric joins protocols by its card where its plug-in was named, and changes nothing where it is only installed."""

from pathlib import Path

import pytest

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.resolve import resolve, resolve_evaluation
from benchmark.config.sources import COMMAND, ConfigSource
from registry.errors import InputError
from registry.plugins import load_installed, load_named
from tests.loaded_plugins import forgotten_plugins

PLUGIN = """
from registry import METRICS

CARD = {"title": "T", "summary": "", "direction": "up", "decimals": 1, "level": "image", "citation": "none"}


@METRICS.register(card={**CARD, "name": "everywhere", "protocols": "all"})
def everywhere(output):
    return 0.0


@METRICS.register(card={**CARD, "name": "of-styles", "protocols": ["style-copy"]})
def of_styles(output):
    return 0.0


@METRICS.register(card={**CARD, "name": "by-name"})
def by_name(output):
    return 0.0
"""


@pytest.fixture(autouse=True)
def _plugins_of_one_test():
    with forgotten_plugins():
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "joining_metrics.py"
    file.write_text(PLUGIN)
    return file


def evaluation(**settings: object) -> EvaluationSpec:
    return resolve_evaluation([ConfigSource(settings, COMMAND)])


def test_the_metrics_of_a_named_plugin_join_the_protocols_of_their_cards(file: Path) -> None:
    load_named(str(file))
    found = evaluation()
    assert found.metrics == ("everywhere", "of-styles")
    assert found.metrics_of("style-copy")[-2:] == ["everywhere", "of-styles"]
    assert found.metrics_of("reconstruction")[-1] == "everywhere"
    assert evaluation(protocols={"reconstruction": {}}).metrics == ("everywhere",)


def test_those_of_an_installed_plugin_join_nothing_until_it_is_named(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "joining-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: joining\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[bench.plugins]\njoining = joining_metrics\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = evaluation()
    assert list(load_installed()) == []
    assert evaluation() == before
    assert evaluation(metrics=["by-name", "of-styles"]).metrics == ("by-name", "of-styles")
    load_named("joining_metrics")
    assert evaluation().metrics == ("everywhere", "of-styles")


def test_what_was_resolved_once_resolves_to_the_same_without_the_plugin_being_named(file: Path) -> None:
    load_named(str(file))
    experiment = resolve([ConfigSource({"method": "copy-target"}, COMMAND)])
    assert resolve([ConfigSource(experiment.settings(), "experiment.yaml")]) == experiment


def test_a_metric_that_is_for_other_protocols_is_refused(file: Path) -> None:
    load_named(str(file))
    with pytest.raises(InputError, match="'of-styles' is for style-copy alone, as its card says, and not for recons"):
        evaluation(metrics=["of-styles"], protocols={"reconstruction": {}})
