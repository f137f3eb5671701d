"""The page in a browser: painted by pointer and keyboard, undone to the byte, edited, saved, offline."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmark.demo.app import DemoApp
from benchmark.demo.base64_images import Order, picture_message
from benchmark.demo.choose_methods import first_run, methods_of_page, side_of
from benchmark.demo.edit_face import edit_face
from benchmark.demo.gradio_server import server_of
from benchmark.demo.read_faces import JudgesOfRun, dataset_face
from benchmark.photographs.request import EditRequest
from benchmarks.photo_scenes import place_face
from tests.commands import TINY, bench
from tests.places import ROOT
from tests.reports.accessibility import serious_faults
from tests.reports.chromium import launched

pytestmark = pytest.mark.skipif(find_spec("gradio") is None, reason="needs the extra `demo`")

PLANE = "() => [...document.getElementById('mask').getContext('2d').getImageData(0, 0, 64, 64).data].join()"
READY = "() => /×/.test(document.getElementById('status').textContent) && !document.body.hasAttribute('aria-busy')"
PIXELS = """label => {
  const canvas = document.querySelector(`article[aria-label=${label}] canvas`);
  return [...canvas.getContext('2d').getImageData(0, 0, 64, 64).data];
}"""
SLICE = ROOT / "../shared/celebamask-hq-mini/CelebA-HQ-img"
NEEDS_DLIB = pytest.mark.skipif(
    find_spec("dlib") is None or find_spec("face_recognition_models") is None, reason="needs the extra `identity`"
)
FACES = [
    "rendered",
    pytest.param("photograph", marks=[NEEDS_DLIB, pytest.mark.skipif(not SLICE.exists(), reason="needs the slice")]),
]
EDITED = "() => document.querySelectorAll('article[aria-busy]').length === 0 && document.querySelector('dd')"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium, whose camera sees a scene with a face."""
    scene = place_face(render(sample_factors(5, 3), 384).image, 3, side=420, degrees=8).image
    frame = b"FRAME\n" + cv2.cvtColor(scene, cv2.COLOR_RGB2YUV_I420).tobytes()
    film = tmp_path_factory.mktemp("camera") / "film.y4m"
    header = f"YUV4MPEG2 W{scene.shape[1]} H{scene.shape[0]} F10:1 Ip A1:1 C420jpeg\n"
    film.write_bytes(header.encode() + 2 * frame)
    switches = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with launched(*switches, f"--use-file-for-fake-video-capture={film}") as found:
        yield found


@pytest.fixture(scope="module")
def app(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoApp]:
    """Two methods that need no training, read by judges that know little."""
    folder = tmp_path_factory.mktemp("demo")
    words = ("--protocol", "reconstruction", "--runs", folder / "runs", "--set", "dataset.size=64")
    assert bench("run", "--method", "region-color", *TINY, *words).code == 0
    methods = methods_of_page(["region-color", "telea"], folder / "runs", None)
    found = DemoApp(methods, JudgesOfRun(first_run(methods), "cpu"), side_of(methods), folder / "examples", "cpu")
    yield found
    found.close()


@pytest.fixture(scope="module")
def address(app: DemoApp) -> Iterator[str]:
    server = server_of(app)
    _, local, shared = server.launch(quiet=True, prevent_thread_lock=True, share=False, ssr_mode=False)
    assert shared is None
    yield local
    server.blocks.close(verbose=False)


@contextmanager
def opened(browser: Any, address: str, width: int = 1280, scheme: str = "light") -> Iterator[Any]:
    """The page with its first face; at its end it must have logged no error and asked no other host."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith((address, "data:")) else faults.append(sent.url))
    page.goto(address)
    page.wait_for_function(READY, timeout=120_000)
    yield page
    context.close()
    assert faults == []


def drag(page: Any, *places: tuple[float, float]) -> None:
    """Paint from place to place, each as shares of the mask's width and height."""
    box = page.locator("#mask").bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def load_photograph(page: Any, path: Path) -> None:
    before = page.locator("#input-shown").get_attribute("src")
    page.locator("#photograph").set_input_files(path)
    page.wait_for_function(f"() => document.getElementById('status').textContent.startsWith('{path.name}, 64×64')")
    assert page.locator("#input-name").inner_text() == path.name
    assert page.locator("#input-shown").get_attribute("src") != before


def output_of(page: Any) -> NDArray[np.int16]:
    """(64, 64, 3) what region-color makes of the face and the mask as they are."""
    page.locator("#edit").click()
    page.wait_for_function(EDITED, timeout=120_000)
    page.locator("article[aria-label=region-color]").get_by_text("mask followed").wait_for()
    return np.array(page.evaluate(PIXELS, "region-color"), np.int16).reshape(64, 64, 4)[..., :3]


@pytest.mark.parametrize("loaded", FACES)
def test_a_painted_smile_changes_the_mouth_and_little_elsewhere(
    browser: Any, app: DemoApp, address: str, loaded: str
) -> None:
    with opened(browser, address) as page:
        if loaded == "photograph":
            load_photograph(page, sorted(SLICE.iterdir())[0])
        page.locator("#method-1").uncheck()
        own = page.evaluate(PLANE)
        before = output_of(page)
        drag(page, (0.38, 0.7), (0.44, 0.74), (0.5, 0.76), (0.56, 0.74), (0.62, 0.7))
        assert page.evaluate(PLANE) != own
        after = output_of(page)
        changed = np.abs(after - before).mean(axis=2)
        mouth = np.zeros((64, 64), np.bool_)
        mouth[40:54, 18:46] = True
        assert changed[mouth].mean() > 10 * changed[~mouth].mean()
        assert changed[~mouth].mean() < 1
        page.locator("#undo").click()
        assert page.evaluate(PLANE) == own
        assert np.array_equal(output_of(page), before)


