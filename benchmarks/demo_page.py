"""Two people edit at once on the page of finished runs: whose edit each answer is, its time, and the server's memory.

Usage: python -m benchmarks.demo_page RUNS [EDITS] [METHOD ...]

Starts `bench demo` as its users do, and sends it what the page sends: each person edits a face of their own, every time
by another mask, with all methods of the page at once. Each edit is asked for twice, once by each person, far apart in
time; both answers must be equal, and no two edits may have one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.demo.base64_images import bytes_of, labels_message
from methods.labels import LABELS, MOUTH_LABELS

EDITS, LOOKS = 200, 10
"""Edits in all, and how often memory is looked at meanwhile."""


def main(runs: Path, edits: int = EDITS, methods: tuple[str, ...] = ()) -> None:
    """Print what came of it."""
    words = [word for method in methods for word in ("--method", method)]
    command = [sys.executable, "-m", "benchmark", "demo", "--runs", str(runs), *words]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        if not address:
            raise SystemExit("bench demo did not start")
        _use(address, server.pid, edits)
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()


def _use(address: str, server: int, edits: int) -> None:
    from gradio_client import Client

    people = [Client(address, verbose=False) for _ in range(2)]
    facts = people[0].predict({}, api_name="/facts")
    titles = [method["title"] for method in facts["methods"]]
    faces = [people[0].predict({"face": face}, api_name="/dataset_face") for face in facts["faces"][:2]]
    first: dict[tuple[int, int], list[Any]] = {}
    seconds: list[float] = []
    mixed = 0
    memory: list[float] = []
    rounds = 2 * max(1, edits // 4)
    with ThreadPoolExecutor(2) as both:
        for number in range(rounds):
            # the second half asks for the first half's edits again, each by the other person
            place, swapped = number % (rounds // 2), number >= rounds // 2
            asked = [(person ^ swapped, place) for person in range(2)]
            answers = list(both.map(_edit, people, [_order(faces[face], at) for face, at in asked], [titles] * 2))
            for key, (images, took) in zip(asked, answers, strict=True):
                mixed += first.setdefault(key, images) != images
                seconds.append(took)
            if (number + 1) % max(1, rounds // LOOKS) == 0:
                memory.append(_resident(server))
    distinct = len({str(images) for images in first.values()})
    print(f"{len(seconds)} edits by {len(titles)} methods each: {', '.join(titles)}")
    print(f"an edit took {np.median(seconds):.2f} s by all methods, at most {max(seconds):.2f} s")
    print("memory of all processes, MiB: " + ", ".join(f"{value:.0f}" for value in memory))
    if mixed or distinct < len(first):
        raise SystemExit(f"{mixed} answers were not as the first time, and {len(first)} edits had {distinct} answers")
    print(f"{len(first)} edits had an answer of their own each, the same both times")


def _order(face: dict[str, Any], number: int) -> dict[str, Any]:
    """The edit of a number: the mouth wider by some pixels of its row, and a forehead of hair as high as it says."""
    mask = bytes_of(face["parts"], face["size"])
    rows, columns = np.nonzero(np.isin(mask, MOUTH_LABELS))
    middle = int(rows.mean()) if len(rows) else face["size"] * 3 // 4
    left = int(columns.min()) if len(columns) else face["size"] // 2
    mask[middle, max(0, left - 1 - number % 5) : left] = LABELS.index("u_lip")
    mask[: 1 + number // 5, face["size"] // 4 : face["size"] * 3 // 4] = LABELS.index("hair")
    plain = {name: face[name] for name in ("image", "parts", "attributes", "own_attributes")}
    hidden = np.zeros_like(mask)
    return {
        "face": plain, "mask": labels_message(mask), "hidden": labels_message(hidden), "attributes": {},
        "strength": 1, "style": None,
    }  # fmt: skip


def _edit(person: Any, order: dict[str, Any], titles: list[str]) -> tuple[list[Any], float]:
    """The images of all methods, None of one that cannot, and the seconds until the last; then the judges' figures."""
    started = time.perf_counter()
    jobs = [person.submit(order, api_name=f"/edit_{number}") for number in range(len(titles))]
    images = [job.result()["image"] for job in jobs]
    took = time.perf_counter() - started
    for image in filter(None, images):
        person.predict({"order": order, "image": image}, api_name="/figures")
    return images, took


def _resident(process: int) -> float:
    """MiB of a process and all that it started, pages that they share counted once in each."""
    found, left = 0.0, [process]
    while left:
        one = left.pop()
        with suppress(FileNotFoundError):  # it has ended meanwhile
            found += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
            for task in Path(f"/proc/{one}/task").iterdir():
                left += map(int, (task / "children").read_text().split())
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]), methods=tuple(sys.argv[3:]))
