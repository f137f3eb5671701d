"""References of what is registered: one page for each kind, from the cards alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml
from markup import code, escaped, table

from registry.cards import DatasetCard, EncoderCard, JudgeCard, MethodCard, MetricCard, Paper, ProtocolCard
from registry.catalogue import (
    DATASET_CARDS,
    ENCODER_CARDS,
    JUDGE_CARDS,
    METHOD_CARDS,
    METRIC_CARDS,
    PRESET_CARDS,
    PROTOCOL_CARDS,
    Catalogue,
)
from registry.options import OptionTable
from registry.protocols_of_method import protocols_of


def methods() -> str:
    """Every method with its options, variants and the study that its card proposes."""
    return _page("Methods", "methods", METHOD_CARDS, _method)


def protocols() -> str:
    """Every protocol with its options and metrics."""
    return _page("Protocols", "protocols", PROTOCOL_CARDS, _protocol)


def metrics() -> str:
    """Every metric with what a reader must know of its number."""
    return _page("Metrics", "metrics", METRIC_CARDS, _metric)


def datasets() -> str:
    """Every dataset with its options."""
    return _page("Datasets", "datasets", DATASET_CARDS, _dataset)


def encoders() -> str:
    """Every encoder with what it is built with."""
    return _page("Encoders", "encoders", ENCODER_CARDS, _encoder)


def judges() -> str:
    """Every judge with its recipe."""
    return _page("Judges", "judges", JUDGE_CARDS, _judge)


def presets() -> str:
    """Every preset: what it sets of datasets and protocols. What it sets of a method stands with the method."""
    parts = [
        "# Presets\n\nA preset sets sizes and budgets. `--preset NAME` chooses one; any of its values can be set.\n"
    ]
    for entry in PRESET_CARDS.builtin():
        sizes = entry.card.model_dump(exclude={"name", "title"}, exclude_defaults=True)
        content = yaml.safe_dump(sizes, sort_keys=False)
        parts.append(f"## {entry.card.name}\n\n{escaped(entry.card.title)}\n\n```yaml\n{content}```\n")
    return "\n".join(parts)


def _page(title: str, kind: str, catalogue: Catalogue[Any], body: Any) -> str:
    cards = [entry.card for entry in catalogue]
    contents = table(
        ["name", "what it is"], ([f"[`{card.name}`](#{card.name})", escaped(card.title)] for card in cards)
    )
    intro = f"`bench list {kind}` lists these, and `bench show NAME` prints a card.\n"
    parts = [f"# {title}\n", intro, contents]
    for card in cards:
        parts += [f"## {card.name} {{ #{card.name} }}\n", f"**{escaped(card.title)}.** {escaped(card.summary)}\n"]
        parts += [*body(card), *_paper(card.paper)]
    return "\n".join(parts)


def _method(card: MethodCard) -> Iterator[str]:
    able = ", ".join(_link("protocols", name) for name in protocols_of(card))
    yield _facts(
        {"kind": card.kind, "takes": card.takes_in_words, "takes part in": able, "licence": escaped(card.licence)}
    )
    yield _options(card.options, {name: changes for name, changes in card.presets.items() if "+" not in name})
    if card.variants:
        yield "Variants:\n"
        yield table(
            ["name", "what it changes"],
            ([code(f"{card.name}+{name}"), _of_variant(card, name)] for name in card.variants),
        )
    if card.ablation:
        cells = card.ablation.factors or card.ablation.cells
        yield f"Ablation study that the card proposes ({card.ablation.design}):\n"
        yield table(["factor", "levels"], ([code(name), code(levels)] for name, levels in cells.items()))
    if card.claims:
        yield "What its paper claims, which `bench claims` [tests](../claims.md):\n"
        rows = ([code(claim.id), escaped(claim.statement), escaped(claim.source)] for claim in card.claims)
        yield table(["id", "claim", "source"], rows)


def _of_variant(card: MethodCard, name: str) -> str:
    """What a variant changes, and what it changes further at some presets."""
    further = {key.partition("+")[0]: changes for key, changes in card.presets.items() if key.endswith(f"+{name}")}
    at_presets = (f"at {code(preset)} also {_changes(changes)}" for preset, changes in further.items())
    return "; ".join([_changes(card.variants[name]), *at_presets])


def _protocol(card: ProtocolCard) -> Iterator[str]:
    facts = {
        "needs of faces": ", ".join(card.needs),
        "gives": ", ".join(card.gives),
        "takes place": "" if card.by_default else "where it is named",
        "unless named, left to methods that take": ", ".join(card.default_for),
    }
    yield _facts(facts)
    yield _options(card.options, {})
    yield "Metrics, in the order of tables: " + ", ".join(_link("metrics", name) for name in card.metrics) + ".\n"


def _metric(card: MetricCard) -> Iterator[str]:
    levels = {
        "image": "one figure for each task",
        "set": "one figure for a set of images",
        "cost": "a cost of the method",
    }
    facts = {
        "better": "more" if card.direction == "up" else "less",
        "axis": card.axis or "",
        "unit": escaped(card.unit) or "none",
        "level": levels[card.level],
        "features of": _link("encoders", card.encoder) if card.encoder else "",
        "needs a judge of the role": code(card.judge) if card.judge else "",
        "sound from": f"{card.min_n:,} images" if card.level != "cost" else "",
        "source": escaped(card.citation),
    }
    yield _facts(facts)
    if card.caveats:
        yield "What `bench calibrate` found:\n"
        yield "\n".join(f"- {escaped(caveat)}" for caveat in card.caveats) + "\n"


def _dataset(card: DatasetCard) -> Iterator[str]:
    yield _facts({"licence": escaped(card.licence)})
    yield _options(card.options, {})


def _encoder(card: EncoderCard) -> Iterator[str]:
    if card.judge:
        yield _facts({"features of the judge of role": code(card.judge)})
    yield _options(card.options, {})


def _judge(card: JudgeCard) -> Iterator[str]:
    facts = {
        "role": code(card.role),
        "published weights": code(card.weights) if card.weights else "",
        "caution": escaped(card.caution or ""),
    }
    yield _facts(facts)
    yield _options(card.options, card.presets)


def _facts(facts: Mapping[str, str]) -> str:
    return "\n".join(f"- *{name}*: {value}" for name, value in facts.items() if value) + "\n"


def _options(options: OptionTable, presets: Mapping[str, Mapping[str, Any]]) -> str:
    """One row per option: its default, what each preset that changes any makes of it, and what it does."""
    changing = [name for name, changes in presets.items() if changes]
    rows = (
        [
            code(name),
            code(_value(option.default)),
            *(code(_value(presets[preset][name])) if name in presets[preset] else "" for preset in changing),
            escaped(f"{option.kind}: {option.description}" if option.description else option.kind),
        ]
        for name, option in options.info.items()
    )
    return table(["option", "default", *(f"preset {name}" for name in changing), "what it is"], rows)


def _changes(changes: Mapping[str, Any]) -> str:
    return ", ".join(code(f"{name}={_value(value)}") for name, value in changes.items())


def _value(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("\n...\n").strip()


def _paper(paper: Paper | None) -> Iterable[str]:
    if paper is not None:
        title = f"[{escaped(paper.title)}]({paper.url})" if paper.url else escaped(paper.title)
        yield f"Paper: {escaped(paper.authors)}, {title}, {escaped(paper.venue)}.\n"


def _link(kind: str, name: str) -> str:
    return f"[`{name}`]({kind}.md#{name})"
