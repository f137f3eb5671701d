"""The committed results of real runs make every page, with nothing but what is in the repository."""

import pytest

from benchmark.results.find_results import FinishedRun
from benchmark.results.schema import read_result
from reports.leaderboard.write import write_leaderboard
from reports.run_page.write import write_run_page
from tests.places import ROOT
from tests.reports.chromium import opened

RESULTS = ROOT / "examples" / "results"
FILES = sorted(RESULTS.rglob("result.json"))


def test_they_are_few_and_small_and_of_rendered_faces():
    assert sum(path.stat().st_size for path in RESULTS.rglob("*") if path.is_file()) < 3 * 2**20
    assert {read_result(path).dataset for path in FILES} == {"rendered-faces"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    out = tmp_path_factory.mktemp("example")
    write_leaderboard([FinishedRun(path, read_result(path)) for path in FILES], out)
    write_run_page(RESULTS / "rendered-faces" / "maskgan" / "seed0", out / "run.html")
    return out


def test_the_pages_open_with_their_plots_and_samples(browser, pages):
    with opened(browser, pages / "leaderboard.html", width=390) as page:
        assert page.locator("table.results").count() == 3
        assert page.locator(".pareto svg").count() >= 3
        assert page.locator(".forest").count() > 9
        assert page.locator("#browser .task").count() == 6
        page.locator("#browser select[name=order]").select_option("1")
        assert page.locator("#browser .task").count() == 3
    with opened(browser, pages / "run.html") as page:
        assert page.locator(".curves svg").count() > 6
        assert page.locator(".cases").count() == 8


def test_the_page_is_far_below_its_bound(pages):
    assert (pages / "leaderboard.html").stat().st_size < 2 * 2**20
