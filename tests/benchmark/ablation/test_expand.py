"""Ablation studies: which experiments one experiment comes to."""

from math import prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.ablation.expand import Cell, expand
from benchmark.ablation.study import STUDY, read_study, study_folder, study_of, write_study
from benchmark.config.experiment import Experiment
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from registry.cards import Ablation, MethodCard, check_card
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError

CARD = METHOD_CARDS.find("maskgan").card
LEVELS: dict[str, list[Any]] = {
    "sft": [False, True],
    "blender": [False, True],
    "lambda_inter": [1.5, 2.5, 4.0, 7],
    "kl_weight": [1e-4, 1e-5, 0.1],
    "latent": [8, 16, 128],
}
FACTORS = st.dictionaries(st.sampled_from(sorted(LEVELS)), st.just(None), min_size=1).flatmap(
    lambda names: st.fixed_dictionaries(
        {name: st.lists(st.sampled_from(LEVELS[name]), min_size=1, max_size=4) for name in names}
    )
)


def maskgan(method: str = "maskgan", **options: Any) -> Experiment:
    return resolve([ConfigSource({"method": method, **({"options": options} if options else {})}, COMMAND)])


def with_plan(**plan: Any) -> MethodCard:
    return CARD.model_copy(update={"ablation": Ablation(**plan)})


def by_label(cells: list[Cell]) -> dict[str, dict[str, Any]]:
    return {cell.experiment.label: cell.changes for cell in cells}


def test_maskgans_study_takes_the_variants_on_its_card() -> None:
    assert by_label(expand(maskgan(), CARD)) == {"maskgan": {}} | {
        f"maskgan+{name}": changes for name, changes in CARD.variants.items()
    }


def test_a_cell_is_the_run_of_the_variant() -> None:
    for cell in expand(maskgan(), CARD):
        assert cell.experiment == maskgan(cell.experiment.label)


@pytest.mark.integration
@settings(deadline=None)
@given(factors=FACTORS)
def test_one_off_changes_one_factor_at_a_time(factors: dict[str, list[Any]]) -> None:
    reference = maskgan()
    cells = expand(reference, with_plan(factors=factors))
    others = {
        name: [level for level in set(levels) if level != reference.method.options[name]]
        for name, levels in factors.items()
    }
    assert len(cells) == 1 + sum(map(len, others.values()))
    assert cells[0].experiment == reference
    assert all(len(cell.changes) == 1 for cell in cells[1:])
    assert_sound(cells, reference)


@pytest.mark.integration
@settings(deadline=None)
@given(factors=FACTORS)
def test_factorial_takes_every_combination_with_the_references_levels(factors: dict[str, list[Any]]) -> None:
    reference = maskgan()
    cells = expand(reference, with_plan(factors=factors, design="factorial"))
    assert len(cells) == prod(len({*levels, reference.method.options[name]}) for name, levels in factors.items())
    assert cells[0].experiment == reference
    assert_sound(cells, reference)


def assert_sound(cells: list[Cell], reference: Experiment) -> None:
    folders = {cell.experiment.folder(Path()) for cell in cells}
    options = {str(sorted(cell.experiment.method.options.items(), key=str)) for cell in cells}
    assert len(folders) == len(cells) == len(options), "a folder for each set of options"
    for cell in cells:
        assert cell.experiment.method.options == {**reference.method.options, **cell.changes}
        assert all(reference.method.options[name] != level for name, level in cell.changes.items())
        assert resolve([ConfigSource({"method": cell.experiment.label}, COMMAND)]) == cell.experiment


def test_a_list_takes_the_cells_by_their_names() -> None:
    plan = {"bare": {"sft": False, "blender": False}, "as-it-is": {"sft": True}, "no-sft": {"sft": False}}
    cells = expand(maskgan(), with_plan(design="list", cells=plan))
    assert [cell.name for cell in cells] == ["full", "bare", "no-sft"]
    assert list(by_label(cells)) == ["maskgan", "maskgan+blender=false,sft=false", "maskgan+no-sft"]
    chosen = expand(maskgan(), with_plan(design="list", cells=plan), ["no-sft"])
    assert [cell.name for cell in chosen] == ["full", "no-sft"]


