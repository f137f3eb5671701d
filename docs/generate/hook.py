"""Adds pages to the documentation that would otherwise be written twice: references, and the committed results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import cards
import checkpoints
import command_line
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "examples"
"""Results in the repository; each folder that holds a report in Markdown becomes a page with its pictures."""

REFERENCES: Mapping[str, Callable[[], str]] = {
    "reference/command-line.md": command_line.page,
    "reference/methods.md": cards.methods,
    "reference/protocols.md": cards.protocols,
    "reference/metrics.md": cards.metrics,
    "reference/datasets.md": cards.datasets,
    "reference/encoders.md": cards.encoders,
    "reference/judges.md": cards.judges,
    "reference/presets.md": cards.presets,
    "reference/checkpoints.md": checkpoints.page,
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages (a hook of MkDocs)."""
    for place, page in REFERENCES.items():
        files.append(File.generated(config, place, content=page()))
    for path in sorted(COMMITTED.glob("*/*")):
        if path.suffix in (".md", ".png", ".svg") and path.name != "README.md":
            place = f"results/{path.parent.name}/{path.name}"
            files.append(File.generated(config, place, abs_src_path=str(path)))
    return files
