"""Writes a gallery of 10,000 tasks and 10 methods, and uses it in Chromium: seconds, sizes, and what the page holds.

Usage: python -m benchmarks.gallery_scale [TASKS] [METHODS]
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from benchmark.results.face_facts import FACE, YAW, write_face_facts
from benchmark.results.run_folder import edit_path, edits_folder
from benchmark.results.schema import Value, write_result
from benchmark.results.task_scores import tasks_sha256, write_task_scores
from benchmark.statistics.ratios import Ratio
from benchmarks.made_up_results import PROTOCOL, made_up_metric, made_up_result
from benchmarks.processes import python
from methods.labels import ATTRIBUTES

TASKS, METHODS, METRICS = 10_000, 10, 10
SIZE, DISTINCT = 64, 400
"""Side of the pictures in pixels, and how many distinct ones there are: their content takes no part in the times."""
REQUESTED = ATTRIBUTES[:5]
PLACES = 40
CHILD = """
import json, resource, sys, time
from pathlib import Path
started = time.perf_counter(), time.process_time()
from benchmark.results.find_results import read_results, result_files
from benchmark.runtime.progress import Reporter
from reports.gallery.write import write_gallery
found, _ = read_results(result_files([sys.argv[1]]))
write_gallery(found, Path(sys.argv[2]), Reporter(quiet=True))
print(json.dumps({
    "wall": time.perf_counter() - started[0],
    "cpu": time.process_time() - started[1],
    "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""
DRAWN = """document.querySelector(".wall[aria-busy=false] td")
    && [...document.querySelectorAll(".wall td")].every((cell) => cell.childElementCount)
    && [...document.querySelectorAll(".wall img")].every((image) => {
        const { top, bottom, left, right } = image.getBoundingClientRect();
        return image.complete || bottom < 0 || top > innerHeight || right < 0 || left > innerWidth;
    })"""
ROWS_AND_NODES = """() => [document.querySelectorAll(".wall tbody tr").length, document.querySelectorAll("*").length]"""


def main(tasks: int = TASKS, methods: int = METHODS) -> None:
    """Print what writing and using the gallery took."""
    with TemporaryDirectory() as folder:
        runs, out = Path(folder) / "runs", Path(folder) / "gallery"
        _write_runs(runs, tasks, methods)
        for what in ("written", "written again"):
            took = json.loads(python("-c", CHILD, runs, out).out)
            print(f"{what} in {took['wall']:.1f} s (CPU {took['cpu']:.1f} s), peak memory {took['mib']:.0f} MiB")
        for name in ("data", "pictures"):
            files = [path for path in (out / "gallery-files" / name).rglob("*") if path.is_file()]
            sizes = [path.stat().st_size for path in files]
            print(f"{name}: {len(files):,} files, {sum(sizes) / 1e6:.1f} MB, the largest {max(sizes) / 1e3:.0f} kB")
        _use(out / "gallery.html", tasks)


def _use(page_file: Path, tasks: int) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        loaded: list[int] = []
        page.on("requestfinished", lambda sent: loaded.append(_size(sent.url)))
        seconds = _timed(page, lambda: page.goto(page_file.as_uri()))
        rows, nodes = page.evaluate(ROWS_AND_NODES)
        sizes = f"{len(loaded)} files, {sum(loaded) / 1e3:.0f} kB; {rows} rows, {nodes} elements"
        print(f"opened in {seconds:.2f} s: {sizes}")
        waits, most = [], (rows, nodes)
        for place in np.random.default_rng(0).permutation(PLACES):
            scroll = f"wall => {{ wall.scrollTop = wall.scrollHeight * {place / PLACES}; }}"
            waits.append(_timed(page, lambda scroll=scroll: page.locator(".wall").evaluate(scroll)))
            most = max(most, tuple(page.evaluate(ROWS_AND_NODES)))
        print(
            f"after jumps to {PLACES} places: pictures in sight after {statistics.median(waits):.2f} s (at most "
            f"{max(waits):.2f} s); at most {most[0]} rows, {most[1]} elements"
        )
        for what, name, value in (
            ("filtered by attribute", "request-0", "1"),
            ("filtered by group too", "by", "0"),
            ("no filter again", "by", ""),
            ("every task", "request-0", ""),
            ("worst first", "order", "worst"),
            ("worst by another metric", "metric", "1"),
            ("most disagreement", "order", "spread"),
        ):
            seconds = _timed(page, lambda name=name, value=value: page.locator(f"[name={name}]").select_option(value))
            print(f"{what}: {seconds:.2f} s; {page.locator('#found').inner_text()}")
        link = f"location.hash = '#task={tasks - 1}'"
        seconds = _timed(page, lambda: page.evaluate(link), "document.querySelector('dialog').open")
        print(f"a task by its link: {seconds:.2f} s")
        print(f"loaded in all: {len(loaded):,} files, {sum(loaded) / 1e6:.1f} MB")
        chromium.close()


def _timed(page: Any, act: Any, drawn: str = DRAWN) -> float:
    """Seconds until what an action leads to is drawn."""
    started = time.perf_counter()
    act()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_function(f"() => {drawn}")
    return time.perf_counter() - started


def _size(url: str) -> int:
    return Path(url.removeprefix("file://").partition("#")[0]).stat().st_size


def _write_runs(runs: Path, tasks: int, methods: int) -> None:
    metrics = {f"image-{number}": made_up_metric(f"Image metric {number}", "image") for number in range(METRICS)}
    faces = [f"{number:05d}" for number in range(tasks)]
    table = pd.DataFrame(
        {
            "task": range(tasks),
            "target": faces,
            "source": faces[::-1],
            "attribute": [REQUESTED[task % len(REQUESTED)] for task in range(tasks)],
        }
    )
    facts = pd.DataFrame({FACE: faces, YAW: np.linspace(-60, 60, tasks)}).join(
        pd.DataFrame(np.random.default_rng(0).random((tasks, len(ATTRIBUTES))) < 0.3, columns=list(ATTRIBUTES))
    )
    contents = [_picture(number) for number in range(DISTINCT)]
    for method in range(methods):
        name = f"method-{method:02d}"
        scores = np.random.default_rng(method).normal(0.5 + method / 40, 0.1, (tasks, METRICS))
        frame = table.assign(**dict(zip(metrics, scores.T, strict=True)))
        figures = {metric: Value(value=float(frame[metric].mean()), n=tasks) for metric in metrics}
        result = made_up_result(name, 0, metrics, figures, tasks, tasks_sha256(table))
        folder = runs / result.dataset / name / "seed0"
        write_result(folder / "result.json", result)
        write_task_scores(folder, PROTOCOL, frame, {metric: [Ratio(metric)] for metric in metrics})
        write_face_facts(folder, PROTOCOL, facts)
        edits = edits_folder(folder, PROTOCOL)
        edits.mkdir(parents=True)
        for task in range(tasks):
            edit_path(edits, task).write_bytes(contents[(task * methods + method) % DISTINCT])


def _picture(number: int) -> bytes:
    """A PNG of smooth colours with a little noise, which compresses about as a face does."""
    generator = np.random.default_rng(number)
    smooth = Image.fromarray(generator.integers(0, 256, (6, 6, 3), dtype=np.uint8)).resize((SIZE, SIZE), 3)
    pixels = np.asarray(smooth, np.int16) + generator.integers(-6, 7, (SIZE, SIZE, 1), dtype=np.int16)
    content = BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(content, "PNG")
    return content.getvalue()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
