"""Figures for print: whole, the same for the same results, and drawn from what the table says."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import seaborn
from PIL import Image

from benchmark.results.task_scores import ScoreFiles
from benchmark.tables.build_tables import tabulate
from benchmark.tables.pairwise import MAX_COMPARED, Wins, differences
from benchmark.tables.pareto_front import fronts_of_all_pairs, undominated
from reports.leaderboard.figures import write_print_figures
from reports.rendering.figures import COLOURS
from tests.commands import ended, python
from tests.reports.run_folders import run_folder, study
from tests.reports.synthetic import figure, result, runs

HOSTILE = '<img src=x> $x^2$ & "quotes"'


def draw(found, folder):
    tables = tabulate(found, allow_mixed=True)
    return write_print_figures(tables, [differences(table, ScoreFiles()) for table in tables], folder)


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
    compared = differences(table, ScoreFiles())
    places = {row.title: place for place, row in enumerate(compared.methods)}
    alpha, beta = places["Alpha"], places["Beta"]
    assert "real images" not in places
    gain = compared.gains["seg-accuracy", beta, alpha]
    assert gain.verdict == "better"
    assert gain.mirrored == compared.gains["seg-accuracy", alpha, beta]
    assert gain.value == pytest.approx(0.1, abs=0.03)
    assert compared.wins(alpha, beta) == Wins((), 3)
    assert "Pixel accuracy" in compared.wins(beta, alpha).metrics
    assert compared.win_matrix[beta][alpha] == compared.wins(beta, alpha)


def test_methods_have_the_colours_of_seaborns_palette():
    assert [colour.lower() for colour in COLOURS] == list(seaborn.color_palette("colorblind", 10).as_hex())


def test_no_figure_of_a_leaderboard_waits_for_seaborn(tmp_path):
    for name, accuracy in (("a", 0.8), ("b", 0.9)):
        run_folder(tmp_path, name, accuracy)
    code = """if True:
        import sys
        from pathlib import Path
        from benchmark.results.find_results import read_results, result_files
        from reports.leaderboard.write import write_leaderboard
        write_leaderboard(read_results(result_files([sys.argv[1]]))[0], Path(sys.argv[2]))
        print("seaborn" in sys.modules)"""
    printed = ended(python("-c", code, tmp_path, tmp_path / "pages"))
    assert (printed.code, printed.out.strip()) == (0, "False"), printed.err
    assert (tmp_path / "pages" / "figures").is_dir()


def test_the_methods_compared_are_bounded_and_the_bound_is_said(tmp_path):
    found = [run_folder(tmp_path, f"m{place:02}", edits=False) for place in range(MAX_COMPARED + 2)]
    (table,) = tabulate(found)
    compared = differences(table, ScoreFiles())
    assert len(compared.methods) == MAX_COMPARED
    assert f"first {MAX_COMPARED} of {MAX_COMPARED + 2}" in compared.notes[0]


def test_undominated_points_are_those_that_no_other_beats():
    assert undominated([(0, 3), (1, 2), (1, 1), (3, 0), (0, 0)]) == [0, 1, 3]
    assert undominated([(1, 1), (1, 1)]) == [0, 1]
    assert undominated([]) == []


def test_the_front_is_found_as_by_holding_every_point_against_every_other():
    generator = np.random.default_rng(0)
    points = [tuple(point) for point in generator.integers(0, 12, (80, 2)).tolist()]
    beaten = [any(u >= x and v >= y and (u, v) != (x, y) for u, v in points) for x, y in points]
    assert undominated(points) == [place for place, is_beaten in enumerate(beaten) if not is_beaten]


def test_the_page_gets_the_front_of_every_two_columns():
    values = {"a": (0.9, 30.0), "b": (0.8, 10.0), "c": (0.7, 20.0)}
    found = [result(name, {"seg-accuracy": figure(up), "fid": figure(down)}) for name, (up, down) in values.items()]
    found.append(result("copy", {"seg-accuracy": figure(1.0), "fid": figure(1.0)}, kind="reference"))
    (table,) = tabulate(runs(*found))
    names = [column.id for column in table.columns]
    front = fronts_of_all_pairs(table)[names.index("seg-accuracy"), names.index("fid")]
    assert [table.rows[number].label for number in front] == ["b", "a"]
