"""The command end to end at a tiny size: what a run writes, and what it does when it is repeated or changed."""

import json
import re
import shutil
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import cv2
import pandas as pd
import pytest
import torch
import yaml

import benchmark
from benchmark.results.schema import Result, read_result
from tests.commands import TINY, TINY_METHOD, Outcome, bench, bench_process, ended, settings, tree
from tests.measured_costs import reproducible_result

MASKGAN = [
    *("--method", "maskgan", *TINY),
    *settings("options.mask_vae_iterations=2", "options.dense_mapping_iterations=2"),
    *settings("options.editing_behavior_iterations=2", "options.ngf=4", "options.ndf=4", "options.blender_ngf=4"),
    *settings("options.vae_width=4", "options.latent=8", "options.mask_vae_batch_size=4"),
    *settings("options.dense_mapping_batch_size=2", "options.editing_behavior_batch_size=2"),
]
PROTOCOLS = {"attribute-transfer": 4, "style-copy": 5, "reconstruction": 3}
METHODS = ["copy-source", "copy-target", "maskgan", "oracle", "real", "region-color"]
Plugged = Callable[..., Outcome]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def finished(runs: Path, cache: Path) -> Outcome:
    """A run of MaskGAN and everything it is compared with."""
    outcome = bench("run", *MASKGAN, "--runs", runs, "--json")
    assert outcome.code == 0, outcome.err
    return outcome


@pytest.fixture(scope="module")
def folder(finished: Outcome, runs: Path) -> Path:
    return runs / "rendered-faces" / "maskgan" / "seed0"


