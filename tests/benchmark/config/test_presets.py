"""Presets of one's own: a file, or a plug-in's card, over a built-in preset; by its name wherever settings are."""

from pathlib import Path
from typing import Any

import pytest

from benchmark.config.presets import all_protocols
from benchmark.config.resolve import resolve, resolve_evaluation
from benchmark.config.sources import COMMAND, ConfigSource, read_assignments, read_config
from registry.catalogue import PRESET_CARDS
from registry.errors import InputError
from registry.plugins import load_named
from tests.loaded_plugins import forgotten_plugins

STUDIO = """
name: studio
base: small
size: 96
protocols:
  attribute-transfer: {count: 7}
methods:
  maskgan: {ngf: 24, mask_vae_iterations: 100}
  maskgan+no-ebst: {ndf: 9}
judges:
  attributes: {iterations: 4000}
"""


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    file = tmp_path / "studio.preset.yaml"
    file.write_text(STUDIO)
    return file


def flags(preset: object, method: str = "maskgan", **content: Any) -> ConfigSource:
    return ConfigSource({"method": method, "preset": str(preset), **content}, COMMAND)


def test_a_file_lies_over_its_base_and_under_what_was_written(studio: Path) -> None:
    small = resolve([flags("small", "maskgan+no-ebst")])
    own = resolve([read_assignments(["options.ngf=25"]), flags(studio, "maskgan+no-ebst")])
    changed = {name for name, value in own.method.options.items() if value != small.method.options[name]}
    assert changed == {"ngf", "ndf", "mask_vae_iterations", "mask_vae_epochs"}
    assert (own.method.options["ngf"], own.method.options["ndf"]) == (25, 9)
    assert own.method.options["mask_vae_epochs"] == 0, "a length in iterations takes the place of one in epochs"
    assert resolve([flags(studio)]).method.options["ndf"] == small.method.options["ndf"]
    evaluation = own.evaluation
    assert (evaluation.preset, evaluation.dataset.size) == ("studio", 96)
    assert evaluation.dataset.options == small.evaluation.dataset.options
    assert list(evaluation.protocols) == list(small.evaluation.protocols), "a preset chooses no protocol"
    assert evaluation.protocols["attribute-transfer"]["count"] == 7
    assert evaluation.protocols["style-copy"] == small.evaluation.protocols["style-copy"]
    assert evaluation.judges["attributes"]["iterations"] == 4000
    assert evaluation.judges["parser"] == small.evaluation.judges["parser"]


def test_a_resolved_experiment_is_the_same_without_the_file(studio: Path, tmp_path: Path) -> None:
    experiment = resolve([flags(studio, protocols={"style-copy": {}})])
    (tmp_path / "experiment.yaml").write_text(experiment.to_yaml())
    studio.unlink()
    again = resolve([read_config(tmp_path / "experiment.yaml")])
    assert again == experiment
    assert again.sha256() == experiment.sha256()
    assert all_protocols(again.evaluation).protocols["attribute-transfer"]["count"] == 7
    other = resolve([read_config(tmp_path / "experiment.yaml"), flags("demo")])
    assert (other.evaluation.preset, other.evaluation.own_preset) == ("demo", None)


def test_what_it_says_of_other_methods_changes_no_run(studio: Path) -> None:
    before = resolve([flags(studio, "spade")])
    studio.write_text(STUDIO.replace("ngf: 24", "ngf: 28"))
    assert resolve([flags(studio, "spade")]).sha256() == before.sha256()
    studio.write_text(STUDIO.replace("methods:", "methods:\n  spade: {ngf: 5}"))
    assert resolve([flags(studio, "spade")]).sha256() != before.sha256()


def test_a_settings_file_names_the_file_beside_it(studio: Path) -> None:
    config = studio.with_name("mine.yaml")
    config.write_text(f"preset: {studio.name}\n")
    assert resolve_evaluation([read_config(config)]).preset == "studio"


def test_a_plug_ins_preset_is_found_by_its_name(studio: Path) -> None:
    with forgotten_plugins():
        load_named(str(studio))
        assert [entry.card.name for entry in PRESET_CARDS] == ["demo", "paper", "small", "studio"]
        assert resolve([flags("studio")]) == resolve([flags(studio)])
    with pytest.raises(InputError, match="unknown preset 'studio'"):
        resolve([flags("studio")])


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("name: studio", "name: paper", "name: paper is a built-in preset; give this one another name"),
        ("base: small", "base: smal", "base: unknown preset 'smal'; did you mean 'small'?"),
        ("base: small", "title: alone", "base: unknown preset ''; known: demo, paper, small"),
        ("size: 96", "siz: 96", "unknown key 'siz'; did you mean 'size'?"),
        ("maskgan:", "maskgam:", "unknown method 'maskgam'; did you mean 'maskgan' or 'mask-guided'?"),
        ("no-ebst", "no-ebts", "unknown variant of maskgan 'no-ebts'; did you mean 'no-ebst'"),
        ("  attributes:", "  attributes+wide:", "unknown judge 'attributes+wide'; did you mean 'attributes'?"),
        ("ngf: 24", "ngff: 24", "unknown option of maskgan 'ngff'; did you mean 'ngf'"),
        ("ngf: 24", "ngf: wide", "option of maskgan ngf is 64 by default and cannot be 'wide'; it takes int"),
        ("name: studio", "name: studio\nentry: os:system", "entry: a preset has no code"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(studio: Path, before: str, after: str, message: str) -> None:
    studio.write_text(STUDIO.replace(before, after, 1))
    with pytest.raises(InputError) as caught:
        resolve([flags(studio)])
    assert str(caught.value).startswith(f"{studio}: {message}")
