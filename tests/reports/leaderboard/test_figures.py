"""Figures for print: whole, the same for the same results, and drawn from what the table says."""

import xml.etree.ElementTree as ElementTree

import pytest
from PIL import Image
from tests.reports.run_folders import run_folder, study
from tests.reports.synthetic import figure, result, runs

from benchmark.tables.build_tables import tabulate
from benchmark.tables.pairwise import MAX_COMPARED, differences
from benchmark.tables.pareto_front import undominated
from reports.leaderboard.figures import write_print_figures

HOSTILE = '<img src=x> $x^2$ & "quotes"'


def draw(found, folder):
    tables = tabulate(found, allow_mixed=True)
    return write_print_figures(tables, [differences(table, found) for table in tables], folder)


def test_equal_results_give_equal_files(tmp_path):
    found = study(tmp_path / "runs")
    first, second = draw(found, tmp_path / "first"), draw(found, tmp_path / "second")
    assert {path.name for path in first} == {
        f"{name}-rendered-faces-attribute-transfer{suffix}"
        for name in ("pareto", "forest", "wins")
        for suffix in (".svg", ".png")
    }
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_files_are_whole_and_names_stand_in_them_as_they_are(tmp_path):
    found = [run_folder(tmp_path, "a", title=HOSTILE), run_folder(tmp_path, "b", 0.9)]
    for path in draw(found, tmp_path / "figures"):
        if path.suffix == ".svg":
            texts = "".join(ElementTree.parse(path).getroot().itertext())
            assert "$x^2$" in texts
            assert "<dc:date>" not in path.read_text()
        else:
            with Image.open(path) as image:
                assert image.width > 400


@pytest.mark.parametrize("number", [0, 1, 2])
def test_without_score_files_only_what_figures_alone_can_show_is_drawn(tmp_path, number):
    found = runs(*(result(f"m{place}", {"seg-accuracy": figure(0.5), "fid": figure(9.0)}) for place in range(number)))
    names = {path.name.split("-")[0] for path in draw(found, tmp_path)}
    assert names == ({"pareto"} if number > 1 else set())


def test_differences_are_signed_so_that_more_is_better_and_mirror_each_other(tmp_path):
    found = study(tmp_path)
    (table,) = tabulate(found)
    compared = differences(table, found)
    places = {each.row.title: place for place, each in enumerate(compared.methods)}
    alpha, beta = places["Alpha"], places["Beta"]
    assert "real images" not in places
    gain = compared.gains["seg-accuracy", beta, alpha]
    assert gain.beyond_doubt
    assert gain.mirrored == compared.gains["seg-accuracy", alpha, beta]
    assert gain.value == pytest.approx(0.1, abs=0.03)
    assert compared.wins(alpha, beta) == []
    assert "Pixel accuracy" in compared.wins(beta, alpha)
    assert compared.tested(alpha, beta) == 3


def test_the_methods_compared_are_bounded_and_the_bound_is_said(tmp_path):
    found = [run_folder(tmp_path, f"m{place:02}", edits=False) for place in range(MAX_COMPARED + 2)]
    (table,) = tabulate(found)
    compared = differences(table, found)
    assert len(compared.methods) == MAX_COMPARED
    assert f"first {MAX_COMPARED} of {MAX_COMPARED + 2}" in compared.notes[0]


def test_undominated_points_are_those_that_no_other_beats():
    assert undominated([(0, 3), (1, 2), (1, 1), (3, 0), (0, 0)]) == [0, 1, 3]
    assert undominated([(1, 1), (1, 1)]) == [0, 1]
    assert undominated([]) == []
