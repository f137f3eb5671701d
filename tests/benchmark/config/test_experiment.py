"""Experiments: what a preset, a card, a file and a flag come to, and what is refused."""

import re
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.experiment import Experiment, as_reference, over_seeds
from benchmark.config.presets import all_protocols
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, Layer, read_layer, set_layer
from registry.catalogue import METHOD_CARDS, PROTOCOL_CARDS
from registry.errors import InputError, UnknownNameError

CARD = METHOD_CARDS.find("maskgan").card


def flags(**content: Any) -> Layer:
    return Layer({"method": "maskgan", **content}, COMMAND)


def written(tmp_path: Path, text: str) -> Layer:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    return read_layer(file)


def test_the_demo_is_the_default() -> None:
    experiment = resolve([flags()])
    assert experiment.preset == "demo"
    assert experiment.dataset.name == "rendered-faces"
    assert experiment.dataset.size == 64
    assert experiment.seed == 0
    assert set(experiment.protocols) == set(CARD.protocols)


def test_each_layer_lies_over_the_one_below(tmp_path: Path) -> None:
    file = written(tmp_path, "options: {ngf: 5, latent: 6, vae_width: 7}\n")
    assigned = set_layer(["options.latent=8", "options.vae_width=9"])
    top = flags(variant="no-sft", options={"vae_width": 10})
    options = resolve([file, assigned, top]).options
    assert options["beta1"] == CARD.options["beta1"], "the card's default"
    assert options["ndf"] == CARD.presets["demo"]["ndf"] != CARD.options["ndf"], "the card's preset"
    assert options["sft"] is False, "the variant"
    assert options["ngf"] == 5, "the file"
    assert options["latent"] == 8, "--set"
    assert options["vae_width"] == 10, "a flag"


def test_a_file_lies_over_a_variant(tmp_path: Path) -> None:
    file = written(tmp_path, "method: maskgan+no-sft\noptions: {sft: true}\n")
    experiment = resolve([file])
    assert experiment.label == "maskgan+no-sft"
    assert experiment.options["sft"] is True


@pytest.mark.parametrize("preset", ["demo", "small", "paper"])
def test_presets_change_what_they_list_and_nothing_else(preset: str) -> None:
    experiment = resolve([flags(preset=preset)])
    assert experiment.options == {**CARD.options, **CARD.presets[preset]}


def test_protocols_take_their_size_from_the_preset_until_told_otherwise() -> None:
    assert resolve([flags()]).protocols["style-copy"]["count"] == 300
    chosen = resolve([flags(protocols={"style-copy": {"count": 7}})])
    assert chosen.protocols == {"style-copy": {"count": 7, "styles": 1}}


def test_whole_numbers_do_for_fractions_but_not_the_reverse(tmp_path: Path) -> None:
    assert resolve([flags(options={"l1_weight": 3})]).options["l1_weight"] == 3
    with pytest.raises(InputError, match=r"ngf is 64 by default and cannot be 0\.5"):
        resolve([flags(options={"ngf": 0.5})])


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("options:\n  ngf: 1\n  latnt: 2\n", 3, "unknown option of maskgan 'latnt'; did you mean 'latent'"),
        ("options:\n  sft: 1\n", 2, "option of maskgan sft is True by default and cannot be 1"),
        ("seed: -1\n", 1, "seed: Input should be greater than or equal to 0, not -1"),
        ("\nlimit: 0\n", 2, "limit: Input should be greater than or equal to 1, not 0"),
        ("dataset:\n  size: 16\n", 2, "dataset.size: Input should be greater than or equal to 32, not 16"),
        ("dataset:\n  name: rendred-faces\n", 2, "unknown dataset 'rendred-faces'; did you mean 'rendered-faces'"),
        ("dataset:\n  options:\n    trian: 3\n", 3, "unknown option of rendered-faces 'trian'; did you mean 'train'"),
        ("protocols:\n  style-cpy: {}\n", 2, "unknown protocol 'style-cpy'; did you mean 'style-copy'"),
        ("protocols:\n  style-copy:\n    cuont: 3\n", 3, "unknown option of style-copy 'cuont'; did you mean 'count'"),
        ("judges:\n  parsr: {}\n", 2, "unknown judge 'parsr'; did you mean 'parser'"),
        ("judges:\n  parser: {lr: fast}\n", 2, "option of judge parser lr is 0.001 by default and cannot be 'fast'"),
        ("preset: dmo\n", 1, "unknown preset 'dmo'; did you mean 'demo'"),
        ("variant: no-sfft\n", 1, "unknown variant of maskgan 'no-sfft'; did you mean 'no-sft' or 'no-ebst'"),
        ("compute:\n  precision: fp8\n", 2, "compute.precision: Input should be 'auto', 'bf16' or 'fp32', not 'fp8'"),
        ("bootstrap_draws: 10\n", 1, "bootstrap_draws: Input should be greater than or equal to 100, not 10"),
        ("protocols: [style-copy]\n", 1, "protocols holds names with their options, not ['style-copy']"),
        ("parser_judge: bisnet\n", 1, "unknown judge 'bisnet'; did you mean 'bisenet'"),
        ("attribute_judge: [a]\n", 1, "attribute_judge is a name, not ['a']"),
        (
            "parser_judge: attributes\n",
            1,
            "parser_judge cannot be 'attributes', which judges attributes; those that can: bisenet, parser",
        ),
        ("judges:\n  bisenet: {wram_up: 1}\n", 2, "unknown option of judge bisenet 'wram_up'; did you mean 'warm_up'"),
        ("judges: parser\n", 1, "judges holds names with their options, not 'parser'"),
        ("options: 3\n", 1, "options holds options with values, not 3"),
        ("preset: 3\n", 1, "preset is a name, not 3"),
        ("variant: [no-sft]\n", 1, "variant is a name, not ['no-sft']"),
        ("dataset:\n  name: {a: 1}\n", 2, "dataset.name is a name, not {'a': 1}"),
    ],
)
def test_a_wrong_setting_names_file_line_and_key(tmp_path: Path, text: str, line: int, said: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        resolve([file, flags()])
    assert str(caught.value).startswith(f"{file.source}, line {line}: {said}")


def test_a_wrong_method_in_a_file_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"mine\.yaml, line 2: unknown method 'maskgam'; did you mean 'maskgan'"):
        resolve([written(tmp_path, "seed: 1\nmethod: maskgam\n")])


