"""The report of an ablation: verdicts by the rule, five formats, figures, what is missing, hostile strings."""

from __future__ import annotations

import csv
import html
import json
import re
from pathlib import Path

import pytest

from benchmark.ablation.contrasts import verdict
from benchmark.ablation.study import STUDY, AblationCell, AblationStudy, write_study
from benchmark.comparison.compare_metric import MetricComparison
from benchmark.runtime.json_files import ResultError
from reports.ablation.write import write_ablation
from tests.reports.hostile import NAME, NOTE
from tests.reports.synthetic import facts, figure, noise, result, scored_run
from tests.reports.typesetting import typeset

pytestmark = pytest.mark.integration

CELLS = {"no-ebst": {"ebst": False}, "wide": {"width": 64}, "same": {"blender": False}}


def cell(variant: str | None, changes: dict[str, object], **more: object) -> AblationCell:
    label = f"painter+{variant}" if variant else "painter"
    runs = {seed: f"../{label}/seed{seed}" for seed in range(3)}
    return AblationCell.model_validate(
        {"name": variant or "full", "label": label, "changes": changes, "runs": runs} | more
    )


FULL = cell(None, {})


def a_study(**changes: object) -> AblationStudy:
    given = {
        "method": "painter",
        "title": "Painter",
        "dataset": "rendered-faces",
        "preset": "demo",
        "design": "one-off",
        "factors": {"ebst": [True, False], "width": [32, 64], "blender": [True, False]},
        "seeds": [0, 1, 2],
        "reference": "painter",
        "cells": [FULL, *(cell(name, each) for name, each in CELLS.items())],
    }
    return AblationStudy.model_validate(given | changes)


def write(tmp_path: Path, study: AblationStudy) -> Path:
    path = tmp_path / "rendered-faces" / "ablation-painter" / STUDY
    write_study(path, study)
    return path


