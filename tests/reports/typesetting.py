"""A LaTeX table as it is printed: compiled in an article that has booktabs and graphicx, and read from the PDF."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

DOCUMENT = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{booktabs,graphicx}
\begin{document}
\input{table}
\end{document}
"""


def typeset(table: str, folder: Path) -> str:
    """The text of the PDF; skips the test where no LaTeX or no `pdftotext` is installed."""
    programs = [program for program in ("pdflatex", "tectonic") if shutil.which(program)]
    if not programs or not shutil.which("pdftotext"):
        pytest.skip("needs pdflatex or tectonic, and pdftotext")
    (folder / "table.tex").write_text(table)
    (folder / "paper.tex").write_text(DOCUMENT)
    options = ["-interaction=nonstopmode", "-halt-on-error"] if programs[0] == "pdflatex" else []
    made = subprocess.run([programs[0], *options, "paper.tex"], cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout[-3000:]
    read = subprocess.run(
        ["pdftotext", "-layout", "paper.pdf", "-"], cwd=folder, capture_output=True, text=True, check=True
    )
    return read.stdout.replace("−", "-")