@pytest.fixture(scope="module")
def generator(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generator's own weights, as their authors would publish them."""
    trained = torch.load(folder / "checkpoints" / "editing_behavior.pth", weights_only=True)["state_dict"]
    path = tmp_path_factory.mktemp("published") / "G.pth"
    weights = {key.removeprefix("generator."): value for key, value in trained.items() if key.startswith("generator.")}
    torch.save(weights, path)
    return path


@pytest.fixture
def copied(folder: Path, runs: Path, tmp_path: Path) -> Path:
    """Another folder of runs with the same content."""
    shutil.copytree(runs, tmp_path / "runs")
    return tmp_path / "runs"


class TestARun:
    """What one run leaves."""

    def test_stdout_is_json_of_every_row(self, finished: Outcome) -> None:
        results = [Result.model_validate(each) for each in json.loads(finished.out)]
        assert sorted(each.method for each in results) == METHODS
        assert results[0].method == "maskgan"

    def test_the_result_says_what_decided_it(self, folder: Path) -> None:
        result = read_result(folder / "result.json")
        assert (result.schema_version, result.kind, result.method, result.seed) == (1, "learned", "maskgan", 0)
        assert result.weights_origin == "trained"
        assert re.fullmatch("[0-9a-f]{64}", result.weights_sha256 or "")
        assert result.dataset_facts.faces == {"train": 24, "val": 4, "test": 12}
        assert set(result.judges) == {"parser", "attributes"}
        assert {name: each.num_tasks for name, each in result.protocols.items()} == PROTOCOLS
        assert result.notes["perceptual_term"] == "off: no VGG-19 weights were given (option vgg_weights)"
        assert result.cost.parameters > 0
        assert (result.cost.train_seconds or 0) > 0
        for protocol in result.protocols.values():
            for name, cell in protocol.metrics.items():
                assert name in result.metrics
                assert (cell.value is None) == (cell.reason is not None) or cell.interval is None
                if cell.low is not None and cell.high is not None and cell.value is not None:
                    assert cell.low <= cell.high

    def test_edits_are_one_image_a_task_with_the_table_beside_them(self, folder: Path) -> None:
        for protocol, count in PROTOCOLS.items():
            place = folder / "edits" / protocol
            images = sorted(place.glob("*.png"))
            assert [image.name for image in images] == [f"{task:05d}.png" for task in range(count)]
            assert {cv2.imread(str(image)).shape for image in images} == {(64, 64, 3)}
            table = pd.read_parquet(place / "tasks.parquet")
            assert list(table["task"]) == list(range(count))
            assert {"target", "source"} <= set(table.columns)

    def test_scores_are_a_row_a_task(self, folder: Path) -> None:
        for protocol, count in PROTOCOLS.items():
            scores = pd.read_parquet(folder / "scores" / f"{protocol}.parquet")
            assert len(scores) == count
            assert "psnr-oracle" in scores.columns

    def test_checkpoints_load_without_running_code(self, folder: Path) -> None:
        names = {path.name for path in (folder / "checkpoints").iterdir()}
        assert names == {"mask_vae.pth", "dense_mapping.pth", "editing_behavior.pth"}
        for name in names:
            torch.load(folder / "checkpoints" / name, weights_only=True)

    def test_provenance_names_code_versions_and_data(self, folder: Path) -> None:
        provenance = json.loads((folder / "provenance.json").read_text())
        text = json.dumps(provenance)
        result = read_result(folder / "result.json")
        assert result.dataset_facts.fingerprint in text
        assert str(result.weights_sha256) in text
        assert provenance["versions"]["torch"] == version("torch")
        assert provenance["versions"]["face-editing-benchmark"] == result.benchmark_version == benchmark.__version__

    def test_other_files_of_the_run(self, folder: Path) -> None:
        assert cv2.imread(str(folder / "samples.png")) is not None
        lines = [json.loads(line) for line in (folder / "progress.jsonl").read_text().splitlines()]
        assert [line["stage"] for line in lines] == ["mask_vae", "dense_mapping", "editing_behavior"]
        assert (folder / "log.txt").read_text().strip()
        assert "mask_vae" in (folder / "report.html").read_text()
        assert not [path for path in folder.rglob("*") if path.name.startswith(".")], "nothing temporary is left"

    def test_the_leaderboard_has_every_row(self, folder: Path, runs: Path) -> None:
        markdown = (runs / "rendered-faces" / "leaderboard.md").read_text()
        page = (runs / "rendered-faces" / "leaderboard.html").read_text()
        titles = [read_result(path).title for path in runs.rglob("result.json")]
        assert len(titles) == len(METHODS)
        for title in titles:
            assert title.lower() in markdown.lower(), title
            assert title.lower() in page.lower(), title

    def test_the_oracle_is_exact_and_copies_are_not(self, folder: Path, runs: Path) -> None:
        def psnr(method: str) -> float:
            path = runs / "rendered-faces" / method / "seed0" / "result.json"
            return read_result(path).protocols["style-copy"].metrics["psnr-oracle"].value or 0.0

        assert psnr("oracle") == 60.0
        assert max(psnr("copy-target"), psnr("copy-source"), psnr("maskgan")) < 40


class TestARepetition:
    """What happens when a command is given again."""

    def test_the_same_command_does_nothing_and_is_fast(self, folder: Path, runs: Path, finished: Outcome) -> None:
        before = tree(runs)
        started = time.monotonic()
        again = bench("run", *MASKGAN, "--runs", runs, "--json")
        assert time.monotonic() - started < 3
        assert again.code == 0
        assert "nothing to do" in again.err
        assert json.loads(again.out) == json.loads(finished.out)
        assert tree(runs) == before

    def test_the_same_seed_gives_the_same_result_elsewhere(self, folder: Path, tmp_path: Path) -> None:
        outcome = bench("score", *MASKGAN, "--runs", tmp_path, "--json")
        assert outcome.code == 0, outcome.err
        again = tmp_path / "rendered-faces" / "maskgan" / "seed0"
        assert reproducible_result(again) == reproducible_result(folder)
        for image in sorted((folder / "edits").rglob("*.png")):
            assert (again / image.relative_to(folder)).read_bytes() == image.read_bytes()

    def test_another_scoring_setting_scores_again_and_does_no_more(self, copied: Path) -> None:
        before = tree(copied / "rendered-faces" / "maskgan")
        outcome = bench("score", *MASKGAN, *settings("bootstrap_draws=150"), "--runs", copied)
        assert outcome.code == 0, outcome.err
        after = tree(copied / "rendered-faces" / "maskgan")
        kept = [name for name in before if name.endswith((".pth", ".png", "cost.json")) and "samples" not in name]
        assert kept
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        result = read_result(copied / "rendered-faces" / "maskgan" / "seed0" / "result.json")
        cell = result.protocols["style-copy"].metrics["psnr-oracle"]
        assert "150 draws" in (cell.interval or "")

    def test_another_option_is_refused_until_fresh(self, copied: Path) -> None:
        change = settings("options.latent=4")
        before = tree(copied)
        refused = bench("train", *MASKGAN, *change, "--runs", copied)
        assert refused.code == 2
        assert "holds weights trained with other options" in refused.sentence
        assert "--fresh replaces them" in refused.sentence
        unlogged = {name: written for name, written in tree(copied).items() if not name.endswith("log.txt")}
        assert unlogged == {name: written for name, written in before.items() if not name.endswith("log.txt")}
        replaced = bench("train", *MASKGAN, *change, "--runs", copied, "--fresh")
        assert replaced.code == 0, replaced.err
        content = torch.load(copied / "rendered-faces/maskgan/seed0/checkpoints/mask_vae.pth", weights_only=True)
        assert content["meta"]["finished"]

    def test_a_deleted_edit_is_made_again_alone(self, copied: Path) -> None:
        place = copied / "rendered-faces" / "maskgan" / "seed0"
        deleted = place / "edits" / "style-copy" / "00002.png"
        content = deleted.read_bytes()
        deleted.unlink()
        before = tree(place / "edits")
        outcome = bench("edit", *MASKGAN, "--runs", copied)
        assert outcome.code == 0, outcome.err
        assert deleted.read_bytes() == content
        after = tree(place / "edits")
        images = [name for name in before if name.endswith(".png")]
        assert {name: after[name] for name in images} == {name: before[name] for name in images}


class TestOptions:
    """The options of the stage commands."""

    def test_dry_run_prints_yaml_that_resolves_to_itself(self, tmp_path: Path) -> None:
        first = bench("run", *MASKGAN, "--seed", "3", "--limit", "2", "--dry-run", "--runs", tmp_path / "runs")
        assert first.code == 0
        file = tmp_path / "plan.yaml"
        file.write_text(first.out)
        second = bench("run", "--config", file, "--dry-run", "--runs", tmp_path / "runs")
        assert second.out == first.out
        assert yaml.safe_load(first.out)["seed"] == 3
        assert not (tmp_path / "runs").exists()

    def test_a_range_of_seeds_is_as_many_experiments(self) -> None:
        outcome = bench("run", "--method", "maskgan", "--seed", "1..3", "--dry-run", "--json")
        assert [each["seed"] for each in json.loads(outcome.out)] == [1, 2, 3]
        assert (
            len(list(yaml.safe_load_all(bench("run", "--method", "maskgan", "--seed", "1..3", "--dry-run").out))) == 3
        )

    def test_limit_and_protocol_shorten_a_run(self, cache: Path, tmp_path: Path) -> None:
        words = ("--method", "copy-target", *TINY, "--limit", "2", "--protocol", "style-copy", "--runs", tmp_path)
        outcome = bench("score", *words, "--json")
        assert outcome.code == 0, outcome.err
        result = Result.model_validate(json.loads(outcome.out)[0])
        # --protocol takes the protocol's count from the preset, and --set is still asked of the others
        assert result.protocols["style-copy"].num_tasks == 2
        assert len(list((tmp_path / "rendered-faces/copy-target/seed0/edits/style-copy").glob("*.png"))) == 2

    def test_the_device_and_a_plain_table(self, cache: Path, tmp_path: Path) -> None:
        outcome = bench("score", "--method", "copy-target", *TINY, "--device", "cpu", "--runs", tmp_path)
        assert outcome.code == 0, outcome.err
        assert "psnr-oracle" in outcome.out
        assert "60.00" in outcome.out, "reconstruction by a copy"


class TestAnotherParser:
    """The judge that labels regions, chosen by a setting."""

    def test_bisenet_scores_in_the_parsers_place_and_stands_in_no_table_with_it(
        self, cache: Path, tmp_path: Path
    ) -> None:
        words = ("score", "--method", "copy-target", "--protocol", "style-copy", *TINY)
        bisenet = settings("judges.bisenet.iterations=2", "judges.bisenet.warm_up=1", "judges.bisenet.batch_size=2")
        for name in ("parser", "bisenet"):
            outcome = bench(*words, *bisenet, *settings(f"parser_judge={name}"), "--runs", tmp_path / name)
            assert outcome.code == 0, outcome.err
        default, other = (
            read_result(tmp_path / name / "rendered-faces" / "copy-target" / "seed0" / "result.json")
            for name in ("parser", "bisenet")
        )
        assert (default.judges["parser"].title, other.judges["parser"].title) == ("Face parser", "BiSeNet")
        assert default.judges["attributes"] == other.judges["attributes"]
        metrics = [each.protocols["style-copy"].metrics for each in (default, other)]
        assert metrics[0]["seg-accuracy"] != metrics[1]["seg-accuracy"]
        assert metrics[0]["frechet-judge"] != metrics[1]["frechet-judge"]
        assert metrics[0]["psnr-oracle"] == metrics[1]["psnr-oracle"]
        mixed = bench("leaderboard", "--runs", tmp_path, "--out", tmp_path / "pages")
        assert mixed.code == 2
        assert "judge 'parser' is 'BiSeNet', not 'Face parser'; weights of judge 'parser' is " in mixed.sentence


class TestACheckpoint:
    """Published weights in the place of training."""

    def test_it_edits_as_the_trained_run_did(self, generator: Path, folder: Path, tmp_path: Path) -> None:
        outcome = bench("score", *MASKGAN, "--checkpoint", generator, "--runs", tmp_path)
        assert outcome.code == 0, outcome.err
        place = tmp_path / "rendered-faces" / "maskgan" / "seed0"
        result = read_result(place / "result.json")
        assert result.weights_origin == "published"
        assert result.cost.train_seconds is None
        assert not (place / "progress.jsonl").exists()
        provenance = json.loads((place / "provenance.json").read_text())
        assert provenance["weights"]["origin"] == "published"
        for image in sorted((folder / "edits").rglob("*.png")):
            assert (place / image.relative_to(folder)).read_bytes() == image.read_bytes()

    def test_another_width_is_refused_with_shapes(self, generator: Path, tmp_path: Path) -> None:
        words = (*MASKGAN, *settings("options.ngf=6"), "--checkpoint", generator, "--runs", tmp_path)
        outcome = bench("train", *words)
        assert outcome.code == 2
        assert "does not fit DenseMappingNetwork" in outcome.sentence
        assert re.search(r"of another shape \S+ \(\d+(, \d+)*,?\) for \(\d+(, \d+)*,?\)", outcome.sentence)
        assert str(generator) in outcome.sentence

    def test_an_unknown_network_lists_those_there_are(self, generator: Path, tmp_path: Path) -> None:
        outcome = bench("train", *MASKGAN, "--checkpoint", generator, "--network", "genrator", "--runs", tmp_path)
        assert outcome.code == 2
        assert "unknown network of maskgan 'genrator'; did you mean 'generator'" in outcome.sentence


class TestAPlugin:
    """A method in a file of its own."""

    WORDS = ("--plugin", TINY_METHOD, "--method", "tiny", *TINY, *settings("dataset.size=32"))

    def test_it_runs_beside_the_built_in_ones(self, cache: Path, tmp_path: Path) -> None:
        outcome = ended(bench_process("run", *self.WORDS, "--runs", tmp_path, "--json"))
        assert outcome.code == 0, outcome.err
        results = {each["method"]: each for each in json.loads(outcome.out)}
        assert set(results) == {*METHODS, "tiny"} - {"maskgan"}
        assert results["tiny"]["title"] == "Two convolutions"
        assert set(results["tiny"]["protocols"]) == set(PROTOCOLS)
        assert "Two convolutions" in (tmp_path / "rendered-faces" / "leaderboard.html").read_text()
        again = bench("run", *self.WORDS, "--runs", tmp_path)
        assert again.code == 0
        assert "nothing to do" in again.err

    def test_its_card_and_variants_are_as_good_as_built_in(self) -> None:
        shown = bench("show", "tiny", "--plugin", TINY_METHOD, "--json")
        assert json.loads(shown.out)["methods"]["variants"] == {"narrow": {"width": 4}}
        plan = bench("run", "--plugin", TINY_METHOD, "--method", "tiny+narrow", "--dry-run", "--json")
        assert json.loads(plan.out)[0]["options"]["width"] == 4
        assert "tiny" in bench("list", "methods", "--plugin", TINY_METHOD).out
