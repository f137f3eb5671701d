"""What a gallery writes: thumbnails once, figures that are those of the scores, and nothing of another writing."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.results.run_folder import edit_path, edits_folder
from benchmark.runtime.progress import Reporter
from registry.errors import InputError
from reports.gallery.data_files import BLOCK
from reports.gallery.write import write_gallery
from tests.commands import bench
from tests.reports.elements import Elements
from tests.reports.gallery.gallery_runs import PROTOCOL, edited_run, gallery_runs, scores_of
from tests.reports.run_folders import run_folder
from tests.reports.synthetic import judge

QUIET = Reporter(quiet=True)
FEW = 6


def site_of(page: Path) -> dict:
    """The facts that the page opens with."""
    text = page.read_text()
    start = text.index('id="gallery-data">') + len('id="gallery-data">')
    return json.loads(text[start : text.index("</script>", start)])


def content_of(page: Path, name: str):
    """What a script of the page's data calls the page with."""
    text = (page.parent / site_of(page)["data"] / f"{name}.js").read_text()
    assert text.startswith(f"received({json.dumps(name)},")
    return json.loads(text.removeprefix(f"received({json.dumps(name)},").removesuffix(");\n"))


def thumbnails(out: Path) -> dict[str, tuple[int, int]]:
    """Where on disk every thumbnail is and since when, which a new writing changes."""
    facts = {str(path.relative_to(out)): path.stat() for path in out.rglob("*.jpg")}
    return {name: (fact.st_ino, fact.st_ctime_ns) for name, fact in facts.items()}


def test_a_thumbnail_is_written_again_only_where_its_edit_changed_or_it_is_missing(tmp_path: Path) -> None:
    runs = gallery_runs(tmp_path / "runs", FEW)
    out = tmp_path / "out"
    write_gallery(runs, out, QUIET)
    first = thumbnails(out)
    assert len(first) == len(runs) * FEW
    edits = edits_folder(runs[2].path.parent, PROTOCOL)
    Image.new("RGB", (8, 8), "red").save(edit_path(edits, 3))
    stopped = next(path for path in out.rglob("00005.jpg") if "alpha" in str(path))
    stopped.unlink()
    write_gallery(runs, out, QUIET)
    changed = {name for name, place in thumbnails(out).items() if first[name] != place}
    assert {name.rpartition("/")[2] for name in changed} == {"00003.jpg", "00005.jpg"}
    assert {name.split("/")[2] for name in changed} == {stopped.parent.name}
    (shown,) = (path for path in out.rglob("00003.jpg") if "alpha" in str(path))
    assert np.asarray(Image.open(shown))[4, 4] == pytest.approx([254, 0, 0], abs=3)


def test_figures_are_those_of_the_scores(tmp_path: Path) -> None:
    tasks = BLOCK + 3
    page = write_gallery(gallery_runs(tmp_path / "runs", tasks), tmp_path / "out", QUIET)
    (section,) = site_of(page)["sections"]
    assert [method["given"] or method["title"] for method in section["methods"]] == [
        "target",
        "true edit",
        "Alpha",
        "Beta",
    ]
    assert [metric["title"] for metric in section["metrics"]] == ["Pixel accuracy", "Style colour"]
    for number, metric in enumerate(("seg-accuracy", "style-color")):
        blocks = [content_of(page, f"0/metric-{number}-{block}") for block in range(2)]
        found = np.concatenate([np.array(block) for block in blocks], axis=1)
        expected = np.stack([scores_of(method, tasks)[metric] for method in ("copy-target", "oracle", "alpha", "beta")])
        np.testing.assert_allclose(found, expected, atol=10.0 ** -(section["metrics"][number]["decimals"] + 2))
    inputs = content_of(page, "0/tasks-1")
    assert (inputs["target"], inputs["requested"]) == (
        ["face125", "face125", "face126"],
        ["Smiling", "Eyeglasses", "Smiling"],
    )


def test_a_picture_that_is_missing_or_damaged_is_said_and_not_shown(tmp_path: Path) -> None:
    runs = gallery_runs(tmp_path / "runs", FEW)
    edits = edits_folder(runs[3].path.parent, PROTOCOL)
    edit_path(edits, 1).unlink()
    edit_path(edits, 2).write_bytes(b"no picture")
    page = write_gallery(runs, tmp_path / "out", QUIET)
    assert content_of(page, "0/tasks-0")["has"] == [[1] * FEW, [1] * FEW, [1] * FEW, [1, 0, 0, 1, 1, 1]]
    assert "Beta has no picture of 2 of 6 tasks." in site_of(page)["sections"][0]["notes"]


