"""A real browser for the tests of pages: Debian's Chromium, which sees the disk and no network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")
CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def launched(*more: str):
    """The browser, with more switches where given, closed at the end; skips where there is none."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *more])
        yield browser
        browser.close()


@contextmanager
def opened(browser, path: Path, *, width: int = 1280, scheme: str = "light") -> Iterator:
    """A page from disk; at its end it must have logged no error, opened no dialog and asked nothing of a network."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    faults = []
    page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda sent: None if sent.url.startswith(("file:", "data:")) else faults.append(sent.url))
    page.goto(path.resolve().as_uri())
    yield page
    context.close()
    assert faults == []
