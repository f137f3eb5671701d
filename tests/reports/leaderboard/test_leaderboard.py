"""The leaderboard's files: whole, escaped, the same for the same results."""

import re
import subprocess
import sys

import pytest

from benchmark.results.find_results import FinishedRun
from registry.errors import UnknownNameError
from reports.leaderboard.write import PAGE_FORMATS, IncomparableError, write_leaderboard
from tests.reports.elements import Elements
from tests.reports.hostile import hostile_results
from tests.reports.run_folders import run_folder, study
from tests.reports.synthetic import METRICS, figure, judge, protocol, result, runs

HOSTILE = "<img src=x onerror=alert(1)>"
TRICKY = 'a "quoted", <b>bold</b> | piped\nsecond line </script><script>alert(2)</script>'


def write(tmp_path, *results, **options):
    """The Markdown and the HTML page."""
    written = write_leaderboard(runs(*results), tmp_path / "out", **options)
    assert [path.suffix.removeprefix(".") for path in written] == list(PAGE_FORMATS)
    return written[0].read_text(), written[1].read_text()


def hostile(method="evil"):
    figures = {"seg-accuracy": figure(0.9, 0.01), "fid": figure(None, n=0, reason=TRICKY)}
    return result(
        method,
        title=HOSTILE,
        variant='"><script>',
        preset=TRICKY,
        notes={HOSTILE: TRICKY},
        protocols={"attribute-transfer": protocol(figures, title=HOSTILE, rule=TRICKY)},
    )


def test_html_escapes_every_string(tmp_path):
    _, page = write(tmp_path, hostile())
    elements = Elements(page)
    assert elements.of("img") == []
    assert sum("type" not in attributes for attributes in elements.of("script")) == 1
    assert elements.of("b") == []
    assert not any(name.startswith("on") for _, attributes in elements.found for name in attributes)
    assert HOSTILE in elements.text
    assert any(TRICKY in (attributes.get("data-tip") or "") for attributes in elements.of("td"))


def test_hostile_names_neither_break_the_page_nor_the_markdown_table(tmp_path):
    text, page = write(tmp_path, *hostile_results())
    elements = Elements(page)
    assert elements.of("img") == elements.of("b") == []
    assert [script.get("type") for script in elements.of("script")] == ["application/json", None]
    assert r"\input{/etc/passwd}" in elements.text
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 2 + len(hostile_results())
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1
    assert not re.search(r"(?<!\\)[$`]|<img|<b>", text)


def test_a_metrics_header_says_on_hover_where_it_misleads(tmp_path):
    said = [f"copy: blind to {HOSTILE}", "copy: not monotone under noise"]
    metrics = {**METRICS, "seg-accuracy": METRICS["seg-accuracy"].model_copy(update={"caveats": said})}
    _, page = write(tmp_path, result("a", metrics=metrics))
    titles = [attributes["title"] for attributes in Elements(page).of("th") if "title" in attributes]
    assert titles[0] == "\n".join(["Axis: mask fidelity.", *said]), "with the axis of its card, which the result lacks"


def test_what_a_judge_must_be_read_with_stands_on_every_page(tmp_path):
    cautious = judge().model_copy(update={"caution": "saw the test faces"})
    for page in write(tmp_path, result("a", {"seg-accuracy": figure(0.9)}, judges={"parser": cautious})):
        assert "own test scores: miou 0.870. Caution: saw the test faces" in page


def test_html_fetches_nothing(tmp_path):
    _, page = write(tmp_path, result("a"))
    namespace = "http://www.w3.org/2000/svg"
    assert not re.search(r"https?://|url\(|@import|<link", page.replace(namespace, ""))


def test_markdown_keeps_its_shape_whatever_names_hold(tmp_path):
    text, _ = write(tmp_path, hostile(), result("b|c", {"seg-accuracy": figure(0.8)}))
    table = [line for line in text.splitlines() if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table}
    assert len(table) == 4
    assert len(widths) == 1
    assert "<img" not in text
    assert "<script" not in text
    assert "<b>" not in text


def test_markdown_marks_best_second_flag_and_missing(tmp_path):
    text, _ = write(
        tmp_path,
        result("a", {"seg-accuracy": figure(0.9), "fid": figure(20.0)}),
        result("b", {"seg-accuracy": figure(0.8), "fid": figure(None, n=0, reason="no weights file")}),
        result("c", {"seg-accuracy": figure(0.7)}),
    )
    assert "| **0.900** | 20.0† |" in text
    assert "| <u>0.800</u> | –<sup>1</sup> |" in text
    assert "| 0.700 | –<sup>2</sup> |" in text
    assert "1. no weights file" in text
    assert "2. not scored in this run" in text
    assert "FID (sound from 5,000) n = 400" in text