def test_a_new_writing_leaves_no_data_of_the_last_one(tmp_path: Path) -> None:
    runs = gallery_runs(tmp_path / "runs", FEW)
    page = write_gallery(runs, tmp_path / "out", QUIET)
    before = site_of(page)["data"]
    assert write_gallery(runs, tmp_path / "out", QUIET).read_text() == page.read_text()
    assert site_of(page)["data"] == before
    write_gallery(runs[:3], tmp_path / "out", QUIET)
    assert site_of(page)["data"] != before
    assert [path.name for path in (page.parent / before).parent.iterdir()] == [site_of(page)["data"].rpartition("/")[2]]


def test_runs_that_were_scored_differently_are_apart_and_the_page_says_why(tmp_path: Path) -> None:
    runs = [
        edited_run(tmp_path / "runs", "alpha", FEW),
        edited_run(tmp_path / "runs", "beta", FEW, judges={"parser": judge("c" * 64)}),
    ]
    page = write_gallery(runs, tmp_path / "out", QUIET)
    first, second = site_of(page)["sections"]
    assert [section["id"] for section in (first, second)] == [
        f"rendered-faces/{PROTOCOL}/{number}" for number in (1, 2)
    ]
    assert [method["title"] for section in (first, second) for method in section["methods"]] == ["Alpha", "Beta"]
    assert "weights of judge 'parser' is cccccccccccc, not bbbbbbbbbbbb" in second["notes"][0]
    assert "The target is not shown: it is the edit of copy-target, which is not among the runs." in first["notes"]


def test_the_page_says_the_licence_of_the_faces(tmp_path: Path) -> None:
    photographs = edited_run(tmp_path / "runs", "alpha", FEW, dataset="celebamask-hq")
    page = write_gallery([photographs], tmp_path / "out", QUIET)
    said = Elements(page.read_text()).text
    licence = "non-commercial research and education only, no redistribution"
    assert f"made from CelebAMask-HQ, whose licence holds for them too: {licence}." in said


def test_everything_lies_beside_the_page_and_scripts_come_from_there_alone(tmp_path: Path) -> None:
    page = write_gallery(gallery_runs(tmp_path / "runs", FEW), tmp_path / "out", QUIET)
    assert sorted(path.name for path in page.parent.iterdir()) == ["gallery-files", "gallery.html"]
    found = Elements(page.read_text())
    (policy,) = (meta["content"] for meta in found.of("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy
    assert str(tmp_path) not in "".join(
        path.read_text() for path in page.parent.rglob("*") if path.suffix in (".html", ".js")
    )


def test_results_without_edits_are_refused(tmp_path: Path) -> None:
    run_folder(tmp_path / "runs", "alpha", edits=False)
    outcome = bench("gallery", "--runs", tmp_path / "runs", "--out", tmp_path / "out")
    assert outcome.code == 2
    assert outcome.sentence.endswith(
        "there are no edits beside these results: name the runs folder they were made in by --runs"
    )
    assert "Rendered faces · Attribute transfer is not shown: there are no edits beside the results" in outcome.err
    assert not (tmp_path / "out").exists()


def test_the_command_writes_what_is_selected(tmp_path: Path) -> None:
    gallery_runs(tmp_path / "runs", FEW)
    words = ("--methods", "beta", "--metrics", "style-color", "--protocol", PROTOCOL)
    outcome = bench("gallery", "--runs", tmp_path / "runs", "--out", tmp_path / "out", *words)
    assert (outcome.code, outcome.out.strip()) == (0, str(tmp_path / "out" / "gallery.html")), outcome.err
    (section,) = site_of(tmp_path / "out" / "gallery.html")["sections"]
    assert [method["title"] for method in section["methods"]] == ["Copy-Target", "Oracle", "Beta"]
    assert [metric["title"] for metric in section["metrics"]] == ["Style colour"]


def test_no_result_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no edits"):
        write_gallery([], tmp_path / "out", QUIET)
    assert not (tmp_path / "out").exists()
