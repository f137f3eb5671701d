"""The built documentation: strict, whole, and free of anything from another host."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from typer.main import get_command

from benchmark.cli import app
from registry.catalogue import DATASET_CARDS, ENCODER_CARDS, JUDGE_CARDS, METHOD_CARDS, METRIC_CARDS, PROTOCOL_CARDS
from tests.docs.fenced_blocks import blocks_of
from tests.places import ROOT
from tests.test_architecture import FLOORS

KINDS = {
    "methods": METHOD_CARDS,
    "datasets": DATASET_CARDS,
    "protocols": PROTOCOL_CARDS,
    "metrics": METRIC_CARDS,
    "encoders": ENCODER_CARDS,
    "judges": JUDGE_CARDS,
}
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


class _Loads(HTMLParser):
    """Collects what a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link" and values.get("rel") in ("canonical", "next", "prev"):
            return
        if (value := values.get(LOADED.get(tag, ""))) is not None:
            self.found.append(value)


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        loads = _Loads()
        loads.feed(page.read_text())
        assert loads.found
        assert [each for each in loads.found if re.match(r"(\w+:)?//", each)] == [], page
    for style in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)]*", style.read_text()) == [], style


def test_the_references_know_every_card_and_option(site: Path) -> None:
    for kind, catalogue in KINDS.items():
        page = (site / "reference" / f"{kind}.html").read_text()
        for entry in catalogue:
            assert f'id="{entry.card.name}"' in page
            for option in getattr(entry.card, "options", {}):
                assert f"<code>{option}</code>" in page


def test_the_reference_knows_every_command_and_option(site: Path) -> None:
    page = (site / "reference" / "command-line.html").read_text()

    def visit(command, path: str) -> int:
        children = getattr(command, "commands", None)
        if children:
            return sum(visit(child, f"{path}-{name}") for name, child in children.items())
        section = page[page.index(f'id="{path}"') :].split("<h2", 1)[0]
        for parameter in command.params:
            for word in parameter.opts if parameter.param_type_name == "option" else ():
                assert f"<code>{word}</code>" in section, f"{path} {word}"
        return 1

    assert visit(get_command(app), "bench") > 20


def test_the_contract_of_methods_is_there(site: Path) -> None:
    page = (site / "reference" / "method-contract.html").read_text()
    for name in ("FaceEditor.edit", "FaceEditor.published_networks", "Trainable.train_step", "EditBatch", "Stage"):
        assert f'id="methods.base.{name}"' in page


def test_pages_fit_a_phone_and_ask_no_host(site: Path) -> None:
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("request", lambda request: asked.append(request.url))
        for path in sorted(site.rglob("*.html")):
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        browser.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_links_of_the_readme_lead_somewhere() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text()):
            assert link.startswith("https://") or (ROOT / link).exists(), f"{name}: {link}"
    assert len((ROOT / "README.md").read_text().splitlines()) <= 200


def test_metrics_named_by_their_meaning_exist() -> None:
    """The first column of its big table asks questions, the second names metrics."""
    text = (ROOT / "docs" / "numbers.md").read_text()
    rows = text[text.index("| question | metrics |") :].split("\n\n", 1)[0].splitlines()[2:]
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[2]) if not name.startswith("--")}
    assert len(named) > 20
    assert named <= {entry.card.name for entry in METRIC_CARDS}


def test_the_floors_on_the_page_are_those_that_hold() -> None:
    (shown,) = [block for block in blocks_of(ROOT / "docs" / "extend" / "architecture.md") if block.language == "text"]
    floors = [{room.replace("benchmark.", "").replace(".", "/") for room in floor.split()} for floor in FLOORS]
    assert [set(line.split(", ")) for line in shown.content.splitlines()] == floors
