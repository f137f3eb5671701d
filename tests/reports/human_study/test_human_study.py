"""The pages of a human study: whole, escaped, the same figures in every format."""

from __future__ import annotations

import re

import pytest

from benchmark.human_study.analysis.analyse import analyse
from benchmark.human_study.analysis.findings import Findings, write_findings
from benchmark.human_study.collection.import_summary import ImportedFile, Imports
from reports.human_study import wording
from reports.human_study.write import write_human_study
from tests.reports.elements import Elements
from tests.reports.hostile import NAME, NOTE
from tests.reports.typesetting import typeset
from tests.simulated_study import STRENGTHS, World, simulate

pytestmark = pytest.mark.integration

MODES = ("2afc", "kway", "mos", "realfake")


def found(world: World = World(careless=2, obvious=3)) -> Findings:  # noqa: B008 the world is frozen
    made = simulate(world)
    return analyse(made.answers, made.study, made.key).findings


def write(folder, findings: Findings) -> dict[str, str]:
    """The text of each page by its suffix."""
    write_findings(folder / "analysis.json", findings)
    pages = write_human_study(folder / "analysis.json", folder)
    return {path.suffix: path.read_text() for path in pages if path.suffix in (".md", ".tex", ".html")}


@pytest.mark.parametrize("mode", MODES)
def test_every_format_shows_each_methods_figure_interval_and_rank(tmp_path, mode) -> None:
    findings = found(World(mode=mode))
    pages = write(tmp_path, findings)
    scale, decimals = (1, 2) if mode == "mos" else (100, 1)
    for finding in findings.parts[0].methods:
        value, low, high = (
            f"{scale * end:.{decimals}f}"
            for end in (finding.preference.value, finding.preference.low, finding.preference.high)
        )
        for suffix in (".md", ".tex", ".html"):
            assert finding.method in pages[suffix]
            assert value in pages[suffix]
            assert f"{low} to {high}" in pages[suffix]
        assert re.search(rf"^\| {finding.method} \| {finding.rank} \|", pages[".md"], re.MULTILINE)
    assert [path.suffix for path in sorted(tmp_path.glob("preference-*"))] == [".png", ".svg"]


@pytest.mark.parametrize("mode", MODES)
def test_every_format_has_a_row_for_each_attribute_and_one_of_all(tmp_path, mode) -> None:
    findings = found(World(mode=mode, raters=8, items=48, attributes=("Smiling", NAME)))
    pages = write(tmp_path, findings)
    (part,) = findings.parts
    scale, decimals = (1, 2) if mode == "mos" else (100, 1)
    cells = [
        f"{scale * part.attributes['Smiling'].preferences[method.method].value:.{decimals}f}" for method in part.methods
    ]
    assert [row.attribute for row in wording.by_attribute(findings, part)] == [*sorted(["Smiling", NAME]), "all"]
    (row,) = [line for line in pages[".md"].splitlines() if line.startswith("| Smiling |")]
    assert [cell.split()[0] for cell in row.split("|")[2:-2]] == cells
    assert f'<th scope="row" class="name">Smiling</th>\n<td>{cells[0]}<small' in pages[".html"]
    assert f"Smiling & {cells[0]} " in pages[".tex"]
    assert "-by-attribute}" in pages[".tex"]
    assert NAME not in pages[".html"]
    typeset(pages[".tex"], tmp_path)


def test_every_format_states_exclusions_and_how_intervals_were_made(tmp_path) -> None:
    for page in write(tmp_path, found()).values():
        text = page.replace("\\%", "%").replace("{}", "")
        assert "30 of 32 raters kept; 2 excluded" in text
        assert "of their attention checks" in text
        assert "two-way cluster bootstrap (raters" in text
        assert "alpha" in text