def test_only_the_factors_chosen_vary() -> None:
    cells = expand(maskgan(), CARD, ["lambda_inter", "sft"])
    assert list(by_label(cells)) == ["maskgan", "maskgan+no-sft", "maskgan+lambda-1.5", "maskgan+lambda-4"]


def test_a_variant_may_be_the_reference() -> None:
    cells = expand(maskgan("maskgan+no-sft"), CARD, ["sft", "blender"])
    assert list(by_label(cells)) == ["maskgan+no-sft", "maskgan+blender=false,sft=false"]
    assert cells[1].changes == {"blender": False}
    assert cells[1].experiment.method.options["sft"] is False


def test_two_sets_of_options_never_share_a_folder() -> None:
    reference = maskgan("maskgan+no-sft", sft=True)
    with pytest.raises(InputError, match=r"'no-sft' and 'full' would both run as maskgan\+no-sft"):
        expand(reference, CARD, ["sft"])


@pytest.mark.parametrize(
    ("plan", "chosen", "said"),
    [
        ({"factors": {"sft": [False]}}, ["stf"], "unknown factor of maskgan 'stf'; did you mean 'sft'?"),
        (
            {"factors": {"sfft": [False]}},
            [],
            "unknown ablation option of maskgan 'sfft'; did you mean 'sft' or 'ebst'?",
        ),
        (
            {"factors": {"sft": [1]}},
            [],
            "ablation option of maskgan sft is True by default and cannot be 1; it takes bool",
        ),
        (
            {"design": "list", "cells": {"bare": {"sft": False}}},
            ["bear"],
            "unknown ablation cell of maskgan 'bear'; did you mean 'bare'?",
        ),
    ],
)
def test_a_wrong_factor_or_level_is_said(plan: dict[str, Any], chosen: list[str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        expand(maskgan(), with_plan(**plan), chosen)
    assert str(caught.value) == said


def test_a_method_without_a_study_is_said() -> None:
    card = METHOD_CARDS.find("copy-target").card
    with pytest.raises(InputError, match="copy-target proposes no ablation study"):
        expand(maskgan("copy-target"), card)


@pytest.mark.parametrize(
    "plan", [{"design": "list", "factors": {"a": [1]}}, {"cells": {"a": {}}}, {"design": "factorial"}]
)
def test_a_card_gives_what_its_design_takes(plan: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"card: ablation: .*design '.*' takes (cells|factors), and no"):
        check_card(CARD.model_dump() | {"ablation": plan}, MethodCard, "card")


@pytest.mark.parametrize(
    "entry", [each for each in METHOD_CARDS if each.card.ablation], ids=lambda each: each.card.name
)
def test_every_study_on_a_card_runs_its_variants(entry: Any) -> None:
    cells = expand(maskgan(entry.card.name), entry.card)
    assert len(cells) >= 2
    assert all(cell.experiment.method.variant in entry.card.variants for cell in cells[1:]), "each cell has a name"


@pytest.mark.parametrize(("method", "least"), [("maskgan", 7), ("pix2pixhd", 2), ("spade", 2)])
def test_these_cards_propose_so_many_factors(method: str, least: int) -> None:
    plan = METHOD_CARDS.find(method).card.ablation
    assert plan is not None
    assert len(plan.factors) >= least


def test_a_study_comes_back_from_its_file(tmp_path: Path) -> None:
    cells = expand(maskgan(), CARD, ["sft"])
    failed = tmp_path / "rendered-faces" / "maskgan+no-sft" / "seed1"
    study = study_of(CARD, cells, [0, 1], ["sft"], tmp_path, {failed: "it diverged"})
    path = study_folder(tmp_path, cells) / STUDY
    write_study(path, study)
    assert read_study(path) == study
    assert path == tmp_path / "rendered-faces" / "ablation-maskgan" / "ablation.json"
    assert study.factors == {"sft": [True, False]}
    cell = study.cells[1]
    assert cell.failures == {1: "it diverged"}
    assert (path.parent / cell.runs[1]).resolve() == failed
    assert study.reference == study.cells[0].label == "maskgan"