@NEEDS_DLIB
def test_a_photograph_is_taken_with_the_camera(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        page.locator("#camera").click()
        take = page.get_by_role("button", name="Take", exact=True)
        take.wait_for()
        take.click()
        page.wait_for_function("() => document.getElementById('status').textContent.startsWith('camera.jpg, 64×64')")
        assert page.evaluate("document.querySelector('video').srcObject") is None, "the camera is off again"


def test_every_tool_is_undone_and_done_again_to_the_byte(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        seen = [page.evaluate(PLANE)]
        for tool, places in {
            "brush": [(0.4, 0.7), (0.6, 0.7)],
            "lasso": [(0.2, 0.2), (0.8, 0.2), (0.5, 0.5)],
            "fill": [(0.02, 0.02)],
            "hide": [(0.3, 0.4), (0.4, 0.4)],
            "eraser": [(0.4, 0.7), (0.5, 0.7)],
        }.items():
            page.locator(f"[data-tool={tool}]").click()
            drag(page, *places)
            seen.append(page.evaluate(PLANE))
        page.locator("#apply-preset").click()
        page.wait_for_function(f"before => ({PLANE})() !== before", arg=seen[-1])
        seen.append(page.evaluate(PLANE))
        assert len(set(seen)) == len(seen)
        for before in reversed(seen[:-1]):
            page.locator("#undo").click()
            assert page.evaluate(PLANE) == before
        assert page.locator("#undo").is_disabled()
        for after in seen[1:]:
            page.locator("#redo").click()
            assert page.evaluate(PLANE) == after


def test_an_edit_by_keyboard_is_made_by_every_method_and_saved(browser: Any, app: DemoApp, address: str) -> None:
    with opened(browser, address) as page:
        before = page.evaluate(PLANE)
        page.locator("#mask").focus()
        for key in ["b", "]", *["ArrowDown"] * 9, *["Shift+ArrowRight"] * 5]:
            page.keyboard.press(key)
        painted = page.evaluate(PLANE)
        assert painted != before
        page.keyboard.press("Control+z")
        assert page.evaluate(PLANE) != painted
        page.keyboard.press("Control+y")
        assert page.evaluate(PLANE) == painted
        page.locator("#edit").focus()
        page.keyboard.press("Enter")
        page.wait_for_function(EDITED, timeout=120_000)
        colored, telea = (page.locator(f"article[aria-label={label}]") for label in ("region-color", "telea"))
        colored.get_by_text("mask followed").wait_for()
        assert "of what was to change" in colored.inner_text()
        assert telea.locator(".pictures").is_visible()
        page.locator("#save").click()
        page.get_by_text("--protocol examples").wait_for()
    with (app.out / "mask" / "examples.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (app.out / "mask" / row["results"] / "region-color.png").is_file()


def test_strips_go_from_the_face_to_the_edit(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        drag(page, (0.3, 0.75), (0.7, 0.75))
        page.locator("#strips").click()
        strip = page.locator("article[aria-label=region-color] .strip img")
        strip.first.wait_for(timeout=120_000)
        assert strip.count() == 5
        assert strip.first.get_attribute("src") != strip.last.get_attribute("src")


def test_strips_go_from_the_faces_mask_to_the_style_faces(browser: Any, app: DemoApp, address: str) -> None:
    with opened(browser, address) as page:
        page.locator("#mask-strips").click()
        assert "Choose a style" in page.locator("#status").inner_text()
        page.locator("#style-face").select_option(index=2)
        page.locator("#style-shown").wait_for()
        page.wait_for_function("() => !document.body.hasAttribute('aria-busy')")
        page.locator("#mask-strips").click()
        card = page.locator("article[aria-label=region-color]")
        card.get_by_text("strip to the style face's mask").wait_for(timeout=120_000)
        ends = [card.locator(".strip img").nth(place).get_attribute("src") for place in (0, 4)]
        faces = [page.locator(f"#{shown}").input_value() for shown in ("dataset-face", "style-face")]
    own, other = (dataset_face(app.judges, face) for face in faces)
    for strength, shown in zip((0.0, 1.0), ends, strict=True):
        request = EditRequest(mask=other.parts, strength=strength)
        edited = edit_face(app.methods[0], 64, "cpu", Order(own, request, None)).image
        assert edited is not None
        assert shown == picture_message(edited)


def test_two_users_at_once_see_their_own_edits(browser: Any, address: str) -> None:
    with opened(browser, address) as one, opened(browser, address) as other:
        drag(one, (0.2, 0.3), (0.8, 0.3))
        drag(other, (0.2, 0.8), (0.8, 0.8))
        for page in (one, other):
            page.locator("#edit").click()
        shown = []
        for page in (one, other):
            page.wait_for_function(EDITED, timeout=120_000)
            canvas = "document.querySelector('article[aria-label=region-color] canvas')"
            rows = "[...{}.getContext('2d').getImageData(0, {}, 64, 4).data].join()"
            shown.append([page.evaluate(rows.format(canvas, row)) for row in (17, 49)])
        for place in range(2):
            assert shown[0][place] != shown[1][place]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "light"), (390, "dark")])
def test_nothing_is_cut_off_and_axe_finds_no_serious_fault(browser: Any, address: str, width: int, scheme: str) -> None:
    with opened(browser, address, width, scheme) as page:
        page.locator("#keys summary").click()
        page.locator("#add-attribute").click()
        page.locator("#edit").click()
        page.wait_for_function("() => !document.querySelector('article[aria-busy]')", timeout=120_000)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert serious_faults(page) == []
