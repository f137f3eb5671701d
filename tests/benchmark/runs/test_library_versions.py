"""Another version of a library measures anew what rests on it, says so, and touches nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from benchmark.caching import library_versions
from benchmark.caching.fingerprints import StageState
from benchmark.runs import score_protocol
from benchmark.runs.up_to_date import FINISHED, LIBRARIES
from tests.commands import TINY, Outcome, bench, settings

ON_SCIKIT_IMAGE = ["style-color", "style-color-unseen"]


@pytest.fixture
def words(tmp_path: Path, cache: Path) -> list[str | Path]:
    """A command whose run is finished."""
    command = ["score", "--method", "copy-target", "--protocol", "style-copy", *TINY, *settings("dataset.size=32")]
    words = [*command, "--runs", tmp_path / "runs"]
    assert bench(*words).code == 0
    return words


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The metrics of every measurement that follows."""
    found: list[list[str]] = []
    measure = score_protocol.score_edits

    def noted(outputs: Any, protocol: Any, metric_ids: list[str], *others: Any, **named: Any) -> Any:
        found.append(metric_ids)
        return measure(outputs, protocol, metric_ids, *others, **named)

    monkeypatch.setattr(score_protocol, "score_edits", noted)
    return found


@pytest.fixture
def another_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """scikit-image as if a later release were installed."""
    installed = library_versions._version
    library_versions._installed.cache_clear()
    monkeypatch.setattr(
        library_versions, "_version", lambda name: "99.0" if name == "scikit-image" else installed(name)
    )
    yield
    library_versions._installed.cache_clear()


def run_folder(words: list[str | Path]) -> Path:
    return Path(words[-1]) / "rendered-faces" / "copy-target" / "seed0"


def written(words: list[str | Path], name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run_folder(words) / name).read_text())
    return content


def again(words: list[str | Path]) -> Outcome:
    outcome = bench(*words)
    assert outcome.code == 0, outcome.err
    return outcome


def noted(words: list[str | Path]) -> dict[str, dict[str, str | None]]:
    found: dict[str, dict[str, str | None]] = StageState(run_folder(words)).get(FINISHED)[LIBRARIES]["style-copy"]
    return found


def test_a_run_notes_what_each_metric_rests_on(words: list[str | Path]) -> None:
    found = noted(words)
    result = written(words, "result.json")
    assert list(found) == list(result["protocols"]["style-copy"]["metrics"])
    assert [metric for metric, libraries in found.items() if "scikit-image" in libraries] == ON_SCIKIT_IMAGE
    assert found["style-color"]["scikit-image"] == version("scikit-image")
    assert {"numpy", "torch", "lpips"} <= set(found["lpips-oracle"])
    assert {"pytorch-fid", "torchvision", "scipy"} <= set(found["fid"])
    assert "lpips" not in found["seg-miou"]
    assert not any({"pydantic", "mmengine"} & set(libraries) for libraries in found.values())
    provenance = written(words, "provenance.json")["versions"]
    assert (provenance["scikit-image"], provenance["lpips"]) == (version("scikit-image"), version("lpips"))


def test_nothing_is_measured_while_they_are_the_same(words: list[str | Path], measured: list[list[str]]) -> None:
    again(words)
    assert measured == []


def test_another_version_measures_its_metrics_alone(
    words: list[str | Path], measured: list[list[str]], another_version: None
) -> None:
    before = written(words, "result.json")["protocols"]
    said = again(words).err
    sentence = f"scikit-image is 99.0 and was {version('scikit-image')}: measured anew: style-color, style-color-unseen"
    assert f"{run_folder(words)}: {sentence}" in said.splitlines()
    assert measured == [ON_SCIKIT_IMAGE]
    assert noted(words)["style-color"]["scikit-image"] == "99.0"
    assert written(words, "result.json")["protocols"]["style-copy"]["metrics"] == before["style-copy"]["metrics"]
    assert "measured anew" not in again(words).err
    assert len(measured) == 1


def test_what_an_older_version_measured_counts_as_it_is(
    words: list[str | Path], measured: list[list[str]], another_version: None
) -> None:
    state = StageState(run_folder(words))
    finished = state.get(FINISHED)
    state.put(FINISHED, {key: value for key, value in finished.items() if key != LIBRARIES})
    again(words)
    assert measured == []
    again([*words[:-2], "--metrics", "psnr-region", *words[-2:]])
    assert measured == [["psnr-region"]]
    assert list(noted(words)) == ["psnr-region"], "of the others it is not known"


def test_builds_of_a_release_are_one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    library_versions._installed.cache_clear()
    for build in ("2.9.0", "2.9.0+cpu", "2.9.0+cu124"):
        monkeypatch.setattr(library_versions, "version", lambda name, build=build: build)
        library_versions._installed.cache_clear()
        assert library_versions.library_versions(["torch", "pydantic"]) == {"torch": "2.9.0"}
    library_versions._installed.cache_clear()


def test_modules_of_other_names_are_found_and_absent_ones_have_none() -> None:
    found = library_versions.library_versions(["cv2", "PIL", "skimage", "no_such_module"])
    assert found == {
        "no-such-module": None,
        "opencv-python": version("opencv-python"),
        "pillow": version("pillow"),
        "scikit-image": version("scikit-image"),
    }
