"""`~`, the user's home folder, in paths that no shell has expanded: of `--runs=~/runs`, the environment, and files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def expanded(path: str | Path) -> Path:
    """A path whose `~` or `~user` at the beginning is the home folder; as it is where there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - pathlib's raises where there is no such user


def expanded_texts(content: Any) -> Any:
    """Settings in which every text that begins with `~/`, and is a path therefore, begins with the home folder."""
    if isinstance(content, str):
        return str(expanded(content)) if content.startswith("~/") else content
    if isinstance(content, dict):
        return {key: expanded_texts(value) for key, value in content.items()}
    return [expanded_texts(item) for item in content] if isinstance(content, list) else content
