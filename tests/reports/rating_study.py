"""Studies exported by the command from made-up runs, for the tests of what raters use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmark.human_study.design.texts import shipped_texts
from benchmark.human_study.schema import Key, Study, read_key, read_study
from tests.commands import bench
from tests.reports.run_folders import PROTOCOL, run_folder
from tests.reports.synthetic import dataset_facts

METHODS = ("quillgan", "brushnet", "pastelflow")


@dataclass(frozen=True)
class Exported:
    """An exported study, and what the command said."""

    folder: Path
    code: int
    out: str
    err: str

    @property
    def public(self) -> Path:
        return self.folder / "public"

    @property
    def page(self) -> Path:
        return self.public / "study.html"

    @property
    def study(self) -> Study:
        return read_study(self.public / "study.json")

    @property
    def key(self) -> Key:
        return read_key(self.folder / "private" / "key.json")


def made_run(runs: Path, method: str, **changes: Any) -> None:
    """A run whose result says the size that its edits have."""
    run_folder(runs, method, **{"dataset_facts": dataset_facts(size=16)} | changes)


def make_runs(runs: Path) -> Path:
    """Three learned methods, one with two seeds, beside references."""
    for method in ("copy-target", "copy-source"):
        made_run(runs, method, kind="reference", weights_origin="none")
    for method in METHODS:
        made_run(runs, method, title=f"Title of {method}")
    made_run(runs, METHODS[0], title=f"Title of {METHODS[0]}", seed=1)
    return runs


def export(runs: Path, out: Path, *options: str | Path, seed: int | None = 0) -> Exported:
    """Run `bench study export`, with a random seed where none is given."""
    drawn = () if seed is None else ("--seed", str(seed))
    outcome = bench("study", "export", "--runs", runs, "--protocol", PROTOCOL, "--out", out, *drawn, *options)
    return Exported(out, outcome.code, outcome.out, outcome.err)


def write_texts(path: Path, mode: str = "2afc", **changes: object) -> Path:
    """The shipped texts with changes."""
    content = yaml.safe_load(shipped_texts(mode).read_text(encoding="utf-8")) | changes
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path
