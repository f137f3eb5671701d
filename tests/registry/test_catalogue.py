"""The catalogue of built-in names: every card is valid and leads to code, and looking at it imports nothing heavy."""

import json
import subprocess
import sys

import pytest

from registry import DATASETS, ENCODERS, JUDGES, METHODS, METRICS, PROTOCOLS
from registry.cards import MetricCard, ProtocolCard
from registry.catalogue import CATALOGUES, Catalogue
from registry.errors import DuplicateNameError, UnknownNameError
from registry.protocols_of_method import protocols_of
from tests.places import ROOT

REGISTRIES = {each.catalogue.kind: each for each in (DATASETS, ENCODERS, JUDGES, METHODS, METRICS, PROTOCOLS)}
OF_CODE = [catalogue for kind, catalogue in CATALOGUES.items() if kind != "presets"]
BUILT_IN = [(each.kind, entry.card.name) for each in OF_CODE for entry in each if "site" not in entry.place]


@pytest.mark.parametrize(("kind", "name"), BUILT_IN, ids=lambda each: each)
def test_every_built_in_entry_leads_to_code(kind: str, name: str) -> None:
    registry = REGISTRIES[kind]
    card = registry.catalogue.find(name).card
    if card.entry:
        assert callable(registry.get(name))
    else:
        assert isinstance(card, MetricCard)
        assert card.level == "cost", "only what the harness measures has no code of its own"


def test_every_kind_has_built_in_names() -> None:
    assert {kind for kind, _ in BUILT_IN} == {"method", "dataset", "protocol", "metric", "encoder", "judge"}


def test_names_on_cards_exist() -> None:
    for entry in CATALOGUES["protocols"]:
        assert isinstance(entry.card, ProtocolCard)
        assert [name for name in entry.card.metrics if name not in CATALOGUES["metrics"]] == []
    for entry in CATALOGUES["methods"]:
        assert protocols_of(entry.card) != []
        changes = [*entry.card.variants.values(), *entry.card.presets.values()]
        if entry.card.ablation is not None:
            changes.append(entry.card.ablation.factors)
        assert {key for change in changes for key in change} <= set(entry.card.options)
    for entry in CATALOGUES["metrics"]:
        assert entry.card.encoder is None or entry.card.encoder in CATALOGUES["encoders"]
    for entry in CATALOGUES["judges"]:
        assert entry.card.published is None or entry.card.published in CATALOGUES["judges"]
        assert {key for change in entry.card.presets.values() for key in change} <= set(entry.card.options)


def test_an_unknown_name_lists_near_matches() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown method 'maskgam'; did you mean 'maskgan' or 'mask-guided'\?"):
        METHODS.get("maskgam")


def test_an_unknown_name_far_from_all_lists_everything() -> None:
    known = "celebamask-hq, face-folder, rendered-faces"
    with pytest.raises(UnknownNameError, match=rf"unknown dataset 'zzz'; known: {known}"):
        DATASETS.get("zzz")


@pytest.mark.parametrize("name", ["subprocess.Popen", "torch.nn.Linear", "antigravity.geohash", "mmengine.Config"])
def test_dotted_names_are_never_imported(name: str) -> None:
    module = name.partition(".")[0]
    before = module in sys.modules
    for registry in REGISTRIES.values():
        with pytest.raises(UnknownNameError, match="unknown"):
            registry.get(name)
        with pytest.raises(UnknownNameError, match="unknown"):
            registry.build({"type": name})
    assert (module in sys.modules) == before


def test_a_duplicate_is_refused_with_both_places() -> None:
    catalogue: Catalogue[MetricCard] = Catalogue("metric", MetricCard, "benchmark.metrics", "cards/*.yaml")
    taken = catalogue.find("seg-miou")
    with pytest.raises(DuplicateNameError) as caught:
        catalogue.declare(taken.card, "/elsewhere/plugin.py")
    assert taken.place in str(caught.value)
    assert "/elsewhere/plugin.py" in str(caught.value)
    assert "'seg-miou' is declared twice" in str(caught.value)


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["list", "--json"], ["show", "maskgan", "--json"]])
def test_looking_around_imports_nothing_heavy(words: list[str]) -> None:
    script = f"""
import sys
sys.argv = ["bench", *{words!r}]
from benchmark.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
heavy = {{"torch", "mmengine", "mmcv", "numpy", "pandas", "cv2", "scipy", "methods.maskgan.model"}}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[]"
    if "--json" in words:
        json.loads(done.stdout)
