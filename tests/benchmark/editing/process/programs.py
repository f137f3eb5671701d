"""Cards of methods that edit in a process of their own, and programs that do it well or badly."""

from __future__ import annotations

import sys
from pathlib import Path

from registry.yaml_files import to_yaml

GOOD = """
import json, os, shutil, sys, time
def answer(**message):
    print(json.dumps(message), flush=True)
hello = json.loads(sys.stdin.readline())
def edit(tasks):
    for task in tasks:
        shutil.copyfile(task["target"], task["output"])
    return {"done": [task["task"] for task in tasks], "seconds": 0.25}
BEFORE
answer(ready=1)
for line in sys.stdin:
    message = json.loads(line)
    tasks = message["edit"]
    DURING
    answer(**edit(tasks))
"""


def write_method(folder: Path, name: str, *, before: str = "", during: str = "pass", **card: object) -> Path:
    """Write a card with a program beside it, which copies the target.

    Args:
        folder: of both; created where absent.
        name: of the method.
        before: what the program does before it says that it is ready; in one line.
        during: what it does before it edits a batch of `tasks`; in one line.
        card: further keys of the card.

    Returns:
        The card's file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "edit.py").write_text(GOOD.replace("BEFORE", before).replace("DURING", during))
    content: dict[str, object] = {
        "name": name,
        "title": name,
        "summary": "A copy.",
        "kind": "learned",
        "licence": "none",
        "command": [sys.executable, "edit.py"],
        "timeout": 30,
        "takes": ["image"],
        "options": {},
    }
    path = folder / "method.yaml"
    path.write_text(to_yaml({**content, **card}))
    return path
