"""Where the tests find the source tree, their data and their plug-ins."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
PLUGINS = ROOT / "tests" / "plugins"