def test_no_method_is_said() -> None:
    with pytest.raises(InputError, match="no method was named; use --method"):
        resolve([Layer({}, COMMAND)])


def test_a_protocol_that_the_method_cannot_do_is_refused(tmp_path: Path) -> None:
    from registry import METHODS

    card = {
        "name": "copies-only",
        "title": "Copies only",
        "summary": "Takes part in one protocol.",
        "kind": "learned",
        "licence": "free",
        "inputs": ["image"],
        "protocols": ["reconstruction"],
    }
    METHODS.register(card=card)(type("CopiesOnly", (), {}))
    with pytest.raises(InputError, match="copies-only cannot take part in 'style-copy'; its card lists reconstruction"):
        resolve([Layer({"method": "copies-only", "protocols": {"style-copy": {}}}, COMMAND)])
    assert set(resolve([Layer({"method": "copies-only"}, COMMAND)]).protocols) == {"reconstruction"}


def test_seeds_change_nothing_but_the_seed_and_the_folder() -> None:
    experiment = resolve([flags(variant="no-sft")])
    several = over_seeds(experiment, [0, 1, 4])
    assert [each.seed for each in several] == [0, 1, 4]
    assert len({each.folder(Path("runs")) for each in several}) == 3
    assert several[2].folder(Path("runs")) == Path("runs/rendered-faces/maskgan+no-sft/seed4")
    assert {each.model_copy(update={"seed": 0}).sha256() for each in several} == {experiment.sha256()}


def test_the_resolved_yaml_resolves_to_itself(tmp_path: Path) -> None:
    experiment = resolve([flags(variant="lambda-4", seed=3, limit=5, preset="small")])
    file = tmp_path / "resolved.yaml"
    file.write_text(experiment.to_yaml())
    assert resolve([read_layer(file)]) == experiment


def test_the_hash_is_independent_of_where_files_lie() -> None:
    here = resolve([flags(dataset={"name": "celebamask-hq", "root": "/a"}, checkpoint="/a/G.pth")])
    there = resolve([flags(dataset={"name": "celebamask-hq", "root": "/b"}, checkpoint="/b/G.pth", tensorboard=True)])
    assert here.sha256() == there.sha256()


@pytest.mark.parametrize(
    "change",
    [
        {"options": {"ngf": 5}},
        {"seed": 1},
        {"limit": 3},
        {"dataset": {"size": 128}},
        {"judges": {"parser": {"lr": 0.5}}},
        {"parser_judge": "bisenet"},
        {"bootstrap_draws": 200},
        {"protocols": {"style-copy": {}}},
    ],
    ids=str,
)
def test_the_hash_depends_on_what_decides_figures(change: dict[str, Any]) -> None:
    assert resolve([flags(**change)]).sha256() != resolve([flags()]).sha256()


def test_seeds_share_a_configuration_which_options_and_a_checkpoint_decide() -> None:
    experiment = resolve([flags()])
    own = experiment.configuration_sha256(None)
    assert {each.configuration_sha256(None) for each in over_seeds(experiment, [0, 1])} == {own}
    assert all_protocols(experiment).configuration_sha256(None) == own
    changed = resolve([flags(options={"sft": False})])
    assert changed.label == experiment.label
    assert changed.configuration_sha256(None) != own
    assert experiment.configuration_sha256("1" * 64) != own


def test_only_the_judges_that_have_a_role_are_configured() -> None:
    assert set(resolve([flags()]).judges) == {"parser", "attributes"}
    options = {"bisenet": {"lr": 0.5}, "parser": {"lr": 0.25}}
    chosen = resolve([flags(parser_judge="bisenet", judges=options)])
    assert set(chosen.judges) == {"bisenet", "attributes"}
    assert chosen.judges["bisenet"]["lr"] == 0.5
    assert resolve([flags(judges=options)]).judges["parser"]["lr"] == 0.25
    assert as_reference(chosen, "copy-target").parser_judge == "bisenet"


def test_a_reference_shares_dataset_protocols_and_judges() -> None:
    experiment = resolve([flags(seed=3, variant="no-sft", checkpoint="G.pth", dataset={"size": 128})])
    reference = as_reference(experiment, "copy-target")
    assert reference.label == "copy-target"
    assert (reference.seed, reference.options, reference.checkpoint) == (0, {}, None)
    assert reference.dataset == experiment.dataset
    assert reference.protocols == experiment.protocols
    assert reference.judges == experiment.judges


def test_every_protocol_joins_without_changing_those_chosen() -> None:
    experiment = all_protocols(resolve([flags(protocols={"style-copy": {"count": 7}})]))
    assert set(experiment.protocols) == {entry.card.name for entry in PROTOCOL_CARDS}
    assert experiment.protocols["style-copy"] == {"count": 7, "styles": 1}
    assert experiment.protocols["reconstruction"]["count"] == 200


def test_a_specification_forbids_unknown_keys() -> None:
    content = resolve([flags()]).model_dump() | {"colour": "red"}
    with pytest.raises(ValueError, match=re.compile("colour.*Extra inputs are not permitted", re.DOTALL)):
        Experiment.model_validate(content)
