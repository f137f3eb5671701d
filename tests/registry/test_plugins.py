"""Plug-ins: files and modules that the user names, and packages that are installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.caching.plugin_source import _code_of_file, plugin_code
from registry import DATASETS, ENCODERS
from registry.catalogue import DATASET_CARDS, METHOD_CARDS
from registry.errors import InputError
from registry.neighbours import import_file
from registry.plugins import load_installed, load_named
from tests.places import ROOT


def install(site: Path, name: str, module: str, content: str, group: str = "bench.plugins") -> None:
    """Put a module with an entry point into a folder as pip would."""
    (site / f"{module}.py").write_text(content)
    offer(site, name, module, group)


def offer(site: Path, name: str, module: str, group: str) -> None:
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}\n")


DATASET = """
from registry import DATASETS

@DATASETS.register(card={"name": "%s", "title": "A plug-in's faces", "summary": "None.", "licence": "free"})
class Faces:
    pass
"""

CARD = "name: {0}\ntitle: T\nsummary: S\nlicence: free\nentry: lazy_plugin.heavy:Faces\n"


def test_a_named_file_is_loaded_once(tmp_path: Path) -> None:
    file = tmp_path / "counted_plugin.py"
    count = tmp_path / "count"
    file.write_text(f"from pathlib import Path\nwith Path({str(count)!r}).open('a') as file: file.write('x')\n")
    load_named(str(file))
    load_named(str(file))
    assert count.read_text() == "x"


def test_files_of_one_name_in_two_folders_are_two_plugins(tmp_path: Path) -> None:
    files = [tmp_path / folder / "method.py" for folder in ("one", "other")]
    for file in files:
        file.parent.mkdir()
        file.write_text(
            "from pathlib import Path\nwith Path(__file__).with_name('count').open('a') as file: file.write('x')\n"
        )
    for file in (*files, *files):
        load_named(str(file))
    assert [file.with_name("count").read_text() for file in files] == ["x", "x"]


def test_a_named_file_that_is_absent_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"plug-in '.*absent.py' was not loaded: .*there is no file"):
        load_named(str(tmp_path / "absent.py"))


def test_a_named_file_of_something_else_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("NAME = 1\n")
    with pytest.raises(InputError, match=r"notes\.txt is no Python file; name one, a folder with __init__\.py"):
        load_named(str(tmp_path / "notes.txt"))


def test_plugins_of_several_folders_import_their_own_neighbours(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        (tmp_path / folder / "parts").mkdir(parents=True)
        (tmp_path / folder / "net.py").write_text(f"from tone import TONE\nNAME = {folder!r} + TONE\n")
        (tmp_path / folder / "tone.py").write_text(f"TONE = '-{folder}'\n")
        (tmp_path / folder / "parts" / "deep.py").write_text(f"DEEP = 'deep {folder}'\n")
        (tmp_path / folder / "plugin.py").write_text(
            "import json\nimport net as network\nimport parts.deep\n\n"
            "def later():\n    from net import NAME\n    return NAME, network.NAME, parts.deep.DEEP, json.dumps(1)\n"
        )
    modules = [import_file(tmp_path / folder / "plugin.py") for folder in ("one", "other")]
    assert [module.later() for module in modules] == [
        ("one-one", "one-one", "deep one", "1"),
        ("other-other", "other-other", "deep other", "1"),
    ]
    assert "net" not in sys.modules
    assert not any(str(tmp_path) in place for place in sys.path)


def test_a_neighbour_hides_no_library(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("")
    (tmp_path / "plugin.py").write_text("from json import dumps\n")
    assert import_file(tmp_path / "plugin.py").dumps(1) == "1"


def test_a_file_of_a_package_imports_its_package(tmp_path: Path) -> None:
    package = tmp_path / "packaged"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "net.py").write_text("WIDTH = 3\n")
    (package / "plugin.py").write_text(
        "import packaged.net\nfrom .net import WIDTH\nBOTH = WIDTH, packaged.net.WIDTH\n"
    )
    assert import_file(package / "plugin.py").BOTH == (3, 3)


def test_the_class_of_a_cards_options_is_found_beside_the_plugin(tmp_path: Path) -> None:
    (tmp_path / "settings_of_mine.py").write_text(
        "from dataclasses import dataclass\n\n@dataclass\nclass Settings:\n    train: int = 7\n"
    )
    file = tmp_path / "plugin.py"
    file.write_text((DATASET % "optioned").replace('"free"', '"free", "options": "settings_of_mine:Settings"'))
    load_named(str(file))
    assert dict(DATASET_CARDS.find("optioned").card.options) == {"train": 7}


@pytest.mark.parametrize("end", ["raise RuntimeError('late')", "import sys; sys.exit(3)"])
def test_of_a_plugin_that_fails_nothing_stays(tmp_path: Path, end: str) -> None:
    file = tmp_path / "plugin.py"
    name = f"half-{len(end)}"
    file.write_text(f"{DATASET % name}\n{end}\n")
    with pytest.raises(InputError, match=r"was not loaded: (RuntimeError: late|SystemExit: 3)"):
        load_named(str(file))
    assert name not in DATASET_CARDS
    file.write_text(DATASET % name)
    load_named(str(file))
    assert name in DATASET_CARDS


def test_an_installed_plugin_that_exits_is_skipped_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "part_of_exiting.py").write_text(DATASET % "of-the-part")
    install(tmp_path, "exiting", "exiting_plugin", "import part_of_exiting\nraise SystemExit\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    problems = [problem for problem in load_installed() if "exiting" in problem]
    assert problems == ["plug-in 'exiting' (exiting_plugin) was skipped: SystemExit"]
    assert "of-the-part" not in DATASET_CARDS
    assert "part_of_exiting" not in sys.modules, "it would not be run again"


def test_an_installed_file_that_is_named_too_is_one_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "twice", "given_twice", DATASET % "given-twice")
    monkeypatch.syspath_prepend(str(tmp_path))
    list(load_installed())
    load_named(str(tmp_path / "given_twice.py"))
    load_named("given_twice")
    assert DATASET_CARDS.find("given-twice").place.endswith("given_twice.py")


def faces_of(source: str, name: str) -> str:
    return (DATASET % name).replace("pass", f"source = {source!r}")


@pytest.mark.parametrize("group", ["bench.plugins", "bench.cards"])
def test_the_source_of_an_installed_plugin_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: str
) -> None:
    name = f"sourced-{group.replace('.', '-')}"
    package = name.replace("-", "_")
    site, source = tmp_path / "site", tmp_path / "source" / package
    for folder in (site / package, source):
        folder.mkdir(parents=True)
    if group == "bench.plugins":
        (site / package / "__init__.py").write_text(faces_of("installed", name) + faces_of("installed", f"{name}-b"))
    else:
        (site / package / "__init__.py").write_text("")
        for label in (name, f"{name}-b"):
            card = CARD.format(label).replace("lazy_plugin.heavy", package)
            (site / package / f"{label}.dataset.yaml").write_text(card)
    (source / "__init__.py").write_text(faces_of("named", name))
    offer(site, name, package, group)
    monkeypatch.syspath_prepend(str(site))
    assert list(load_installed()) == []
    load_named(str(source))
    assert DATASETS.get(name).source == "named"
    assert f"{name}-b" in DATASET_CARDS, "what the named files do not declare stays"
    assert list(load_installed()) == [], "as a second call of the Python interface loads them"
    assert DATASETS.get(name).source == "named"


def test_another_plugin_of_an_installed_ones_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site").mkdir()
    install(tmp_path / "site", "owner", "owning_plugin", DATASET % "owned-faces")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    list(load_installed())
    (tmp_path / "stranger.py").write_text(DATASET % "owned-faces")
    with pytest.raises(InputError, match=r"dataset 'owned-faces' is declared twice: in .*owning_plugin.py and in"):
        load_named(str(tmp_path / "stranger.py"))
    assert DATASET_CARDS.find("owned-faces").place.endswith("owning_plugin.py")


@pytest.mark.parametrize("word", ["my-plug", "my-plug.py", "my-plug/my_plug"])
def test_a_plugin_may_be_named_by_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    package = tmp_path / "my-plug" / "my_plug"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from . import faces\n")
    name = f"named-by-{len(word)}"
    (package / "faces.py").write_text(DATASET % name)
    monkeypatch.chdir(tmp_path)
    load_named(word)
    assert name in DATASET_CARDS


def test_a_folder_without_a_package_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the folder .* is no plug-in: it has neither __init__.py nor"):
        load_named(str(tmp_path))


def test_cards_of_an_installed_package_are_known_before_its_code_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "lazy_plugin"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "heavy.py").write_text("class Faces:\n    pass\n")
    (package / "dataset.yaml").write_text(CARD.format("lazy-faces"))
    (package / "other.dataset.yaml").write_text(CARD.format("lazy-others"))
    offer(tmp_path, "lazy", "lazy_plugin", "bench.cards")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert list(load_installed()) == []
    assert list(load_installed()) == [], "as every function of the Python API does"
    assert "lazy-others" in DATASET_CARDS
    assert not any(name.startswith("lazy_plugin") for name in sys.modules)
    entry = DATASET_CARDS.find("lazy-faces")
    before = plugin_code(entry)
    assert not any(name.startswith("lazy_plugin") for name in sys.modules)
    assert DATASETS.get("lazy-faces").__name__ == "Faces"
    _code_of_file.cache_clear()
    (package / "heavy.py").write_text("class Faces:\n    more = 1\n")
    assert plugin_code(entry) != before


CARD_ALONE = "name: zzz-colors\ntitle: Colours\nsummary: None.\nentry: benchmark.features.inception:InceptionEncoder\n"


def test_a_card_alone_is_a_plugin_of_the_kind_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "colors.encoder.yaml").write_text(CARD_ALONE)
    for _ in range(2):
        load_named(str(tmp_path / "colors.encoder.yaml"))
    assert ENCODERS.get("zzz-colors").__name__ == "InceptionEncoder"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("colors.yaml", CARD_ALONE, "a card's file is named after its kind: NAME.method.yaml"),
        ("colors.encoder.yaml", CARD_ALONE.partition("entry")[0], "entry: write the class that the card is of"),
        ("colors.encoder.yaml", CARD_ALONE + "wieghts: x\n", "unknown key 'wieghts'"),
        ("absent.encoder.yaml", None, "absent.encoder.yaml"),
    ],
)
def test_a_card_alone_that_is_none_is_said(tmp_path: Path, name: str, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=rf"plug-in '.*{name}' was not loaded: ") as error:
        load_named(str(tmp_path / name))
    assert said in str(error.value)


def test_a_named_module_that_is_absent_is_said() -> None:
    with pytest.raises(InputError, match="plug-in 'no_such_module_at_all' was not loaded"):
        load_named("no_such_module_at_all")


def test_a_named_file_that_fails_is_said_and_can_be_mended(tmp_path: Path) -> None:
    file = tmp_path / "mended_plugin.py"
    file.write_text("raise RuntimeError('out of order')\n")
    with pytest.raises(InputError, match="RuntimeError: out of order"):
        load_named(str(file))
    file.write_text("MENDED = True\n")
    load_named(str(file))


def test_a_plugin_with_a_taken_name_says_both_places(tmp_path: Path) -> None:
    file = tmp_path / "taken_plugin.py"
    file.write_text(DATASET % "rendered-faces")
    with pytest.raises(InputError, match="declared twice") as caught:
        load_named(str(file))
    assert str(file) in str(caught.value)
    assert "rendered_faces/dataset.yaml" in str(caught.value)


def test_an_installed_plugin_that_fails_is_skipped_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "broken", "broken_plugin", "import a_package_nobody_has\n")
    install(tmp_path, "sound", "sound_plugin", DATASET % "zzz-plugged-in")
    monkeypatch.syspath_prepend(str(tmp_path))
    problems = [each for each in load_installed() if "broken" in each]
    assert problems == [
        "plug-in 'broken' (broken_plugin) was skipped: ModuleNotFoundError: No module named 'a_package_nobody_has'"
    ]


def test_the_command_goes_on_without_a_broken_installed_plugin(tmp_path: Path) -> None:
    install(tmp_path, "broken", "broken_plugin", "raise ValueError('out of order')\n")
    install(tmp_path, "sound", "sound_plugin", DATASET % "zzz-plugged-in")
    done = subprocess.run(
        [sys.executable, "-c", "from benchmark.cli import main; main()", "list", "datasets"],
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "bench: plug-in 'broken' (broken_plugin) was skipped: ValueError: out of order" in done.stderr
    assert "zzz-plugged-in" in done.stdout
    assert "rendered-faces" in done.stdout


PROCESS_CARD = """
name: {name}
title: Apart
summary: Nothing.
kind: learned
licence: none
takes: []
command: [python3, edit.py]
"""


def test_a_card_may_be_named_and_is_declared_once(tmp_path: Path) -> None:
    card = tmp_path / "method.yaml"
    card.write_text(PROCESS_CARD.format(name="apart"))
    for _ in range(2):
        load_named(str(card))
    entry = METHOD_CARDS.find("apart")
    assert (entry.card.command, entry.place, entry.builtin) == (["python3", "edit.py"], str(card), False)


def test_of_a_process_all_files_of_its_folder_count_but_hidden_and_derived_ones(tmp_path: Path) -> None:
    card = tmp_path / "method.yaml"
    card.write_text(PROCESS_CARD.format(name="folder-apart"))
    for name in ("net/layers.py", ".git/config", "__pycache__/edit.pyc", "env/pyvenv.cfg", "env/bin/python"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    load_named(str(card))
    entry = METHOD_CARDS.find("folder-apart")
    before = plugin_code(entry)
    for name in (".git/config", "__pycache__/edit.pyc", "env/bin/python"):
        (tmp_path / name).write_text("changed")
    assert plugin_code(entry) == before
    (tmp_path / "net" / "layers.py").write_text("changed")
    assert plugin_code(entry) != before


def test_a_card_of_edits_made_elsewhere_is_no_plugin(tmp_path: Path) -> None:
    card = tmp_path / "method.yaml"
    card.write_text(PROCESS_CARD.format(name="external-apart").replace("kind: learned", "kind: external"))
    with pytest.raises(InputError, match="bench edits import --card"):
        load_named(str(card))
