"""Rows of figures in a JSON file that is whole after every row, so that a rehearsal that is cut off keeps them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmark.runtime.atomic_files import write_text_atomically

Row = dict[str, Any]


class Records:
    """The rows of one block.

    Args:
        path: the file; what it holds already is kept.
        machine: what the figures are measured on.
        command: what measures them now.

    Raises:
        SystemExit: if the file holds figures of another machine.
    """

    def __init__(self, path: Path, machine: dict[str, str], command: str) -> None:
        self.path, self.machine = path, machine
        self.commands: list[str] = []
        self.rows: list[Row] = []
        if path.exists():
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["machine"] != machine:
                raise SystemExit(f"{path} holds figures of {content['machine']}; choose another --out")
            self.commands, self.rows = content["commands"], content["rows"]
        self.commands.append(command)
        path.parent.mkdir(parents=True, exist_ok=True)

    def has(self, **key: Any) -> bool:
        """Whether a row holds these values."""
        return any(key.items() <= row.items() for row in self.rows)

    def add(self, row: Row) -> None:
        """Keep and print a row."""
        self.rows.append(row)
        content = {"machine": self.machine, "commands": self.commands, "rows": self.rows}
        write_text_atomically(self.path, json.dumps(content, indent=1) + "\n")
        print(json.dumps(row), flush=True)