@pytest.mark.parametrize("kind", ["learned", "reference", "real"])
def test_a_single_run_is_a_page(tmp_path, kind):
    text, page = write(tmp_path, result("a", kind=kind))
    assert "0.900" in text
    assert len([table for table in Elements(page).of("table") if table["class"] == "results"]) == 1


def test_no_runs_is_a_page_that_says_so(tmp_path):
    text, page = write(tmp_path)
    assert "no runs yet" in text
    assert "no runs yet" in page
    assert Elements(page).of("table") == []


def test_pages_do_not_depend_on_the_order_of_results(tmp_path):
    found = runs(result("a"), result("b"), result("real", kind="real"))
    first = [path.read_bytes() for path in write_leaderboard(found, tmp_path / "first")]
    second = [path.read_bytes() for path in write_leaderboard(found[::-1], tmp_path / "second")]
    assert first == second


def test_a_refused_mixture_leaves_old_pages_alone(tmp_path):
    before = write(tmp_path, result("a"))
    with pytest.raises(IncomparableError):
        write(tmp_path, result("a"), result("a"))
    assert tuple((tmp_path / "out" / f"leaderboard.{name}").read_text() for name in ("md", "html")) == before


def test_a_refused_mixture_leaves_no_empty_folder(tmp_path):
    with pytest.raises(IncomparableError):
        write(tmp_path, result("a"), result("a"))
    assert not (tmp_path / "out").exists()


def test_html_headers_sort_by_button_and_say_what_is_better(tmp_path):
    _, page = write(tmp_path, result("a", {"seg-accuracy": figure(0.9), "style-color": figure(4.2)}))
    orders = [attributes["data-order"] for attributes in Elements(page).of("button")]
    assert orders[:3] == ["name", "up", "down"]
    values = [attributes.get("data-value") for attributes in Elements(page).of("td") if "data-tip" in attributes]
    assert values[:2] == ["0.9", "4.2"]


@pytest.mark.parametrize("embed", [True, False])
def test_pictures_of_edits_are_inlined_when_asked(tmp_path, embed):
    _, page, *_ = write_leaderboard([run_folder(tmp_path, "a")], tmp_path / "out", embed_samples=embed)
    assert ("data:image/jpeg;base64," in page.read_text()) is embed


def test_what_is_no_picture_is_left_out(tmp_path):
    path, made = run_folder(tmp_path, "a")
    for edit in (path.parent / "edits").glob("*/*.png"):
        edit.write_bytes(b"<svg onload=alert(1)>")
    _, page, *_ = write_leaderboard([FinishedRun(path, made)], tmp_path / "out")
    assert "data:image" not in page.read_text()
    assert 'id="browser"' not in page.read_text()


def test_methods_have_their_cards_where_they_are_registered(tmp_path):
    _, page = write(tmp_path, result("maskgan", title="MaskGAN", variant="no-ebst"), result("unheard-of"))
    elements = Elements(page)
    assert "CVPR 2020" in elements.text
    assert "No card of this name is registered here." in elements.text
    anchors = {attributes["href"] for attributes in elements.of("a") if attributes["href"].startswith("#method-")}
    assert anchors == {"#" + attributes["id"] for attributes in elements.of("details") if "id" in attributes}


def test_pages_name_no_folder_of_whoever_made_them(tmp_path):
    found = [FinishedRun(tmp_path / "secret" / "result.json", result("a"))]
    assert not any("secret" in path.read_text() for path in write_leaderboard(found, tmp_path / "out"))


def test_reports_do_not_import_torch():
    code = (
        "import sys, reports.leaderboard.write; sys.exit(bool({'torch', 'methods', 'mmengine'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_only_the_formats_asked_for_are_written_and_an_unknown_one_is_refused(tmp_path):
    written = write_leaderboard(runs(result("a")), tmp_path / "out", formats=["csv", "tex"])
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"leaderboard.csv", "leaderboard.tex"}
    assert {path.suffix for path in written} == {".csv", ".tex"}
    with pytest.raises(UnknownNameError, match="unknown format 'htm'; did you mean 'html'"):
        write_leaderboard(runs(result("a")), tmp_path / "none", formats=["htm"])
    assert not (tmp_path / "none").exists()


def test_figures_for_print_are_a_format_of_their_own(tmp_path):
    written = write_leaderboard(study(tmp_path / "runs"), tmp_path / "out", formats=["figures"])
    assert written
    assert {path.parent for path in written} == {tmp_path / "out" / "figures"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"figures"}


def test_every_format_of_no_runs_one_run_and_no_figures_is_written(tmp_path):
    absent = protocol({}, reason="it has no style input", tasks_sha256="")
    for number, results in enumerate([[], [result("a")], [result("b", protocols={"attribute-transfer": absent})]]):
        written = write_leaderboard(runs(*results), tmp_path / str(number))
        assert len(written) == len(PAGE_FORMATS)
        assert all(path.stat().st_size for path in written)
