"""Experiments: what a preset, a card, a file and a flag come to, and what is refused."""

import re
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.evaluation_spec import DatasetSpec, EvaluationSpec
from benchmark.config.experiment import (
    EVALUATION_KEYS,
    METHOD_KEYS,
    Experiment,
    MethodSpec,
    over_seeds,
)
from benchmark.config.presets import all_protocols
from benchmark.config.references import reference_experiment
from benchmark.config.resolve import resolve, resolve_evaluation
from benchmark.config.sources import COMMAND, ConfigSource, read_assignments, read_config
from registry.catalogue import METHOD_CARDS, PROTOCOL_CARDS
from registry.errors import InputError, UnknownNameError
from registry.protocols_of_method import protocols_of

CARD = METHOD_CARDS.find("maskgan").card


def flags(**content: Any) -> ConfigSource:
    return ConfigSource({"method": "maskgan", **content}, COMMAND)


def written(tmp_path: Path, text: str) -> ConfigSource:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    return read_config(file)


def test_the_demo_is_the_default() -> None:
    experiment = resolve([flags()])
    assert experiment.evaluation.preset == "demo"
    assert experiment.evaluation.dataset.name == "rendered-faces"
    assert experiment.evaluation.dataset.size == 64
    assert experiment.method.seed == 0
    assert set(experiment.evaluation.protocols) == set(protocols_of(CARD)) - {
        "completion",
        "mask-edits",
        "attribute-strengths",
        "examples",
    }


def test_each_source_lies_over_the_one_below(tmp_path: Path) -> None:
    file = written(tmp_path, "options: {ngf: 5, latent: 6, vae_width: 7}\n")
    assigned = read_assignments(["options.latent=8", "options.vae_width=9"])
    top = flags(variant="no-sft", options={"vae_width": 10})
    options = resolve([file, assigned, top]).method.options
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
    assert experiment.method.options["sft"] is True


@pytest.mark.parametrize("preset", ["demo", "small", "paper"])
def test_presets_change_what_they_list_and_nothing_else(preset: str) -> None:
    experiment = resolve([flags(preset=preset)])
    changed = CARD.presets[preset]
    other_unit = {name.replace("epochs", "iterations") for name in changed if name.endswith("epochs")}
    assert experiment.method.options == {**CARD.options, **dict.fromkeys(other_unit, 0), **changed}


def test_a_variant_may_have_changes_of_its_own_at_a_preset() -> None:
    card = METHOD_CARDS.find("cyclegan").card
    plain, unit = (resolve([flags(method=f"cyclegan{name}", preset="paper")]).method.options for name in ("", "+unit"))
    assert (plain["lr"], plain["epochs"], plain["iterations"]) == (card.options["lr"], 200, 0)
    assert (unit["lr"], unit["epochs"], unit["iterations"]) == (1e-4, 0, 1_000_000), "the variant at the preset"
    assert unit["weight_decay"] == card.variants["unit"]["weight_decay"], "the variant"
    assert unit["max_size"] == card.presets["paper"]["max_size"], "the preset"
    written = resolve([flags(method="cyclegan+unit", preset="paper", options={"lr": 3e-4})])
    assert written.method.options["lr"] == 3e-4, "what a user writes"
    assert resolve([flags(method="cyclegan+no-pool", preset="paper")]).method.options == {**plain, "pool_size": 0}


def test_protocols_take_their_size_from_the_preset_until_told_otherwise() -> None:
    assert resolve([flags()]).evaluation.protocols["style-copy"]["count"] == 300
    chosen = resolve([flags(protocols={"style-copy": {"count": 7}})])
    assert chosen.evaluation.protocols == {"style-copy": {"count": 7, "styles": 1}}


@pytest.mark.parametrize("written", ["attribute", "attributes"])
@pytest.mark.parametrize("value", ["Eyeglasses", ["Smiling", "Eyeglasses"], "all"])
def test_one_attribute_or_several_are_chosen_by_either_word(written: str, value: str | list[str]) -> None:
    chosen = resolve([flags(protocols={"attribute-transfer": {written: value}})])
    assert chosen.evaluation.protocols == {"attribute-transfer": {"attribute": value, "count": 200}}


def test_both_words_for_the_attributes_are_one_too_many() -> None:
    both = {"attribute": "Smiling", "attributes": ["Eyeglasses"]}
    with pytest.raises(InputError, match="attributes is another word for option of attribute-transfer attribute"):
        resolve([flags(protocols={"attribute-transfer": both})])


