"""The Python API: its examples, its equality with the commands, its errors, and what it costs to import."""

import doctest
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import benchmark
from benchmark import api
from benchmark.config.sources import read_assignments
from benchmark.editing import edit_arrays
from benchmark.photographs import photo
from benchmark.python_api import claims, gallery, groups, operating_points, outside_edits, score_runs
from benchmark.results.schema import read_result
from benchmarks.photo_scenes import place_face
from registry.errors import InputError
from tests.commands import TINY, TINY_METHOD, bench, ended, python
from tests.docs.tiny_api import use_tiny_settings
from tests.places import ROOT

SETTINGS = read_assignments([*TINY[1::2], "dataset.size=32"]).content
EXAMPLES = [
    each
    for module in (
        api,
        claims,
        groups,
        score_runs,
        gallery,
        operating_points,
        outside_edits,
        edit_arrays,
        photo,
    )
    for each in doctest.DocTestFinder(exclude_empty=True).find(module)
    if each.examples
]


@pytest.fixture(scope="module")
def desk(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the examples: faces with their masks, and the runs of a method and of the references."""
    from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
    from benchmark.datasets.rendered_faces.renderer.renderer import render

    folder = tmp_path_factory.mktemp("desk")
    for place in ("images", "masks"):
        (folder / "my-faces" / place).mkdir(parents=True)
    for number in range(5):
        face = render(sample_factors(3, number), 64)
        cv2.imwrite(str(folder / "my-faces" / "images" / f"{number}.png"), face.image[..., ::-1])
        cv2.imwrite(str(folder / "my-faces" / "masks" / f"{number}.png"), face.mask)
    cv2.imwrite(str(folder / "my-photo.png"), place_face(render(sample_factors(5, 3), 384).image, 3).image[..., ::-1])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        use_tiny_settings(patch)
        benchmark.run("region-color", protocols="style-copy", limit=4, quiet=True)
    return folder


@pytest.fixture(scope="module")
def runs(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `bench run` leaves of a learned method from two seeds, and of the references."""
    runs = tmp_path_factory.mktemp("api") / "runs"
    words = ("--plugin", TINY_METHOD, "--method", "tiny", *TINY, "--set", "dataset.size=32")
    outcome = bench("run", "--seed", "0..1", *words, "--runs", runs)
    assert outcome.code == 0, outcome.err
    return runs


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_examples_of_docstrings_are_true(
    example: doctest.DocTest, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    use_tiny_settings(monkeypatch)
    found = doctest.DocTestRunner().run(example, clear_globs=False)
    assert found.failed == 0
    assert found.attempted > 1


def test_every_function_has_an_example() -> None:
    named = {each.name.rpartition(".")[2] for each in EXAMPLES}
    assert named == {*benchmark.__all__, "edit"}


def test_running_gives_what_the_command_gives(runs: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in runs.rglob("result.json")}
    results = benchmark.run("tiny", seed=range(2), settings=SETTINGS, runs=runs, plugins=[TINY_METHOD], quiet=True)
    folder = runs / "rendered-faces"
    names = ["tiny/seed0", "tiny/seed1"]
    assert results[:2] == [read_result(folder / name / "result.json") for name in names]
    assert {each.label for each in results[2:]} >= {"copy-target", "region-color", "real"}
    assert {path: path.stat().st_mtime_ns for path in runs.rglob("result.json")} == before


def test_settings_lie_over_a_file_and_under_arguments(
    tmp_path: Path, cache: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("method: copy-target\nlimit: 1\nseed: 3\nprotocols: {reconstruction: {}}\n")
    settings = {**SETTINGS, "limit": 2, "protocols": {"style-copy": {"count": 4}}}
    (first, *others) = benchmark.run(config=config, settings=settings, limit=3, runs=tmp_path / "runs", quiet=True)
    assert (first.label, first.seed) == ("copy-target", 3)
    assert first.protocols["style-copy"].num_tasks == 3
    assert "real" in {each.label for each in others}
    assert capfd.readouterr().err == ""


def test_the_leaderboard_is_the_csv_file_as_a_frame(runs: Path, tmp_path: Path) -> None:
    words = ("--protocol", "style-copy", "--metrics", "psnr-oracle,seg-miou,frechet-judge")
    assert bench("leaderboard", "--runs", runs, "--out", tmp_path, "--format", "csv", *words).code == 0
    found = benchmark.leaderboard(runs, protocol="style-copy", metrics=["psnr-oracle", "seg-miou", "frechet-judge"])
    words_of = dict.fromkeys(("unit", "attribute", "strength"), "")
    written = pd.read_csv(tmp_path / "leaderboard.csv", dtype=dict.fromkeys(words_of, str)).fillna(words_of)
    assert list(found["method"].unique()) == list(written["method"].unique())
    assert_frame_equal(found.convert_dtypes(), written.convert_dtypes(), check_dtype=False)
    assert {str(found[name].dtype) for name in ("value", "low", "high")} == {"float64"}


def test_a_comparison_is_the_json_of_the_command_as_a_frame(runs: Path) -> None:
    outcome = bench("compare", "tiny", "region-color", "--runs", runs, "--json")
    written = json.loads(outcome.out)
    found = benchmark.compare("tiny", "region-color", runs=runs)
    assert len(found) == len(written["matches"]) > 5
    for (_, row), match in zip(found.iterrows(), written["matches"], strict=True):
        plain = {key: None if pd.isna(value) else value for key, value in row.items()}
        for side in ("a", "b"):
            figure = {key: plain.pop(name) for key, name in _figure_columns(side).items()}
            assert figure == (match[side] or dict.fromkeys(figure))
        assert plain == {key: match[key] for key in plain}
    assert found.attrs == {"notes": written["notes"], "num_tests": written["num_tests"]}
    only = benchmark.compare("tiny", "region-color", runs=runs, protocols="style-copy", metrics=["seg-miou"])
    assert list(only["metric"]) == ["seg-miou"]


def _figure_columns(side: str) -> dict[str, str]:
    return {"value": side, "low": f"{side}_low", "high": f"{side}_high"}


def test_scores_of_a_folder_are_those_of_the_command(
    desk: Path, inception_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    folders = ("my-faces/images", "my-faces/images", "my-faces/masks")
    words = [
        word
        for name, value in zip(("images", "reference", "masks"), folders, strict=True)
        for word in (f"--{name}", value)
    ]
    judge = ["judges.parser.iterations=2", "judges.parser.batch_size=4", "bootstrap_draws=100", *TINY[1::2][:3]]
    named = f"inception-fid={inception_file}"
    outcome = bench(
        "score", *words, "--json", "--weights", named, *(each for word in judge for each in ("--set", word))
    )
    written = json.loads(outcome.out)
    found = benchmark.score_images(
        *folders, settings=read_assignments(judge).content, weights={"inception-fid": inception_file}, quiet=True
    )
    assert list(found["metric"]) == list(written["metrics"]) == ["fid", "seg-accuracy", "seg-miou"]
    for row in found.to_dict("records"):
        expected = written["metrics"][row["metric"]]
        assert {key: row[key] for key in expected if key in row} == {
            key: value for key, value in expected.items() if key in row
        }
        assert row["value"] is not None
    assert {key: found.attrs[key] for key in ("num_real", "judge", "files")} == {
        key: written[key] for key in ("num_real", "judge", "files")
    }
    assert found.loc[0, "min_n"] == 5000


def test_exported_and_imported_the_same_as_by_the_commands(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [*TINY, "--set", "dataset.size=32"]
    assert bench("tasks", "export", "--protocol", "style-copy", "--out", "by-command", *words, "--limit", "3").code == 0
    lines = benchmark.export_tasks("style-copy", "by-function", settings=SETTINGS, limit=3, quiet=True)
    assert _contents(lines.parent) == _contents(Path("by-command"))
    edits = tmp_path / "edits"
    edits.mkdir()
    for task in lines.parent.glob("tasks/*"):
        shutil.copy(task / "target.png", edits / f"{task.name}.png")
    (edits / "00002.png").unlink()
    outcome = bench("edits", "import", "few", edits, "--tasks", "by-command", "--partial", "--runs", "one", "--json")
    assert outcome.code == 0, outcome.err
    result = benchmark.import_edits("few", edits, tasks="by-function", partial=True, runs="two", quiet=True)
    assert [result.model_dump(mode="json")] == json.loads(outcome.out)
    assert result.protocols["style-copy"].num_scored == 2
    with pytest.raises(InputError, match="without an edit"):
        benchmark.import_edits("all", edits, tasks="by-function", quiet=True)


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_finished_runs_are_scored_anew_as_by_the_command(runs: Path, tmp_path: Path) -> None:
    by_command, by_function = (Path(shutil.copytree(runs, tmp_path / name)) for name in ("one", "two"))
    tiny = "rendered-faces/tiny"
    outcome = bench("score", by_command / tiny, "--metrics", "psnr-background", "--json")
    assert outcome.code == 0, outcome.err
    results = benchmark.score_runs(by_function / tiny, "psnr-background", quiet=True)
    assert [result.model_dump(mode="json") for result in results] == json.loads(outcome.out)
    assert [result.seed for result in results] == [0, 1]
    assert results == [read_result(by_function / tiny / f"seed{seed}" / "result.json") for seed in (0, 1)]
    assert all("psnr-background" in result.protocols["style-copy"].metrics for result in results)


def test_methods_are_listed_with_those_of_plugins() -> None:
    found = benchmark.list_methods(plugins=[TINY_METHOD])
    outcome = bench("list", "methods", "--plugin", TINY_METHOD, "--json")
    assert found[["name", "title"]].to_dict("records") == json.loads(outcome.out)["methods"]
    assert "tiny" in set(found["name"])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: benchmark.run("region-colour"), "did you mean 'region-color'"),
        (lambda: benchmark.run(), "no method was named"),
        (lambda: benchmark.run("copy-target", settings={"dataset": {"sise": 64}}), "settings: unknown key of dataset"),
        (lambda: benchmark.run("copy-target", seed=-1), "seed is a number"),
        (lambda: benchmark.run("copy-target", seed=[]), "seed is a number"),
        (lambda: benchmark.run("copy-target", config="absent.yaml"), "absent.yaml: No such file"),
        (lambda: benchmark.run("copy-target", config="a\0.yaml"), "embedded null byte"),
        (lambda: benchmark.run("copy-target", runs="a\0"), "cannot be written: embedded null byte"),
        (lambda: benchmark.run("copy-target", plugins=["absent.py"]), "plug-in 'absent.py' was not loaded"),
        (lambda: benchmark.leaderboard("absent"), "matches no file or folder"),
        (lambda: benchmark.leaderboard("runs/***"), "is no pattern of files"),
        (lambda: benchmark.score_runs("run**", "fid"), "is no pattern of files"),
        (lambda: benchmark.compare("tiny", "absent", runs="absent"), "does not exist"),
        (lambda: benchmark.export_tasks("style-cpy", "tasks"), "did you mean 'style-copy'"),
        (lambda: benchmark.import_edits("mine", "edits"), "edits are of one protocol"),
        (lambda: benchmark.import_edits("mine", "edits", tasks="absent"), "no evaluation.yaml is there"),
        (lambda: benchmark.import_edits("copy-target", "edits", protocol="style-copy"), "is a method of this program"),
        (lambda: benchmark.score_runs("absent", "fid"), "matches no file or folder"),
        (lambda: benchmark.score_images("absent"), "needs --reference"),
        (lambda: benchmark.score_images("absent", "absent"), "no such folder"),
        (lambda: benchmark.score_images("a", "b", settings={"preset": "small"}), "give masks too"),
        (lambda: benchmark.score_images("a", "b", metrics="fidd"), "did you mean 'fid'"),
    ],
)
def test_a_mistake_is_one_sentence(
    call: Callable[[], object], sentence: str, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as error:
        call()
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_result_that_cannot_be_read_is_left_out_with_a_warning(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text("{")
    with pytest.warns(UserWarning, match="left out: .*result.json"):
        found = benchmark.leaderboard([runs, tmp_path])
    assert len(found) == len(benchmark.leaderboard(runs))


@pytest.mark.parametrize("use", ["dir(benchmark)", "[getattr(benchmark, name) for name in benchmark.__all__]"])
def test_nothing_heavy_is_imported_before_a_function_is_called(use: str) -> None:
    heavy = ("torch", "pandas", "numpy", "pydantic", "yaml")
    code = f"import sys, benchmark; {use}; print([name for name in {heavy} if name in sys.modules])"
    assert ended(python("-c", code)).out == "[]\n"


def test_listing_methods_imports_no_torch() -> None:
    code = "import sys, benchmark; benchmark.list_methods(); print('torch' in sys.modules, 'pandas' in sys.modules)"
    assert ended(python("-c", code)).out == "False True\n"


def test_the_names_are_listed_and_no_room_is_called_as_one() -> None:
    assert set(benchmark.__all__) < set(dir(benchmark))
    assert [name for name in benchmark.__all__ if (ROOT / "benchmark" / name).exists()] == []
    with pytest.raises(AttributeError, match="no attribute 'runn'"):
        _ = benchmark.runn
