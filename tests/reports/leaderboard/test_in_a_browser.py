"""The leaderboard page as a reader uses it: Chromium opens it from disk, and mouse and keyboard work it."""

import pytest

from reports.leaderboard.write import write_leaderboard
from tests.reports.accessibility import serious_faults
from tests.reports.chromium import opened
from tests.reports.run_folders import run_folder, study
from tests.reports.synthetic import figure, result, runs

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    write_leaderboard(study(folder / "runs"), folder / "out")
    return folder / "out" / "leaderboard.html"


def titles(page):
    return page.eval_on_selector_all(".results tbody tr:not([hidden])", "rows => rows.map(row => row.dataset.title)")


def test_a_header_sorts_by_mouse_and_by_keyboard(browser, page_file):
    with opened(browser, page_file) as page:
        header = page.get_by_role("button", name="Pixel accuracy")
        header.click()
        assert titles(page) == ["real images", "Oracle", "Beta", "Alpha", "Copy-Target", "Copy-Source"]
        header.focus()
        page.keyboard.press("Enter")
        assert titles(page) == ["real images", "Copy-Source", "Copy-Target", "Alpha", "Beta", "Oracle"]


def test_the_filter_leaves_the_rows_that_match(browser, page_file):
    with opened(browser, page_file) as page:
        page.get_by_label("Filter methods").fill("copy")
        assert titles(page) == ["Copy-Source", "Copy-Target"]
        assert page.locator("#found").inner_text() == "2 of 6 rows"
        stop = page.locator(".results").first.locator("td[tabindex='0']")
        assert stop.count() == 1
        assert stop.is_visible()
        page.locator(".results").first.locator("thead button").last.focus()
        for _ in range(3):  # links of the two rows' names may come first
            page.keyboard.press("Tab")
            if page.locator("td:focus").count():
                break
        assert page.locator("td:focus").is_visible()


def test_a_figure_says_what_stands_behind_it_on_hover_and_on_focus(browser, page_file):
    with opened(browser, page_file) as page:
        page.locator("tr[data-title=Alpha] td[data-tip^='Pixel accuracy']").hover()
        assert "95% interval" in page.locator("#tip").inner_text()
        assert "n = 8" in page.locator("#tip").inner_text()
        page.keyboard.press("Escape")
        assert page.locator("#tip").is_hidden()
        page.locator(".results td[tabindex='0']").focus()
        page.keyboard.press("ArrowDown")
        assert page.locator("#tip").inner_text() == page.locator("td:focus").get_attribute("data-tip")


def test_trade_offs_plot_every_method_that_has_both_figures(browser, page_file):
    with opened(browser, page_file) as page:
        plot = page.locator(".pareto").last
        assert plot.locator("select[name=y] option:checked").inner_text() == "Attribute accuracy"
        assert plot.locator("select[name=x] option:checked").inner_text() == "Attribute preservation"
        assert plot.locator(".point").count() == 6
        plot.locator("select[name=x]").select_option(label="Edit time")
        assert plot.locator(".point").count() == 5  # no method made the real images
        assert "Edit time" in plot.locator("svg").text_content()
        plot.locator(".point").first.focus()
        assert "Edit time: 12.5 ms" in page.locator("#tip").inner_text()


def test_differences_turn_round_with_the_method_they_are_taken_to(browser, page_file):
    with opened(browser, page_file) as page:
        panel = page.locator(".forest").first
        row = panel.locator("tr", has_text="Beta")
        assert row.locator("svg.better").count() == 1
        assert row.inner_text().strip().splitlines()[-1].startswith("+0.")
        page.get_by_label("Gain over").select_option(label="Beta")
        row = panel.locator("tr", has_text="Alpha")
        assert row.locator("svg.worse").count() == 1
        assert "−0." in row.inner_text()


def test_the_sample_browser_shows_first_tasks_then_the_best_and_the_worst(browser, page_file):
    with opened(browser, page_file) as page:
        part = page.locator("#browser")
        tasks = part.locator(".task h3")
        assert [each.split()[1] for each in tasks.all_inner_texts()] == [str(task) for task in range(6)]
        assert part.locator(".task").first.locator(".tile").all_inner_texts() == [
            "target", "source", "true edit", "Alpha", "Beta"
        ]  # fmt: skip
        part.get_by_label("Show").select_option(label="the best")
        part.locator("select[name=method]").select_option(label="Beta")
        best = [float(each.split("Beta: ")[1].split()[0]) for each in tasks.all_inner_texts()]
        part.get_by_label("Show").select_option(label="the worst")
        worst = [float(each.split("Beta: ")[1].split()[0]) for each in tasks.all_inner_texts()]
        assert best == sorted(best, reverse=True)
        assert worst == sorted(worst)
        assert min(best) >= max(worst)


def test_the_slider_goes_by_keyboard_and_by_mouse(browser, page_file):
    with opened(browser, page_file) as page:
        slider = page.get_by_label("Where the two pictures meet")
        at = "pair => getComputedStyle(pair).getPropertyValue('--at')"
        slider.focus()
        page.keyboard.press("ArrowRight")
        assert page.locator(".pair").evaluate(at) == "51%"
        box = page.locator(".pair").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 20)
        page.mouse.up()
        assert page.locator(".pair").evaluate(at) == "25%"
        assert slider.input_value() == "25"
        page.locator(".task").nth(1).get_by_role("button", name="Beta").click()
        assert page.locator(".compare figcaption").inner_text() == "Task 1: Beta on the left, target on the right."


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_cut_off_and_axe_finds_no_serious_fault(browser, page_file, width, scheme):
    with opened(browser, page_file, width=width, scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious_faults(page) == []


def test_the_page_prints_and_says_on_paper_what_differences_are_taken_to(browser, page_file):
    with opened(browser, page_file, scheme="dark") as page:
        page.emulate_media(media="print")
        assert page.get_by_label("Gain over").is_visible()
        assert page.get_by_label("Filter methods").is_hidden()
        assert page.locator(".pareto svg").first.is_visible()
        assert page.pdf().startswith(b"%PDF")


def test_a_method_cannot_run_code_by_its_name(browser, tmp_path):
    found = [
        run_folder(
            tmp_path / "runs", "evil", title=HOSTILE, preset='"><script>alert(2)</script>', notes={"a": HOSTILE}
        ),
        run_folder(tmp_path / "runs", "good", 0.9, variant="</script><script>alert(3)</script>"),
        run_folder(tmp_path / "runs", "copy-target", 0.7, kind="reference", title=HOSTILE),
    ]
    write_leaderboard(found, tmp_path / "out")
    with opened(browser, tmp_path / "out" / "leaderboard.html") as page:
        assert HOSTILE in titles(page)
        page.locator(".point").first.hover()
        page.get_by_label("Gain over").select_option(index=1)
        page.locator(".tile").first.click()
        page.wait_for_timeout(200)
        assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize("number", [0, 1, 2, 40])
def test_any_number_of_runs_is_a_page_without_faults(browser, tmp_path, number):
    found = runs(*(result(f"m{place}", {"seg-accuracy": figure(0.5 + place / 100)}) for place in range(number)))
    write_leaderboard(found, tmp_path / "out")
    with opened(browser, tmp_path / "out" / "leaderboard.html") as page:
        assert len(titles(page)) == number
        assert page.get_by_role("heading", level=1).inner_text()
