r"""LaTeX: the numbers of the CSV in bold and underline, every string inert, wide and long tables in blocks."""

import csv
import re
from io import StringIO

import pytest
from tests.reports.hostile import hostile_results
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.synthetic import METRICS, facts, figure, noise, protocol, result, runs, scored_run
from tests.reports.typesetting import typeset

from benchmark.tables.build_tables import tabulate
from reports.leaderboard import csv_file as csv_table
from reports.leaderboard.latex import render
from reports.rendering.latex import escaped


def scored(tmp_path):
    """Three learned methods with scores, a reference method and the real images."""
    means = {"a": (0.9, -3.0), "b": (0.8, 4.0), "c": (0.7, 5.0)}
    found = [
        scored_run(tmp_path, name, {"seg-accuracy": noise(ord(name), one), "style-color": noise(ord(name), two)})
        for name, (one, two) in means.items()
    ]
    copy = scored_run(tmp_path, "copy", {"seg-accuracy": noise(1, 0.99)}, kind="reference", weights_origin="none")
    return [*found, copy]


def cells(text):
    """The cells of every line of every table."""
    bodies = re.findall(r"\\midrule\n(.*?)\\bottomrule", text, flags=re.DOTALL)
    lines = [line for body in bodies for line in body.splitlines() if line.endswith(r"\\")]
    return [re.split(r"(?<!\\)&", line.removesuffix(r"\\")) for line in lines]


def numbers(tex_cells):
    """What stands in cells, without marks and styles."""
    bare = [re.sub(r"\\textsuperscript\{.*?\}(?=\s*$)|\\(?:textbf|underline)|[{}\s$]", "", each) for each in tex_cells]
    return [None if each == "--" else float(each) for each in bare]


def test_its_numbers_are_those_of_the_csv_and_marked_alike(tmp_path):
    tables = tabulate(scored(tmp_path))
    expected = {}
    for line in csv.DictReader(StringIO(csv_table.render(tables))):
        expected.setdefault(line["title"], []).append((line["printed"] and float(line["printed"]), line["emphasis"]))
    found = {}
    for name, *figures in cells(render(tables)):
        styles = ["best" if "textbf" in each else "second" if "underline" in each else "" for each in figures]
        found.setdefault(re.sub(r" \{\\scriptsize.*", "", name), []).extend(
            ("" if number is None else number, style) for number, style in zip(numbers(figures), styles, strict=True)
        )
    assert found == expected
    assert {style for row in found.values() for _, style in row} == {"best", "second", ""}


def test_the_caption_says_what_bold_and_underlined_mean(tmp_path):
    text = render(tabulate(scored(tmp_path)))
    (caption,) = re.findall(r"\\caption\[.*", text)
    assert r"\textbf{Bold}: the best figure among learned methods, and every other that is not significantly" in caption
    assert r"\underline{Underlined}: the next best" in caption
    assert "5\\%" in caption
    assert r"\label{tab:rendered-faces-attribute-transfer}" in text


@given(st.text())
def test_escaped_text_holds_no_command_but_those_of_escapes(text):
    known = r"\\(textbackslash|textasciicircum|textasciitilde|textless|textgreater|textbar|textasciigrave|dots|dag)\{\}"
    rest = re.sub(known, "", escaped(text))
    rest = re.sub(
        r"\$(\^2|\^\\circ|\\(cdot|times|pm|leq|geq|mu|Delta|lambda|rightarrow|uparrow|downarrow))\$", "", rest
    )
    rest = re.sub(r"\{\\char34\}|\{[\[\]*]\}|\\[{}$&#%_]|\{\}", "", rest)
    assert not set(rest) & set("\\{}$&#%_^~\n\r")


def test_a_wide_table_is_split_into_blocks_and_a_long_one_into_floats(tmp_path):
    metrics = {f"m{number}": facts(f"Metric {number}") for number in range(20)} | METRICS
    figures = {name: figure(0.5) for name in metrics if metrics[name].level == "image"}
    many = [
        result(f"method{number}", metrics=metrics, protocols={"attribute-transfer": protocol(figures)})
        for number in range(100)
    ]
    (table,) = tabulate(runs(*many))
    text = render([table])
    found = {}
    for name, *figures in cells(text):
        assert len(figures) <= 7
        found[name] = found.get(name, 0) + len(figures)
    assert len(found) == 100
    assert set(found.values()) == {len(table.columns)}
    assert text.count(r"\label{") == 1
    assert text.count(r"\begin{table}") == text.count(r"\addtocounter{table}{-1}") + 1 > 1


def test_no_runs_is_a_sentence():
    assert "There are no runs yet" in render([])


@pytest.mark.slow
def test_it_compiles_and_prints_the_numbers_of_the_csv(tmp_path):
    tables = tabulate([*scored(tmp_path / "runs"), *runs(*hostile_results())], allow_mixed=True)
    printed = typeset(render(tables), tmp_path)
    figures = {
        f"{float(line['printed']):.{METRICS[line['metric']].decimals}f}"
        for line in csv.DictReader(StringIO(csv_table.render(tables)))
        if line["printed"] and line["metric"] in METRICS
    }
    assert len(figures) > 15
    assert not {figure for figure in figures if figure not in printed}
    assert r"\input{/etc/passwd}" in printed
    assert "onerror=alert(1)" in printed