def test_the_protocols_options_are_what_they_always_were() -> None:
    before = {"attribute": "Smiling", "count": 200}
    assert resolve([flags()]).evaluation.protocols["attribute-transfer"] == before
    for strength in (1, 0.5):
        chosen = resolve([flags(protocols={"attribute-transfer": {"strength": strength}})]).evaluation
        changed = {} if strength == 1 else {"strength": strength}
        assert chosen.protocols["attribute-transfer"] == before | changed


def test_whole_numbers_do_for_fractions_but_not_the_reverse(tmp_path: Path) -> None:
    assert resolve([flags(options={"l1_weight": 3})]).method.options["l1_weight"] == 3
    with pytest.raises(InputError, match=r"ngf is 64 by default and cannot be 0\.5"):
        resolve([flags(options={"ngf": 0.5})])


def test_a_fraction_that_is_whole_does_where_a_whole_number_is_meant(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("method: stargan\noptions: {iterations: 1e3, generator_lr: 1e-4}\nlimit: 1e1\nseed: 2.0\n")
    words = read_assignments(["options.batch_size=1.6e1", "judges.parser.iterations=1e2", "dataset.options.train=2e1"])
    experiment = resolve([read_config(file), words])
    options, evaluation = experiment.method.options, experiment.evaluation
    whole = [options["iterations"], options["batch_size"], evaluation.judges["parser"]["iterations"]]
    whole += [evaluation.dataset.options["train"], evaluation.limit, experiment.method.seed]
    assert whole == [1000, 16, 100, 20, 10, 2]
    assert {type(number) for number in whole} == {int}
    assert options["generator_lr"] == 1e-4
    assert resolve([flags(variant="latent=3.2e1")]).label == "maskgan+latent=32"


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
        (
            "compute:\n  precision: fp8\n",
            2,
            "compute.precision: Input should be 'auto', 'bf16', 'fp16' or 'fp32', not 'fp8'",
        ),
        ("bootstrap_draws: 10\n", 1, "bootstrap_draws: Input should be greater than or equal to 100, not 10"),
        ("protocols: [style-copy]\n", 1, "protocols holds names with their options, not ['style-copy']"),
        ("parser_judge: bisnet\n", 1, "unknown judge 'bisnet'; did you mean 'bisenet'"),
        ("attribute_judge: [a]\n", 1, "attribute_judge is a name, not ['a']"),
        (
            "parser_judge: attributes\n",
            1,
            "parser_judge cannot be 'attributes', which judges attributes; those that can: bisenet, bisenet-published, "
            "parser",
        ),
        ("judges:\n  bisenet: {wram_up: 1}\n", 2, "unknown option of judge bisenet 'wram_up'; did you mean 'warm_up'"),
        ("metrics: [kidd]\n", 1, "unknown metric 'kidd'; did you mean 'kid'"),
        ("limit: 3\nmetrics: [parameters]\n", 2, "metric 'parameters' is a cost, which every table shows already"),
        ("metrics: kid\n", 1, "metrics is a list of names, such as [fid, kid], not 'kid'"),
        ("metrics: [1]\n", 1, "metrics is a list of names, such as [fid, kid], not [1]"),
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
        resolve([ConfigSource({}, COMMAND)])


def test_a_method_that_can_do_none_of_its_protocols_is_refused() -> None:
    from registry import METHODS

    card = {
        "name": "copies-only",
        "title": "Copies only",
        "summary": "Takes what one protocol gives.",
        "kind": "learned",
        "licence": "free",
        "takes": ["image", "attributes"],
    }
    METHODS.register(card=card)(type("CopiesOnly", (), {}))
    with pytest.raises(InputError, match="Copies only takes image and attributes; style-copy gives no attr"):
        resolve([ConfigSource({"method": "copies-only", "protocols": {"style-copy": {}}}, COMMAND)])
    assert set(resolve([ConfigSource({"method": "copies-only"}, COMMAND)]).evaluation.protocols) == {
        "attribute-transfer"
    }
    both = {"method": "copies-only", "protocols": {"style-copy": {}, "attribute-transfer": {}}}
    assert set(resolve([ConfigSource(both, COMMAND)]).evaluation.protocols) == {"style-copy", "attribute-transfer"}


def test_seeds_change_nothing_but_the_seed_and_the_folder() -> None:
    experiment = resolve([flags(variant="no-sft")])
    several = over_seeds(experiment, [0, 1, 4])
    assert [each.method.seed for each in several] == [0, 1, 4]
    assert len({each.folder(Path("runs")) for each in several}) == 3
    assert several[2].folder(Path("runs")) == Path("runs/rendered-faces/maskgan+no-sft/seed4")
    assert {each.sha256() for one in several for each in over_seeds(one, [0])} == {experiment.sha256()}


def test_the_resolved_yaml_resolves_to_itself(tmp_path: Path) -> None:
    experiment = resolve([flags(variant="lambda-4", seed=3, limit=5, preset="small")])
    file = tmp_path / "resolved.yaml"
    file.write_text(experiment.to_yaml())
    assert resolve([read_config(file)]) == experiment


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
    every = Experiment(method=experiment.method, evaluation=all_protocols(experiment.evaluation))
    assert every.configuration_sha256(None) == own
    changed = resolve([flags(options={"sft": False})])
    assert changed.label == experiment.label
    assert changed.configuration_sha256(None) != own
    assert experiment.configuration_sha256("1" * 64) != own


def test_only_the_judges_that_have_a_role_are_configured() -> None:
    assert set(resolve([flags()]).evaluation.judges) == {"parser", "attributes"}
    options = {"bisenet": {"lr": 0.5}, "parser": {"lr": 0.25}}
    chosen = resolve([flags(parser_judge="bisenet", judges=options)]).evaluation
    assert set(chosen.judges) == {"bisenet", "attributes"}
    assert chosen.judges["bisenet"]["lr"] == 0.5
    assert resolve([flags(judges=options)]).evaluation.judges["parser"]["lr"] == 0.25


def test_a_reference_shares_the_evaluation() -> None:
    experiment = resolve([flags(seed=3, variant="no-sft", checkpoint="G.pth", dataset={"size": 128})])
    reference = reference_experiment(experiment.evaluation, METHOD_CARDS.find("copy-target").card)
    assert reference.label == "copy-target"
    assert (reference.method.seed, reference.method.options, reference.method.checkpoint) == (0, {}, None)
    assert reference.evaluation == experiment.evaluation


def test_every_protocol_joins_without_changing_those_chosen() -> None:
    evaluation = all_protocols(resolve([flags(protocols={"style-copy": {"count": 7}})]).evaluation)
    assert set(evaluation.protocols) == {entry.card.name for entry in PROTOCOL_CARDS} - {
        "completion",
        "mask-edits",
        "attribute-strengths",
        "examples",
    }
    assert evaluation.protocols["style-copy"] == {"count": 7, "styles": 1}
    assert evaluation.protocols["reconstruction"]["count"] == 200


def test_a_specification_forbids_unknown_keys() -> None:
    experiment = resolve([flags()])
    for spec in (experiment.method, experiment.evaluation):
        content = spec.model_dump() | {"colour": "red"}
        with pytest.raises(ValueError, match=re.compile("colour.*Extra inputs are not permitted", re.DOTALL)):
            type(spec).model_validate(content)


PAINTER = Experiment(
    method=MethodSpec(
        name="painter",
        variant="wide",
        options={"width": 8, "lr": 0.001},
        seed=3,
        checkpoint="/a/G.pth",
        network="generator",
        tensorboard=True,
    ),
    evaluation=EvaluationSpec(
        preset="small",
        dataset=DatasetSpec(root="/a", size=64, options={"train": 12}),
        protocols={"style-copy": {"count": 7, "styles": 1}},
        judges={"parser": {"lr": 0.5}},
        limit=5,
    ),
)


def test_hashes_are_those_that_older_results_hold() -> None:
    """Computed while a method and its evaluation were one specification."""
    trained = "3f8689eaf8d30882afaa8a1e1fc1a37b37b8e80e0c2118c91fcdaa8b295d1228"
    published = "8d26407cf1b229e35ac0fb1af9e3845c1778f760535b43e6d77cb218f2642a6b"
    assert PAINTER.configuration_sha256(None) == trained
    assert PAINTER.configuration_sha256("1" * 64) == published
    assert PAINTER.sha256() == "fc72b2b41e58c381bcce86abf475fdb34fff087d6b52345295b167620b00b1c1"
    reference = reference_experiment(PAINTER.evaluation, METHOD_CARDS.find("oracle").card)
    assert reference.configuration_sha256(None) == "d8eaa40ba6ff9aee5eacafc5cb04b4d9c0e4dca2b81a0c3e49d6e1f43749c7ac"
    assert reference.sha256() == "e39b19cedd7739533bf4d0a0d19cb1803210651f5a3aea56a3ea5aebbbdd6ca7"


def test_what_decides_the_weights_is_what_older_runs_noted() -> None:
    assert PAINTER.training_part() == {
        "method": "painter",
        "variant": "wide",
        "options": {"width": 8, "lr": 0.001},
        "seed": 3,
        "network": "generator",
        "size": 64,
    }


def test_a_file_from_before_metrics_could_be_added_still_resolves() -> None:
    experiment = resolve([flags(seed=3, limit=5)])
    settings = experiment.settings()
    assert settings.pop("metrics") == []
    assert resolve([ConfigSource(settings, "experiment.yaml")]) == experiment


def test_metrics_are_added_to_those_of_every_protocol() -> None:
    experiment = resolve([flags(metrics=["kid", "seg-miou", "kid"])])
    assert experiment.evaluation.metrics == ("kid", "seg-miou")
    for name in experiment.evaluation.protocols:
        own = PROTOCOL_CARDS.find(name).card.metrics
        added = [metric for metric in ("kid", "seg-miou") if metric not in own]
        assert experiment.evaluation.metrics_of(name) == [*own, *added]
    plain = resolve([flags()])
    assert plain.evaluation.metrics_of("style-copy") == PROTOCOL_CARDS.find("style-copy").card.metrics
    assert experiment.sha256() == plain.sha256(), "figures are what they were"
    assert experiment.training_part() == plain.training_part()


def test_metrics_of_a_flag_replace_those_of_a_file(tmp_path: Path) -> None:
    file = written(tmp_path, "metrics: [fid]\n")
    assert resolve([file, flags()]).evaluation.metrics == ("fid",)
    assert resolve([file, read_assignments(["metrics=[kid]"]), flags()]).evaluation.metrics == ("kid",)
    assert resolve([file, read_assignments(["metrics=[kid]"]), flags(metrics=["fid-clean"])]).evaluation.metrics == (
        "fid-clean",
    )


def test_an_evaluation_needs_no_method_and_takes_every_protocol(tmp_path: Path) -> None:
    evaluation = resolve_evaluation([written(tmp_path, "limit: 3\ndataset: {size: 128}\n")])
    assert set(evaluation.protocols) == {entry.card.name for entry in PROTOCOL_CARDS} - {
        "completion",
        "mask-edits",
        "attribute-strengths",
        "examples",
    }
    assert (evaluation.limit, evaluation.dataset.size) == (3, 128)
    chosen = ConfigSource({"protocols": {"style-copy": {}}}, COMMAND)
    assert resolve_evaluation([read_assignments(["protocols.style-copy.count=7"]), chosen]).protocols == {
        "style-copy": {"count": 7, "styles": 1}
    }


@pytest.mark.parametrize("key", sorted(METHOD_KEYS))
def test_an_evaluation_alone_has_no_keys_of_a_method(key: str) -> None:
    with pytest.raises(InputError, match=f"unknown key '{key}'"):
        resolve_evaluation([ConfigSource({key: None}, "mine.yaml")])


def test_no_key_is_of_both() -> None:
    assert not set(METHOD_KEYS) & set(EVALUATION_KEYS)


def test_a_file_for_several_methods_has_the_options_of_each(tmp_path: Path) -> None:
    text = """
        preset: small
        methods:
          stargan: {ngf: 48, iterations: 700, attributes: [Smiling, Freckles]}
          spade: {iterations: 500}
        """
    shared = written(tmp_path, text)
    stargan = resolve([shared, flags(method="stargan", options={"ngf": 40})]).method.options
    assert (stargan["ngf"], stargan["iterations"], stargan["attributes"]) == (40, 700, ["Smiling", "Freckles"])
    assert stargan["epochs"] == 0, "which takes the place of the preset's epochs"
    spade = resolve([shared, flags(method="spade+m")])
    assert spade.method.options["iterations"] == 500
    assert resolve([shared, flags(method="maskgan")]) == resolve([flags(method="maskgan", preset="small")])
    assert resolve_evaluation([shared]).preset == "small"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("methods:\n  stargam: {ngf: 48}\n", "line 2: unknown method 'stargam'; did you mean 'stargan'?"),
        ("methods:\n  stargan: {ngff: 48}\n", "line 2: unknown option of stargan 'ngff'; did you mean 'ngf'"),
        (
            "methods:\n  stargan: {ngf: wide}\n",
            "line 2: option of stargan ngf is 64 by default and cannot be 'wide'; it takes int",
        ),
        ("methods:\n  stargan: 48\n", "line 2: methods.stargan holds options with values, not 48"),
        ("methods: [stargan]\n", "line 1: methods has options by method, not ['stargan']"),
    ],
)
def test_wrong_options_of_a_method_are_refused_whichever_runs(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        resolve([written(tmp_path, text), flags(method="spade")])
    with pytest.raises(InputError, match=re.escape(said)):
        resolve_evaluation([written(tmp_path, text)])


def test_a_validation_curve_decides_no_figure_unless_it_chooses_the_networks() -> None:
    plain = resolve([flags()])
    assert not plain.settings().keys() & {"validate_every", "keep"}
    drawn = resolve([flags(validate_every=100)])
    assert drawn.settings()["validate_every"] == 100
    assert drawn.sha256() == plain.sha256()
    assert drawn.configuration_sha256(None) == plain.configuration_sha256(None)
    assert drawn.training_part() == plain.training_part()
    chosen = resolve([flags(validate_every=100, keep="best:seg-miou")])
    often = resolve([flags(validate_every=50, keep="best:seg-miou")])
    assert len({each.sha256() for each in (plain, chosen, often)}) == 3
    assert len({each.configuration_sha256(None) for each in (plain, chosen, often)}) == 3
    assert chosen.training_part()["keep"] == "best:seg-miou"


def test_checkpoints_that_are_kept_decide_no_figure() -> None:
    plain = resolve([flags()])
    assert not plain.settings().keys() & {"checkpoint_every", "keep_checkpoints"}
    kept = resolve([flags(checkpoint_every=1000, keep_checkpoints=5)])
    assert (kept.settings()["checkpoint_every"], kept.settings()["keep_checkpoints"]) == (1000, 5)
    assert kept.sha256() == plain.sha256()
    assert kept.configuration_sha256(None) == plain.configuration_sha256(None)
    assert kept.training_part() == plain.training_part()


def test_parts_of_batches_decide_the_weights_and_whole_batches_are_as_before() -> None:
    plain, parts = resolve([flags()]), resolve([flags(accumulate=4)])
    assert "accumulate" not in plain.settings().keys() | plain.training_part().keys()
    assert resolve([flags(accumulate=1)]).sha256() == plain.sha256()
    assert parts.training_part() == {**plain.training_part(), "accumulate": 4}
    assert parts.sha256() != plain.sha256()
    assert parts.configuration_sha256(None) != plain.configuration_sha256(None)
    assert resolve([ConfigSource(parts.settings(), "experiment.yaml")]) == parts


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"accumulate": 0}, "accumulate: Input should be greater than or equal to 1, not 0"),
        ({"keep": "first"}, "keep is last, or best:METRIC such as best:seg-miou, not 'first'"),
        ({"keep": 3}, "keep is last, or best:METRIC such as best:seg-miou, not 3"),
        ({"keep": "best:seg-mio"}, "unknown metric 'seg-mio'; did you mean 'seg-miou'"),
        ({"keep": "best:fid"}, "keep: fid has no figure of single images"),
        ({"keep": "best:seg-miou", "validate_every": 0}, "keep: best:seg-miou needs a validation curve"),
        ({"checkpoint_every": -1}, "checkpoint_every: Input should be greater than or equal to 0, not -1"),
        (
            {"checkpoint_every": 10, "keep_checkpoints": 0},
            "keep_checkpoints: Input should be greater than or equal to 1",
        ),
        ({"keep_checkpoints": 2}, "keep_checkpoints is how many of those of checkpoint_every are kept: give that too"),
        ({"validate_every": -1}, "validate_every: Input should be greater than or equal to 0, not -1"),
    ],
    ids=str,
)
def test_what_cannot_be_kept_is_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        resolve([flags(**settings)])
