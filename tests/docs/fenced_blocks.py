"""Finds the code in pages: fenced blocks with their language and why they are not run, and code within sentences."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.places import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LANGUAGES = {"bash", "python", "yaml", "text"}

_FENCE = re.compile(
    r"(?:^<!-- not run: (?P<why>[^>]+) -->\n)?^```(?P<language>.*)\n(?P<content>(?:.*\n)*?)^```$", re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        line: of the page, where it begins.
        why_not: why it is not run; "" where it is.
    """

    line: int
    language: str
    content: str
    why_not: str

    @property
    def is_included(self) -> bool:
        """Whether the block shows a file, which has tests of its own."""
        return self.content.lstrip().startswith("--8<--")

    def commands(self) -> Iterator[list[str]]:
        """The words of each command, comments left out."""
        for line in self.content.replace("\\\n", " ").splitlines():
            if words := shlex.split(line, comments=True):
                yield words


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page in order."""
    text = page.read_text()
    return [
        Block(text.count("\n", 0, found.start()) + 1, found["language"], found["content"], found["why"] or "")
        for found in _FENCE.finditer(text)
    ]


def inline_code_of(page: Path) -> list[str]:
    """The code within sentences of a page."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", _FENCE.sub("", page.read_text()))
