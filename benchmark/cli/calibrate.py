"""`bench calibrate`: hold the metrics against known errors, and write what they saw."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.plugins import PluginOption, load_plugins
from benchmark.cli.resolve_flags import split_names


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("calibrate", help="Degrade true edits at graded strengths, and report what each metric sees.")(
        _calibrate
    )


def _calibrate(
    dataset: Annotated[str, typer.Option(help="Registered dataset that knows its true edits.")] = "rendered-faces",
    data: Annotated[Path | None, typer.Option(help="Folder of the dataset's files.")] = None,
    preset: Annotated[str, typer.Option(help="Sizes and budgets.")] = "demo",
    protocol: Annotated[
        list[str] | None, typer.Option(help="Protocol; may be repeated.", show_default="style-copy")
    ] = None,
    metrics: Annotated[
        str | None, typer.Option(metavar="NAME,NAME", help="Only these metrics.", show_default="the protocol's")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many tasks a protocol.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the degradations and of the subsamples.")] = 0,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One setting, e.g. dataset.size=128.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1 …", show_default="auto")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("calibration"),
    plugin: PluginOption = None,
    json: Annotated[bool, typer.Option("--json", help="The result as JSON on stdout.")] = False,
) -> None:
    from benchmark.config.flags import flags_of, sources_of
    from benchmark.config.resolve import resolve_evaluation

    load_plugins(plugin)
    names = list(dict.fromkeys(protocol or ["style-copy"]))
    chosen = split_names(metrics or "")
    flags = flags_of(dataset, data, preset=preset, device=device, limit=limit, protocols=names)
    evaluation = resolve_evaluation(sources_of(flags, assignments=set_))
    words = [
        *("bench", "calibrate", "--dataset", dataset, "--preset", preset),
        *(word for name in names for word in ("--protocol", name)),
        *(("--metrics", ",".join(chosen)) if chosen else ()),
        *(("--limit", str(limit)) if limit is not None else ()),
        *("--seed", str(seed)),
        *(word for assignment in set_ or () for word in ("--set", assignment)),
    ]

    from benchmark.calibration.calibrate import calibrate, check_metrics
    from benchmark.calibration.schema import RESULT_NAME, write_calibration
    from benchmark.evaluation.context import EvaluationContext
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter
    from reports.calibration.write import write_calibration_pages

    check_metrics(chosen)
    context = EvaluationContext(evaluation, writable(cache_folder(), "cache folder"), Reporter())
    calibration = calibrate(context, chosen, seed, writable(out, "folder"), shlex.join(words))
    write_calibration(out / RESULT_NAME, calibration)
    pages = write_calibration_pages(out / RESULT_NAME, out)
    if json:
        print(calibration.model_dump_json(indent=2))
        return
    for page in [out / RESULT_NAME, *pages]:
        print(page)