def test_bold_are_those_whom_none_beats_beyond_doubt(tmp_path) -> None:
    findings = found(World(strengths={"a": 0.5, "b": 0.5, "c": -2.0}))
    bold = [finding.method for finding in findings.parts[0].methods if finding.rank == 1]
    assert set(bold) == {"a", "b"}
    pages = write(tmp_path, findings)
    assert pages[".md"].count("| **") == 2
    assert pages[".tex"].count(r"\textbf") == 2
    assert len([element for element in Elements(pages[".html"]).of("td") if element.get("class") == "best"]) == 2


def test_a_pair_is_told_from_both_sides(tmp_path) -> None:
    findings = found()
    pair = next(pair for pair in findings.parts[0].pairs if pair.first == "alpha" and pair.second == "beta")
    text = Elements(write(tmp_path, findings)[".html"]).text
    value = pair.preference.value
    assert f"{100 * value:.1f}" in text
    assert f"{100 * (1 - value):.1f}" in text
    assert f"{100 * (1 - pair.preference.high):.1f} to {100 * (1 - pair.preference.low):.1f}" in text


def test_hostile_names_neither_break_pages_nor_run(tmp_path) -> None:
    findings = found(World(strengths={NAME: 1.0, "x | $y$ `z` \\input{a}": 0.0, "real": 2.0}, questions=(NAME, NOTE)))
    pages = write(tmp_path, findings)
    elements = Elements(pages[".html"])
    assert elements.of("img") == elements.of("b") == elements.of("script") == []
    assert NAME in elements.text
    assert not re.search(r"<img|<b>", pages[".md"])
    assert not re.search(r"(?<!\\)\$", pages[".md"])
    tables = [line for line in pages[".md"].splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in tables if "%" in line or "**" in line} <= {4, 5, 10}
    assert r"\input{" not in pages[".tex"]


def test_the_page_fetches_nothing(tmp_path) -> None:
    page = write(tmp_path, found())[".html"]
    assert not re.search(r"https?://|url\((?!#)|@import|<link|<script", page)


@pytest.mark.parametrize(
    "little",
    [{"raters": 0}, {"raters": 1}, {"strengths": {"alone": 0.0}}, {"items": 0}],
    ids=["no answers", "one rater", "one method", "checks alone"],
)
@pytest.mark.parametrize("mode", MODES)
def test_a_study_that_says_little_gets_every_page(tmp_path, mode, little) -> None:
    pages = write(tmp_path, found(World(mode=mode, **little)))
    if little.get("items") != 0:
        assert all("No rank: " in page for page in pages.values())
    else:
        assert all("has no questions about edits" in page for page in pages.values())


def test_missing_figures_are_dashes_with_their_reason(tmp_path) -> None:
    pages = write(tmp_path, found(World(raters=0)))
    assert pages[".md"].count("| – | – |") == 4
    assert "no votes" in pages[".html"]


def test_a_method_of_too_few_faces_has_a_dash_for_a_rank_its_reason_and_no_bold_value(tmp_path) -> None:
    made = simulate(World(mode="mos", strengths={"alpha": 3.0, "beta": 0.3, "gamma": -0.3}, items=27))
    mine = [trial.id for trial in made.study.trials if made.key.options[trial.options[0].id].method == "alpha"]
    answers = made.answers[~made.answers["trial_id"].isin(mine[5:])]
    pages = write(tmp_path, analyse(answers, made.study, made.key).findings)
    assert re.search(r"^\| alpha \| – \| \d", pages[".md"], re.MULTILINE)
    assert re.search(r"^alpha & -- & \d", pages[".tex"], re.MULTILINE)
    assert re.search(r"alpha</th>\s*<td>–</td>\s*<td>", pages[".html"])
    assert all("alpha: no rank: a rank needs 6 raters and 6 source faces." in page for page in pages.values())


