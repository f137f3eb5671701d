"""`~` is the user's home folder wherever a path is written: options, the environment, files, and words of `--set`."""

from pathlib import Path

import pytest

from benchmark.cli import app
from benchmark.cli.command import Commands
from benchmark.config.resolve import resolve
from benchmark.config.sources import read_assignments, read_config
from benchmark.human_study.collection.formats.read_column_map import read_column_map
from benchmark.runtime.cache_folder import cache_folder
from benchmark.runtime.home_folder import expanded
from benchmark.weights.locate import Weights, published
from tests.commands import bench


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.chdir(elsewhere)
    return folder


def test_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", "~/cache")
    assert cache_folder() == home / "cache"
    wanted = published("alexnet")
    (home / "weights").mkdir()
    (home / "weights" / wanted.file).write_bytes(b"")
    monkeypatch.setenv("BENCH_WEIGHTS", "~/weights")
    assert home / "weights" / wanted.file in Weights().places(wanted)


def test_files_and_words_of_set(home: Path) -> None:
    Path("mine.yaml").write_text("method: stargan\ncheckpoint: ~/G.pth\n")
    experiment = resolve([read_config(Path("mine.yaml")), read_assignments(["dataset.root=~/faces"])])
    assert experiment.method.checkpoint == str(home / "G.pth")
    assert experiment.evaluation.dataset.root == str(home / "faces")


def test_column_maps(home: Path) -> None:
    (home / "map.yaml").write_text("columns: {participant_id: Rater, trial_id: Item, choice: Preferred}\n")
    assert read_column_map("~/map.yaml").columns["choice"] == "Preferred"


def test_options_of_commands(home: Path) -> None:
    assert f"checkpoint: {home}/G.pth" in bench("run", "--method", "stargan", "--checkpoint=~/G.pth", "--dry-run").out
    assert str(home / "w") in bench("weights", "list", "--weights-dir=~/w").sentence
    assert str(home / "w.pth") in bench("run", "--method", "stargan", "--weights", "alexnet=~/w.pth").sentence
    made = bench("new-method", "mine", "--out=~/methods")
    assert made.code == 0, made.err
    assert (home / "methods" / "mine").is_dir()
    assert not list(Path().iterdir())


def test_a_user_who_does_not_exist_is_no_home() -> None:
    assert expanded("~nobody-of-this-name/x") == Path("~nobody-of-this-name/x")


def test_every_group_of_commands_expands_its_paths() -> None:
    assert isinstance(app, Commands)
    assert all(isinstance(group.typer_instance, Commands) for group in app.registered_groups)
