"""Renders a rehearsal's figures as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.gpu.records import Row
from benchmarks.gpu.steps import PRECISIONS

METRICS = {
    "attribute-transfer": ("seg-miou", "attribute-accuracy", "frechet-judge", "psnr-background"),
    "style-copy": ("seg-miou", "style-color", "frechet-judge"),
    "reconstruction": ("seg-miou", "psnr-oracle", "ssim-oracle", "frechet-judge"),
}
Cells = Sequence[str]


def table(out: Path) -> str:
    """The figures of a folder: steps, ways to run them, edits, waits, whole commands, and trainings."""
    blocks = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(out.glob("*.json"))}
    if not blocks:
        raise SystemExit(f"{out} holds no figures")
    rows = {name: content["rows"] for name, content in blocks.items()}
    captured = [row for name in blocks if name.startswith("captured") for row in rows[name]]
    compiled = [row for name in blocks if name.startswith("compiled") for row in rows[name]]
    published = [row for name in blocks if name.startswith("published") for row in rows[name]]
    trainings = [row for name in blocks if name.startswith("training") for row in rows[name]]
    parts = [
        *_heading([content["machine"] for content in blocks.values()]),
        *_steps(rows.get("steps", []), captured),
        *_compiled(compiled),
        *_published(published),
        *_determinism(rows.get("determinism", [])),
        *_throughput(rows.get("throughput", [])),
        *_trainings(trainings),
        "## Commands",
        "<!-- not run: needs a GPU -->\n```bash\n"
        + "\n".join(dict.fromkeys(command for content in blocks.values() for command in content["commands"]))
        + "\n```",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(machines: list[dict[str, str]]) -> list[str]:
    first = machines[0]
    if any(machine != first for machine in machines):
        raise SystemExit("the folder holds figures of several machines")
    driver = f", driver {first['driver']}" if "driver" in first else ""
    facts = ", ".join(f"{key} {value}" for key, value in first.items() if key not in ("device", "driver", "torch"))
    return [f"# {first['device']}{driver}, torch {first['torch']}", f"Measured with {facts}."]


def _steps(rows: list[Row], captured: list[Row]) -> list[str]:
    parts = []
    for preset in dict.fromkeys(row["preset"] for row in rows):
        of_preset = [row for row in rows if row["preset"] == preset]
        parts.append(f"## Training steps, preset `{preset}`")
        for precision, channels_last in (("bf16", True), ("fp32", False)):
            chosen = [
                row for row in of_preset if (row["precision"], row["channels_last"]) == (precision, channels_last)
            ]
            if len({row["batch_size"] for row in chosen}) > 1 or (chosen and precision == "bf16"):
                layout = "channels-last" if channels_last else "contiguous"
                parts += [f"Images/s and peak GiB by batch size; {PRECISIONS[precision]}, {layout}.", _by_batch(chosen)]
        parts += _by_way(of_preset + [row for row in captured if row["preset"] == preset])
    return parts


def _by_batch(rows: list[Row]) -> str:
    sizes = sorted({row["batch_size"] for row in rows})
    body = [
        [name, *(_cell(_find(rows, name, batch_size=size)) for size in sizes)]
        for name in dict.fromkeys(map(_name, rows))
    ]
    return _markdown(["step", *map(str, sizes)], body)


def _by_way(rows: list[Row]) -> list[str]:
    ways = {
        _way(row): {key: row[key] for key in ("precision", "channels_last", "captured")}
        for row in sorted(rows, key=lambda row: (row["captured"], row["precision"]))
    }
    if len(ways) < 2:
        return []
    counts = [row["batch_size"] for row in rows if row["precision"] == "exact"]
    batch_size = counts[0] if counts else rows[0]["batch_size"]
    body = []
    for name in dict.fromkeys(map(_name, rows)):
        found = [_find(rows, name, batch_size=batch_size, **way) for way in ways.values()]
        host = found[0].get("host_ms", 0) / found[0]["ms"] if found[0] and "ms" in found[0] else None
        body.append([name, *map(_cell, found), "–" if host is None else f"{100 * min(host, 1):.0f}%"])
    tried = {row["precision"] for row in rows}
    legend = "; ".join(f"{name}: {meaning}" for name, meaning in PRECISIONS.items() if name in tried)
    note = "the last column is the host's share of the first way's time: near 100% the device waits for the host"
    return [
        f"Batch of {batch_size}, by precision and layout, or captured as a CUDA graph; {note}. {legend}.",
        _markdown(["step", *ways, "host"], body),
    ]


def _way(row: Row) -> str:
    words = [row["precision"], "channels-last" if row["channels_last"] else "contiguous"]
    return " ".join([*words, *(["captured"] if row["captured"] else [])])


def _compiled(rows: list[Row]) -> list[str]:
    if not rows:
        return []
    body = [
        [
            f"{row['preset']}: {_name(row)}",
            *(
                (row["failed"], "–", "–", "–", "–")
                if "failed" in row
                else (
                    _cell(row["plain"]),
                    _cell(row["compiled"]),
                    f"{row['ratio']:.2f}",
                    f"{100 * min(row['compiled']['host_ms'] / row['compiled']['ms'], 1):.0f}%",
                    f"{row['compilation_s']:.0f}",
                )
            ),
        ]
        for row in rows
    ]
    return [
        "## Compiled networks",
        "Images/s and peak GiB of steps as they are and with the networks that `compile=true` gives to "
        f"`torch.compile`, at a batch of {rows[0]['batch_size']} in bf16 and channels-last, one after the other; "
        "the host's share of a compiled step's time; and the seconds that the first steps took to compile.",
        _markdown(["step", "as they are", "compiled", "times as fast", "host", "compilation s"], body),
    ]


def _published(rows: list[Row]) -> list[str]:
    if not rows:
        return []
    body = [
        [
            f"{row['preset']}: {row['method']} {row['size']}²",
            str(row["batch_size"]),
            *(
                (row["failed"], "–", "–")
                if "failed" in row
                else (_cell(row["ours"]), _cell(row["published"]), f"{row['ratio']:.2f}")
            ),
        ]
        for row in rows
    ]
    way = next((row["way"] for row in rows if "way" in row), "")
    return [
        "## Steps against the published ones",
        f"Images/s and peak GiB of steps as trainings here take them ({way}), and of transcriptions of the published "
        "steps in fp32, contiguous, at the published widths; how many times faster ours are.",
        _markdown(["step", "batch", "here", "as published", "times"], body),
    ]


def _determinism(rows: list[Row]) -> list[str]:
    if not rows:
        return []
    body = []
    for off in (row for row in rows if not row["deterministic"]):
        key = {name: off[name] for name in ("method", "stage")}
        on = next((row for row in rows if row["deterministic"] and key.items() <= row.items()), None)
        cells = [_same(off), "–" if on is None else _same(on)]
        lacking = [] if on is None else on.get("without_deterministic_implementation", [])
        speeds = [f"{row['images_per_second']:.0f}" if row and "failed" not in row else "–" for row in (off, on)]
        body.append([_name(off), *cells, ", ".join(f"`{name}`" for name in lacking) or "none", *speeds])
    first = rows[0]
    return [
        "## The same bits twice",
        f"{first.get('steps', '–')} steps of {first['batch_size']} faces, twice from the same seed, at the preset "
        f"`{first['preset']}` in bf16 and channels-last: tensors that differ, and by how much at most, with "
        "`compute.deterministic=true` and without; which operations then have no deterministic implementation; "
        "and images/s.",
        _markdown(["step", "off", "on", "lacking", "images/s off", "on"], body),
    ]


def _same(row: Row) -> str:
    if "failed" in row:
        return str(row["failed"])
    if not row["differing"]:
        return "the same"
    return f"{row['differing']} of {row['tensors']}, {row['largest_difference']:.1g}"


def _throughput(rows: list[Row]) -> list[str]:
    edits = [row for row in rows if row["what"] == "edit"]
    commands = [row for row in rows if row["what"] == "command"]
    waits = [row for row in rows if row["what"] == "waits"]
    parts: list[str] = []
    for preset in dict.fromkeys(row["preset"] for row in edits):
        of_preset = [row for row in edits if row["preset"] == preset]
        parts += [
            f"## Edits, preset `{preset}`",
            "Images/s and peak GiB by batch size, on the device alone.",
            _by_batch(of_preset),
        ]
    if commands:
        body = [
            [
                row["method"],
                _speeds(row.get("stages"), lambda each: f"{each['stage']} {each['images_per_second']:.0f}"),
                _speeds(row.get("planned"), lambda each: f"{each['stage']} {each['images_per_second']:.0f}"),
                _speeds(row.get("speed"), lambda each: _spoken(each, "edit")),
                _speeds(row.get("speed"), lambda each: _spoken(each, "score")),
                row.get("failed", f"{row['seconds']:.0f} s"),
            ]
            for row in commands
        ]
        parts += [
            "## Whole commands",
            "Images/s of `bench score`, one at a time: the training loop with its loader, what `bench plan` foresees "
            "of it, edits with their PNG files, and scoring.",
            _markdown(["method", "loop", "planned", "edit", "score", "command"], body),
        ]
    if waits:
        body = [
            [
                row["method"] or "–",
                row["stage"],
                str(row["waits"]),
                "; ".join(f"`{line}` ×{count}" for line, count in row["where"].items()),
            ]
            for row in waits
            if row["iteration"] == 2
        ]
        parts += [
            "## Waits of the host for the device within one iteration",
            "The batch's way to the device, the step and the moving averages, as "
            "`torch.cuda.set_sync_debug_mode` tells.",
            _markdown(["method", "stage", "waits", "where"], body),
        ]
    return parts


def _spoken(row: Row, what: str) -> str:
    return f"{row['protocol']} {row['images_per_second']:.0f}" if row["what"] == what else ""


def _speeds(rows: list[Row] | None, say: Any) -> str:
    return "; ".join(filter(None, map(say, rows or []))) or "–"


def _trainings(rows: list[Row]) -> list[str]:
    parts = []
    for row in rows:
        parts.append(f"## {row['method']}, {row['what']} in {row['seconds']:.0f} s")
        if "failed" in row:
            parts.append(row["failed"])
        elif row["what"] == "training":
            for stage in row["stages"]:
                parts += _losses(stage)
        else:
            parts += [
                f"Images/s: {_speeds(row['speed'], lambda each: _spoken(each, 'edit'))} edited, "
                f"{_speeds(row['speed'], lambda each: _spoken(each, 'score'))} scored.",
                _markdown(["protocol", "metric", "test faces"], _figures(row["figures"])),
            ]
    return parts


def _losses(stage: Row) -> list[str]:
    names = list(dict.fromkeys(name for losses in stage["losses"].values() for name in losses))
    return [
        f"`{stage['stage']}`: {stage['iterations']} iterations of {stage['batch_size']}, "
        f"{stage['images_per_second']:.0f} images/s. Losses:",
        _markdown(
            ["iteration", *names],
            [[number, *(_number(losses.get(name)) for name in names)] for number, losses in stage["losses"].items()],
        ),
    ]


def _figures(protocols: dict[str, dict[str, float | None]]) -> list[Cells]:
    return [
        [protocol, metric, _number(protocols[protocol].get(metric))]
        for protocol, metrics in METRICS.items()
        if protocol in protocols
        for metric in metrics
    ]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def _name(row: Row) -> str:
    stage = row.get("stage")
    single = {"painting", "translation", "exchange", None}
    return f"{row['method']} {row['size']}²" + ("" if stage in single else f" {stage}")


def _find(rows: Iterable[Row], step: str, **key: Any) -> Row:
    return next((row for row in rows if _name(row) == step and key.items() <= row.items()), {})


def _cell(row: Row) -> str:
    if "failed" in row:
        return "out of memory" if "OutOfMemory" in row["failed"] else row["failed"].partition(":")[0]
    if not row:
        return "–"
    peak = "" if row["peak_gib"] is None else f" · {row['peak_gib']:.1f}"
    rate = row["images_per_second"]
    return f"{rate:.0f}{peak}" if rate >= 10 else f"{rate:.1f}{peak}"


def _markdown(head: Cells, body: Iterable[Cells]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(each.replace("|", "\\|") for each in line) + " |" for line in lines)