@pytest.mark.parametrize("mode", MODES)
def test_every_format_says_that_ranks_are_adjusted_and_intervals_are_not(tmp_path, mode) -> None:
    findings = found(World(mode=mode))
    for suffix, page in write(tmp_path, findings).items():
        text = Elements(page).text if suffix == ".html" else page
        assert "Holm's adjustment for all pairs" in text
        assert "Intervals are for single methods, not adjusted" in text
        assert "took less than 500 ms (median) from a trial's appearance" in text
        assert re.search(r"quartiles [\d.]+ and [\d.]+ s from the trial's appearance", text)
        assert (suffix == ".html" and mode == "2afc") == ("intervals are for single pairs" in text)


def test_real_images_are_a_row_without_a_rank(tmp_path) -> None:
    pages = write(tmp_path, found(World(mode="realfake", strengths={"real": 2.0, "a": 1.0, "b": -1.0}, items=108)))
    assert re.search(r"^\| real images \| – \| \d", pages[".md"], re.MULTILINE)
    assert re.search(r"^real images & -- & ", pages[".tex"], re.MULTILINE)
    assert re.search(r'<tr class="real">.*?real images</th>\s*<td>–</td>', pages[".html"], re.DOTALL)
    assert all("Real images are shown beside the methods and have no rank." in page for page in pages.values())


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_latex_compiles_and_prints_every_number_of_the_analysis_in_its_cell(tmp_path, mode) -> None:
    strengths = dict(zip(("spade", "sean", "maskgan", "elegant"), STRENGTHS.values(), strict=True))
    ties = 0.1 * (mode == "2afc")
    findings = found(World(strengths, mode, careless=2, obvious=3, ties=ties, questions=("realism", "identity")))
    text = typeset(write(tmp_path, findings)[".tex"], tmp_path)
    scale, decimals = (1, 2) if mode == "mos" else (100, 1)
    rows = []
    for part in findings.parts:
        for finding in part.methods:
            share = [scale * end for end in (finding.preference.value, finding.preference.low, finding.preference.high)]
            value, low, high = (f"{end:.{decimals}f}" for end in share)
            cells = [finding.method, str(finding.rank), value, low, "to", high]
            if finding.strength is not None:
                of = finding.strength
                value, low, high = (f"{end:+.2f}" for end in (of.value, of.low, of.high))
                cells += [value, low, "to", high]
            rows.append(
                [*cells, *map(str, (finding.preference.votes, finding.preference.raters, finding.preference.items))]
            )
    printed = [line.replace(",", "").split() for line in text.splitlines()]
    assert [line for line in printed if line and line[0] in strengths] == rows
    said = " ".join(text.split())
    for part in findings.parts:
        alpha = part.agreement.alpha
        assert f"{alpha.value:.2f}, 95% interval {alpha.low:.2f} to {alpha.high:.2f}" in said
        assert f"Median {part.times.median / 1000:.1f} s" in said
        assert f"{part.votes:,} votes" in said
        for position in part.positions[: 1 if mode == "2afc" else None]:
            assert f"{100 * position.share:.1f}% of choices" in said
            assert f"{100 * position.bias.value:+.1f} points" in said
    assert "30 of 32 raters kept; 2 excluded" in said


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (20, "30 answers in 2 files: 30 taken, 20 of them different."),
        (30, "30 answers in 2 files: 30 taken."),
        (
            41,
            "30 answers in 2 files: 30 taken (of the study's 41: at least 11 answers came from imports without a "
            "record).",
        ),
    ],
)
def test_answers_of_overlapping_files_count_once(answers: int, said: str) -> None:
    files = [
        ImportedFile(
            file=f"{seen}.csv", sha256="", kind="canonical CSV", encoding="utf-8", seen=seen, taken=seen, left_out={},
            empty_cells=0, without_time=0, unreadable={},
        )
        for seen in (10, 20)
    ]  # fmt: skip
    made = simulate(World(raters=2))
    found = analyse(made.answers, made.study, made.key, imports=Imports(answers=answers, files=files)).findings
    assert wording.collected(found) == said