def scored(
    tmp_path: Path, variant: str | None, mean: float, seeds: int = 3, colour: float = 10.0, trained: str | None = None
) -> None:
    for seed in range(seeds):
        scores = {
            "seg-accuracy": noise(0, mean) + noise(seed + 1, 0, 0.002),
            "style-color": noise(9, colour, 1.0) + noise(seed + 5, 0, 0.01),
        }
        figures = {"fid": figure(20 + 10 * mean + seed / 10 + len(variant or "") * seed / 100)}
        weights = f"{trained or variant}-{seed}"
        named = {"variant": variant, "title": "Painter", "weights_sha256": weights}
        if variant == "wide":
            named["cost"] = result("painter").cost.model_copy(update={"parameters": 2_500_000})
        scored_run(tmp_path, "painter", scores, seed, figures=figures, **named)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The full method and a change that harms, one that helps, and one that does nothing."""
    folder = tmp_path_factory.mktemp("study")
    scored(folder, None, 0.8)
    scored(folder, "no-ebst", 0.7, colour=9.0)
    scored(folder, "wide", 0.85)
    scored(folder, "same", 0.8)
    return write(folder, a_study())


@pytest.fixture(scope="module")
def written(study: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of the study's report."""
    return write_ablation(study, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def out(written: list[Path]) -> Path:
    """Their folder."""
    return written[0].parent


def rows_of(out: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (out / "report.csv").open(newline="") as file:
        return {(row["cell"], row["metric"]): row for row in csv.DictReader(file)}


def test_the_verdict_follows_the_rule(out: Path) -> None:
    found = {key: row["verdict"] for key, row in rows_of(out).items() if row["level"] != "cost"}
    assert found["painter+no-ebst", "seg-accuracy"] == "ebst helps"
    assert found["painter+no-ebst", "style-color"] == "ebst hurts"
    assert found["painter+no-ebst", "fid"] == "ebst hurts"
    assert found["painter+wide", "seg-accuracy"] == "better"
    assert found["painter+same", "seg-accuracy"] == "no difference shown"


def test_gains_are_signed_so_that_more_is_better(out: Path) -> None:
    rows = rows_of(out)
    for (cell, metric), sign in {
        ("painter+no-ebst", "seg-accuracy"): 1,
        ("painter+no-ebst", "style-color"): -1,
    }.items():
        row = rows[cell, metric]
        assert float(row["gain"]) == pytest.approx(sign * (float(row["value"]) - float(row["reference"])))
        assert float(row["low"]) < float(row["gain"]) < float(row["high"])
    adjusted = [float(row["holm_p"]) for row in rows.values() if row["holm_p"]]
    content = json.loads((out / "report.json").read_text())
    assert content["num_tests"] == len(adjusted) > 6
    assert all(float(row["holm_p"]) >= float(row["p"]) for row in rows.values() if row["p"])


def test_costs_stand_beside_the_reference(out: Path) -> None:
    row = rows_of(out)["painter+wide", "parameters"]
    assert (row["level"], row["value"], row["reference"]) == ("cost", "2.5", "1.25")
    for suffix in ("md", "html", "tex"):
        assert "×2.00" in (out / f"report.{suffix}").read_text()


@pytest.mark.parametrize(("seeds", "said"), [(1, "test-set variation only"), (2, "too few seeds")])
def test_fewer_than_three_seeds_settle_nothing(tmp_path: Path, seeds: int, said: str) -> None:
    scored(tmp_path, None, 0.8)
    scored(tmp_path, "no-ebst", 0.5, seeds=seeds)
    write_ablation(write(tmp_path, a_study()), tmp_path / "out")
    assert rows_of(tmp_path / "out")["painter+no-ebst", "seg-accuracy"]["verdict"] == said
    assert "**" not in (tmp_path / "out" / "report.md").read_text()


@pytest.mark.parametrize(
    ("gain", "holm_p", "said"),
    [
        (0.02, 0.049, "better"),
        (-0.02, 0.049, "worse"),
        (0.02, 0.05, "no difference shown"),
        (-0.02, 1.0, "no difference shown"),
        (0.0004, 0.001, "below the last digit"),
        (-0.0006, 0.001, "worse"),
    ],
)
def test_a_verdict_goes_by_the_adjusted_p_and_what_is_printed(gain: float, holm_p: float, said: str) -> None:
    match = MetricComparison("p", "fid", facts("FID"), gain=gain, low=gain - 1e-5, high=gain + 1e-5, holm_p=holm_p)
    assert verdict(match, 3) == said


def test_a_gain_with_no_interval_is_no_verdict() -> None:
    assert verdict(MetricComparison("p", "fid", facts("FID"), gain=0.5), 3) == "no interval"
    assert verdict(MetricComparison("p", "fid", facts("FID")), 3) == "no figure"


def test_failed_and_unfinished_cells_are_named_with_their_reason(tmp_path: Path) -> None:
    scored(tmp_path, None, 0.8)
    scored(tmp_path, "wide", 0.85)
    cells = [
        FULL,
        *a_study().cells[2:],
        cell("no-ebst", {"ebst": False}, failures={0: "diverged"}),
    ]
    write_ablation(write(tmp_path, a_study(cells=cells)), tmp_path / "out")
    page = (tmp_path / "out" / "report.md").read_text()
    assert "painter+no-ebst: seed 0: diverged" in page
    assert "painter+same: no finished run" in page
    assert rows_of(tmp_path / "out")["painter+no-ebst", ""]["reason"] == "seed 0: diverged"


def test_a_change_that_left_the_weights_as_they_were_is_named(tmp_path: Path) -> None:
    scored(tmp_path, None, 0.8)
    scored(tmp_path, "same", 0.8, trained="None")
    scored(tmp_path, "wide", 0.8)
    write_ablation(write(tmp_path, a_study(cells=[FULL, *a_study().cells[2:]])), tmp_path / "out")
    said = "painter+same: trained to the full method's weights, bit for bit"
    for suffix in ("md", "html", "tex"):
        text = html.unescape((tmp_path / "out" / f"report.{suffix}").read_text())
        assert said in text
        assert "painter+wide: trained to" not in text
    rows = json.loads((tmp_path / "out" / "report.json").read_text())["tables"][0]["rows"]
    assert {row["cell"]: row["same_weights"] for row in rows} == {"painter+same": True, "painter+wide": False}


def test_a_failed_seed_of_the_full_method_is_named(tmp_path: Path) -> None:
    scored(tmp_path, None, 0.8, seeds=2)
    scored(tmp_path, "wide", 0.85)
    cells = [cell(None, {}, failures={2: "diverged"}), a_study().cells[2]]
    write_ablation(write(tmp_path, a_study(cells=cells)), tmp_path / "out")
    for suffix in ("md", "html", "tex"):
        assert "painter: seed 2: diverged" in (tmp_path / "out" / f"report.{suffix}").read_text()
    assert rows_of(tmp_path / "out")["painter+wide", "seg-accuracy"]["verdict"] == "too few seeds"


def test_where_every_change_failed_the_full_methods_figures_stand(tmp_path: Path) -> None:
    scored(tmp_path, None, 0.8)
    cells = [FULL, cell("wide", {"width": 64}, failures={0: "diverged"})]
    write_ablation(write(tmp_path, a_study(cells=cells)), tmp_path / "out")
    reference = json.loads((tmp_path / "out" / "report.json").read_text())["tables"][0]["reference"]
    assert reference["seg-accuracy"]["value"] == pytest.approx(0.8, abs=0.02)
    assert "painter+wide: seed 0: diverged" in (tmp_path / "out" / "report.tex").read_text()


def test_without_the_full_method_there_is_a_sentence(tmp_path: Path) -> None:
    scored(tmp_path, "wide", 0.85)
    cells = [cell(None, {}, failures={0: "diverged"}), a_study().cells[2]]
    write_ablation(write(tmp_path, a_study(cells=cells)), tmp_path / "out")
    for suffix in ("md", "html", "tex"):
        text = (tmp_path / "out" / f"report.{suffix}").read_text()
        assert "painter, the reference, has no finished run" in text
        assert "painter: seed 0: diverged" in text
    assert json.loads((tmp_path / "out" / "report.json").read_text())["tables"] == []


@pytest.mark.parametrize("content", ["", "{}", '{"schema_version": 2}'])
def test_a_damaged_study_is_named(tmp_path: Path, content: str) -> None:
    path = write(tmp_path, a_study())
    path.write_text(content)
    with pytest.raises(ResultError, match=STUDY):
        write_ablation(path, tmp_path / "out")


def test_equal_studies_give_equal_files(study: Path, written: list[Path], tmp_path: Path) -> None:
    first = [path.read_bytes() for path in written]
    again = [path.read_bytes() for path in write_ablation(study, tmp_path)]
    assert first == again
    assert len(first) == 7


def test_latex_has_the_numbers_of_the_csv_in_their_places(out: Path) -> None:
    text = (out / "report.tex").read_text().replace("$-$", "-").replace("$+$", "+")
    cells = [line.removesuffix(r" \\").split(" & ") for line in text.splitlines() if line.endswith(r" \\")]
    gains = {(line[0], line[1]): (line[4], line[8].partition(" (")[0]) for line in cells if len(line) == 9}
    titles = {"seg-accuracy": "Pixel accuracy", "style-color": "Style colour", "fid": "FID"}
    decimals = {"seg-accuracy": 3, "style-color": 1, "fid": 1}
    expected = {
        (row["change"], titles[row["metric"]]): (
            f"{float(row['printed']):+.{decimals[row['metric']]}f}",
            row["verdict"],
        )
        for row in rows_of(out).values()
        if row["printed"]
    }
    assert expected.items() <= gains.items()
    assert len(expected) == 9


@pytest.mark.slow
def test_latex_compiles_and_prints_the_numbers_of_the_csv(out: Path, tmp_path: Path) -> None:
    printed = typeset((out / "report.tex").read_text(), tmp_path)
    decimals = {"seg-accuracy": 3, "style-color": 1, "fid": 1}
    gains = [f"{float(row['printed']):+.{decimals[row['metric']]}f}" for row in rows_of(out).values() if row["printed"]]
    assert len(gains) == 9
    assert not [each for each in gains if each not in printed]


class TestFactorial:
    """Two factors whose loss together is more than the sum."""

    @pytest.fixture(scope="class")
    def out(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("factorial")
        scored(folder, None, 0.8)
        cells = [FULL]
        for name, mean in {"no-a": 0.75, "no-b": 0.78, "no-a-no-b": 0.4}.items():
            scored(folder, name, mean)
            changes = {letter: False for letter in "ab" if f"no-{letter}" in name}
            cells.append(cell(name, changes))
        factors = {"a": [True, False], "b": [True, False]}
        write_ablation(write(folder, a_study(design="factorial", factors=factors, cells=cells)), folder / "out")
        return folder / "out"

    def test_main_effects_and_interaction(self, out: Path) -> None:
        every = json.loads((out / "report.json").read_text())["tables"][0]["effects"]
        effects = every["seg-accuracy"]
        # fid follows seg-accuracy, and less of it is better
        assert effects["main"][0]["effect"] < 0 < every["fid"]["main"][0]["effect"]
        assert effects["num_runs"] == 12
        main = {each["factor"]: each for each in effects["main"]}
        assert main["a"]["effect"] == pytest.approx(((0.75 + 0.4) - (0.8 + 0.78)) / 2, abs=0.01)
        assert effects["interactions"][0]["p_value"] < 0.001
        for suffix in ("md", "html", "csv"):
            assert "a × b" in (out / f"report.{suffix}").read_text()
        assert r"a $\times$ b" in (out / "report.tex").read_text()
        with (out / "report.csv").open(newline="") as file:
            lines = [row for row in csv.DictReader(file) if row["level"] == "effect"]
        assert {row["change"] for row in lines} == {"a off", "b off", "a × b"}
        (line,) = [row for row in lines if (row["metric"], row["change"]) == ("seg-accuracy", "a off")]
        assert float(line["gain"]) == pytest.approx(main["a"]["effect"])

    def test_the_interaction_plot(self, out: Path) -> None:
        svg = (out / "interactions-attribute-transfer.svg").read_text()
        assert svg.count("b off") == len(re.findall("b on", svg)) > 0
        assert 'aria-label="interactions, ' in (out / "report.html").read_text()

    def test_levels_that_look_like_mathematics_are_printed_as_they_are(self, tmp_path: Path) -> None:
        scored(tmp_path, None, 0.8)
        cells = [FULL]
        for name, changes in {"x": {"a": r"$\frac$"}, "y": {"b": False}, "z": {"a": r"$\frac$", "b": False}}.items():
            scored(tmp_path, name, 0.7)
            cells.append(cell(name, changes))
        factors = {"a": ["plain", r"$\frac$"], "b": [True, False]}
        written = write_ablation(
            write(tmp_path, a_study(design="factorial", factors=factors, cells=cells)), tmp_path / "out"
        )
        assert "interactions-attribute-transfer.svg" in {path.name for path in written}


def test_hostile_strings_do_no_harm(tmp_path: Path) -> None:
    scored(tmp_path, None, 0.8)
    scored(tmp_path, "wide", 0.85)
    cells = [
        FULL,
        cell("wide", {NAME: NOTE}),
        cell("other", {"=cmd()": NOTE}, name=NAME, failures={0: NOTE}),
    ]
    write_ablation(write(tmp_path, a_study(cells=cells, title=NAME)), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<img" not in page
    assert NAME.replace("<", "&lt;").replace(">", "&gt;") in page
    assert "<img" not in (tmp_path / "out" / "report.md").read_text()
    assert r"\input" not in (tmp_path / "out" / "report.tex").read_text()
    with (tmp_path / "out" / "report.csv").open(newline="") as file:
        for row in csv.reader(file):
            assert not any(cell.lstrip().startswith(("=", "@")) for cell in row)
