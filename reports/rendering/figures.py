"""How figures for print look: a palette that the colour-blind can tell apart, a mark a method, files without a date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.figure import Figure

from benchmark.results.schema import Kind
from benchmark.runtime.atomic_files import replacing

MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X", "p", "<", "h", ">", "*")
COLOURS: Final = (
    ("#0173B2", "#DE8F05", "#029E73", "#D55E00", "#CC78BC", "#CA9161", "#FBAFE4", "#949494", "#ECE133", "#56B4E9")
)  # fmt: skip
"""Of seaborn's palette "colorblind", without the second that it takes to import."""
BETTER, WORSE, LEVEL = "#0072B2", "#D55E00", "#767676"
"""Of the palette of Okabe and Ito."""
_DPI: Final = 200
_STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "reports",
    "font.family": "sans-serif",
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.edgecolor": "#444",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.color": "#444",
    "ytick.color": "#444",
    "legend.frameon": False,
    "legend.fontsize": 7,
}


@dataclass(frozen=True)
class Mark:
    """How a method is drawn: learned ones filled in a colour of their own, the others hollow and grey."""

    marker: str
    colour: Any
    filled: bool

    @property
    def face(self) -> Any:
        """Colour of its inside."""
        return self.colour if self.filled else "white"


def marks(kinds: Sequence[Kind]) -> list[Mark]:
    """A mark for each method, by their kinds; markers repeat only beyond a dozen methods."""
    found: list[Mark] = []
    learned = 0
    for place, kind in enumerate(kinds):
        marker = MARKERS[place % len(MARKERS)]
        if kind == "learned":
            found.append(Mark(marker, COLOURS[learned % len(COLOURS)], filled=True))
            learned += 1
        else:
            found.append(Mark(marker, "#444444", filled=False))
    return found


@contextmanager
def print_style() -> Iterator[None]:
    """Within the block, figures look as they do in print."""
    with rc_context(_STYLE):
        yield


def write_figure(figure: Figure, path: Path) -> list[Path]:
    """Write a figure as `path` with `.svg` and with `.png`, each atomically; equal figures give equal files."""
    written: list[Path] = []
    if (layout := figure.get_layout_engine()) is not None:  # laid out once for both files
        layout.execute(figure)
        figure.set_layout_engine(None)
    for suffix, facts in ((".svg", {"Date": None, "Creator": None}), (".png", {"Software": None})):
        content = BytesIO()
        figure.savefig(content, format=suffix[1:], dpi=_DPI, metadata=facts)
        file = path.with_name(path.name + suffix)
        with replacing(file) as temporary:
            temporary.write_bytes(content.getvalue())
        written.append(file)
    return written
