"""The human study's page in a browser: opens from disk in both schemes and widths, unfolds by keyboard, prints."""

from __future__ import annotations

import pytest

from benchmark.human_study.analysis.analyse import analyse
from benchmark.human_study.analysis.findings import write_findings
from reports.human_study.write import write_human_study
from tests.reports.accessibility import check_unfolded
from tests.reports.chromium import opened
from tests.simulated_study import STRENGTHS, World, simulate

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("human-study")
    strengths = STRENGTHS | {"real": 2.0, HOSTILE: -2.0, "a-method-with-a-long-name+and-a-long-variant": 0.0}
    made = simulate(World(strengths=strengths, items=105, careless=2, obvious=3, questions=("realism", HOSTILE)))
    write_findings(folder / "analysis.json", analyse(made.answers, made.study, made.key).findings)
    write_human_study(folder / "analysis.json", folder)
    return folder / "analysis.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_cut_off_and_axe_finds_no_serious_fault(browser, page_file, width, scheme):
    with opened(browser, page_file, width=width, scheme=scheme) as page:
        check_unfolded(page)


def test_every_pair_unfolds_by_keyboard(browser, page_file):
    with opened(browser, page_file) as page:
        pairs = page.locator("details table").first
        assert pairs.is_hidden()
        page.locator("summary").first.focus()
        page.keyboard.press("Enter")
        assert pairs.is_visible()


def test_hostile_names_are_shown_as_they_are(browser, page_file):
    with opened(browser, page_file) as page:
        assert page.locator("img").count() == 0
        assert page.get_by_role("rowheader", name=HOSTILE).first.is_visible()
