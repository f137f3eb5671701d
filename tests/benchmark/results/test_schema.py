"""Result files: older forms read, other schemas refused by name, a damaged one left out of many."""

import json
from pathlib import Path

import pytest

from benchmark.results.find_results import read_results, result_files
from benchmark.results.schema import Result, read_result, write_result
from benchmark.runtime.json_files import ResultError
from registry.errors import InputError
from tests.places import DATA

FORMS = sorted((DATA / "results").glob("*.json"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_form_that_was_ever_written_reads(path: Path) -> None:
    found = read_result(path)
    assert found.protocols["style-copy"].metrics["seg-accuracy"].value == pytest.approx(0.9470, abs=1e-3)
    assert (found.metrics["psnr-oracle"].scale, found.metrics["psnr-oracle"].caveats[:0]) == (1.0, [])
    assert found.cost.parameters > 0


def test_the_newest_form_lacks_nothing_that_is_written_today(tmp_path: Path) -> None:
    newest = FORMS[[path.stem for path in FORMS].index("v1-axes")]
    write_result(tmp_path / "result.json", read_result(newest))
    assert json.loads((tmp_path / "result.json").read_text()) == json.loads(newest.read_text())


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_schema_version_is_one_sentence(tmp_path: Path, version: object) -> None:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(json.loads(FORMS[0].read_text()) | {"schema_version": version}))
    with pytest.raises(ResultError) as refused:
        read_result(path)
    assert str(refused.value).startswith(f"{path}: schema_version is {version!r}, and this code reads 1")


def test_figures_of_a_metric_that_is_not_described_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    content = json.loads(FORMS[0].read_text())
    del content["metrics"]["seg-accuracy"]
    path.write_text(json.dumps(content))
    with pytest.raises(ResultError) as refused:
        read_result(path)
    assert str(refused.value).startswith(f"{path}: the file: protocol '")
    assert str(refused.value).endswith("has a figure of 'seg-accuracy', which metrics does not describe")


@pytest.mark.parametrize("strength", ["__proto__", "", "nan", "-inf", "1e999"])
def test_figures_of_a_strength_that_is_no_number_are_one_sentence(strength: str, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    content = json.loads((DATA / "results" / "v1-strengths.json").read_text())
    name, protocol = next((name, each) for name, each in content["protocols"].items() if each.get("strengths"))
    protocol["strengths"][strength] = {}
    path.write_text(json.dumps(content))
    with pytest.raises(ResultError) as refused:
        read_result(path)
    assert str(refused.value).startswith(f"{path}: protocols.{name}.strengths.{strength}")
    assert str(refused.value).endswith(f"strength {strength!r} is no number")


def runs(folder: Path, number: int) -> list[Path]:
    made = read_result(FORMS[0])
    paths = [folder / "rendered-faces" / "maskgan" / f"seed{seed}" / "result.json" for seed in range(number)]
    for seed, path in enumerate(paths):
        write_result(path, made.model_copy(update={"seed": seed}))
    return paths


def test_a_damaged_file_is_left_out_and_named(tmp_path: Path) -> None:
    paths = runs(tmp_path, 3)
    paths[1].write_text(paths[1].read_text()[:500])
    found, (error,) = read_results(result_files([str(tmp_path)]))
    assert [result.seed for _, result in found] == [0, 2]
    assert all(isinstance(result, Result) for _, result in found)
    assert str(error).startswith(f"{paths[1]}: ")


def test_where_none_can_be_read_the_first_is_named(tmp_path: Path) -> None:
    paths = runs(tmp_path, 2)
    for path in paths:
        path.write_text("")
    with pytest.raises(ResultError, match="seed0"):
        read_results(paths)
    assert read_results([]) == ([], [])


def test_patterns_that_overlap_name_a_file_once(tmp_path: Path) -> None:
    paths = runs(tmp_path, 2)
    assert result_files([str(tmp_path), f"{tmp_path}/*/*/seed1", str(paths[0])]) == paths
    with pytest.raises(InputError, match="absent"):
        result_files([str(tmp_path), "absent"])


def test_folders_of_a_glob_are_searched_as_one_that_is_named(tmp_path: Path) -> None:
    paths = runs(tmp_path, 2)
    (tmp_path / "rendered-faces" / "leaderboard.json").write_text("{}")
    for pattern in ("*", "rendered-faces/*", "rendered-faces/maskgan/*", "rendered-faces/maskgan/*/*.json"):
        assert result_files([f"{tmp_path}/{pattern}"]) == paths


def test_a_pattern_without_a_result_is_refused_and_an_empty_folder_is_not(tmp_path: Path) -> None:
    (tmp_path / "runs" / "maskgan").mkdir(parents=True)
    assert result_files([str(tmp_path / "runs")]) == []
    with pytest.raises(InputError, match=r"runs/\*' matches no result\.json"):
        result_files([f"{tmp_path}/runs/*"])
