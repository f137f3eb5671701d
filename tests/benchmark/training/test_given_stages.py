"""Stages that files take the place of: nothing of them is trained, and the rest goes on from exactly what was given."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark.api import load_method
from benchmark.config.experiment import Experiment
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.editing.build_method import build_editor
from benchmark.editing.given_stages import start_files
from benchmark.editing.option_weights import hashes
from registry.errors import InputError
from tests.benchmark.training.small_maskgan import SMALL, Trained, same, words
from tests.commands import TINY_SCORING, bench, settings

pytestmark = pytest.mark.integration
LAST = "editing_behavior"


def left(full: Trained, stage: str) -> str:
    return str(full.folder / "checkpoints" / f"{stage}.pth")


def experiment(**start: Any) -> Experiment:
    return resolve([ConfigSource({"method": "maskgan", "options": SMALL, "start": start}, COMMAND)])


def test_a_stage_that_starts_from_anothers_networks_ends_in_the_same_bits(full: Trained, tmp_path: Path) -> None:
    start = [f"start.{stage}={left(full, stage)}" for stage in ("mask_vae", "dense_mapping")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
        outcome = bench(*words(tmp_path / "runs"), *settings(*start))
    assert outcome.code == 0, outcome.err
    given = Trained(tmp_path / "runs")
    assert given.stages == {LAST}
    assert same(given.checkpoint(LAST)["state_dict"], full.checkpoint(LAST)["state_dict"])
    assert not list((tmp_path / "cache").glob("stages/*.pth")), "what was given is lent to no other variant"


def test_a_stage_within_which_another_run_goes_on_ends_in_the_same_bits(full: Trained, tmp_path: Path) -> None:
    before = f"start.mask_vae={left(full, 'mask_vae')}"
    kept = settings(before, "checkpoint_every=1", "keep_checkpoints=1")
    first = bench(*words(tmp_path / "first"), *kept)
    assert first.code == 0, first.err
    file = Trained(tmp_path / "first").folder / "checkpoints" / "dense_mapping.2.kept.pth"
    alone = bench(*words(tmp_path / "refused"), *settings(f"start.dense_mapping={file}"))
    assert alone.code == 2
    assert (
        "goes on within that stage: give what the stage before it left there too, by start.mask_vae=" in alone.sentence
    )
    second = bench(*words(tmp_path / "second"), *settings(before, f"start.dense_mapping={file}"))
    assert second.code == 0, second.err
    assert "dense_mapping goes on from iteration 2 of its file in start" in second.err
    given = Trained(tmp_path / "second")
    for stage in ("dense_mapping", LAST):
        assert same(given.checkpoint(stage)["state_dict"], full.checkpoint(stage)["state_dict"])


def test_a_published_network_takes_a_stages_place_and_the_result_says_so(full: Trained, tmp_path: Path) -> None:
    generator = {
        key.removeprefix("generator."): value
        for key, value in full.networks("dense_mapping").items()
        if key.startswith("generator.")
    }
    published = tmp_path / "latest_net_G.pth"
    torch.save({f"module.{key}": value for key, value in generator.items()}, published)
    scored = [*settings(*TINY_SCORING, "protocols.style-copy.count=2"), "--protocol", "style-copy"]
    start = settings(f"start.dense_mapping.generator={published}", "options.editing_behavior_lr=0.0")
    outcome = bench("score", *words(tmp_path / "runs")[1:], *start, *scored)
    assert outcome.code == 0, outcome.err
    run = Trained(tmp_path / "runs")
    assert LAST in run.stages
    assert "dense_mapping" not in run.stages
    networks = run.checkpoint("dense_mapping")["state_dict"]
    assert same({key.removeprefix("generator."): value for key, value in networks.items()}, generator)
    result = json.loads((run.folder / "result.json").read_text())
    sha256 = hashes(start_files(experiment(dense_mapping={"generator": str(published)}).method))
    (digest,) = sha256.values()
    assert result["weights_origin"] == "trained"
    assert result["notes"]["start.dense_mapping.generator"].startswith(f"SHA-256 {digest}, in place of training")

    published.unlink()
    editor = load_method("maskgan", checkpoint=run.folder)  # needs nothing but the run
    assert same(editor.model.state_dict(), editor.model.state_dict() | run.checkpoint(LAST)["state_dict"])


def test_what_was_given_counts_by_its_content_and_not_by_its_place(full: Trained, tmp_path: Path) -> None:
    def configuration(path: Path) -> str:
        found = experiment(dense_mapping=str(path))
        return found.configuration_sha256(None, hashes(start_files(found.method)))

    original = Path(left(full, "dense_mapping"))
    moved, other = tmp_path / "moved.pth", tmp_path / "other.pth"
    moved.write_bytes(original.read_bytes())
    other.write_bytes(original.read_bytes() + b" ")
    assert configuration(original) == configuration(moved) != configuration(other)
    assert experiment().configuration_sha256(None) != configuration(original)


def test_the_model_is_left_as_it_was_built(full: Trained) -> None:
    given = build_editor(experiment(dense_mapping=left(full, "dense_mapping")))
    assert given.given["dense_mapping"].keys() == full.checkpoint("dense_mapping")["state_dict"].keys()
    assert same(given.model.state_dict(), build_editor(experiment()).model.state_dict())


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ({"dense_maping": "{dense_mapping}"}, "unknown stage of maskgan 'dense_maping'; did you mean 'dense_mapping'"),
        ({"dense_mapping": {"generater": "{dense_mapping}"}}, "unknown network of maskgan 'generater'"),
        ({"dense_mapping": "{mask_vae}"}, "was left by stage mask_vae, not by dense_mapping"),
        ({"dense_mapping": "{bare}"}, "is no checkpoint that a stage left; of a published network, say which it is by"),
        ({"dense_mapping": "{absent}"}, "no such checkpoint file"),
        ({"dense_mapping": {"generator": "{mask_vae}"}}, "holds no network 'generator'"),
        ({"dense_mapping": {"generator": "{bare}"}}, "checkpoint does not fit DenseMappingNetwork: missing"),
        ({"dense_mapping": "{narrow}"}, "checkpoint does not fit MaskGAN: missing generator."),
        ({"dense_mapping": "{text}"}, "is a text file"),
        ({name: f"{{{name}}}" for name in ("mask_vae", "dense_mapping", LAST)}, "start leaves nothing to train"),
        ({"dense_mapping": 3}, "start has, by the name of a stage, the file"),
        ("generator.pth", "start has, by the name of a stage, the file"),
    ],
)
def test_a_wrong_start_is_one_sentence(start: Any, said: str, full: Trained, tmp_path: Path) -> None:
    paths = {stage: left(full, stage) for stage in ("mask_vae", "dense_mapping", LAST)}
    paths |= {name: str(tmp_path / f"{name}.pth") for name in ("bare", "absent", "narrow", "text")}
    torch.save({"weight": torch.zeros(2)}, paths["bare"])
    narrow = full.checkpoint("dense_mapping")
    first = next(iter(narrow["state_dict"]))
    torch.save({**narrow, "state_dict": {k: v for k, v in narrow["state_dict"].items() if k != first}}, paths["narrow"])
    Path(paths["text"]).write_text("to be downloaded")

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(inner) for key, inner in value.items()}
        return value.format(**paths) if isinstance(value, str) else value

    with pytest.raises(InputError) as caught:
        build_editor(resolve([ConfigSource({"method": "maskgan", "options": SMALL, "start": filled(start)}, COMMAND)]))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("other", [{"checkpoint": "latest_net_G.pth"}, {"budget": "300cpu-s"}])
def test_what_decides_all_of_the_training_excludes_it(other: dict[str, str]) -> None:
    with pytest.raises(InputError, match="start takes the place of a part of the training"):
        resolve([ConfigSource({"method": "maskgan", "start": {"dense_mapping": "file.pth"}, **other}, COMMAND)])


def test_a_stage_that_would_not_train_takes_no_file() -> None:
    options = {**SMALL, "dense_mapping_iterations": 0}
    untrained = resolve(
        [ConfigSource({"method": "maskgan", "options": options, "start": {"dense_mapping": "file.pth"}}, COMMAND)]
    )
    with pytest.raises(InputError, match="trains that stage for 0 iterations"):
        build_editor(untrained)
