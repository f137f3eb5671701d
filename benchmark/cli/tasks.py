"""`bench tasks`: the tasks of a protocol as files, for programs that edit elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli import options
from benchmark.cli.command import Commands
from benchmark.cli.plugins import PluginOption, load_plugins
from benchmark.config.flags import flags_of, sources_of

app = Commands(help="Write the tasks of a protocol as files.", no_args_is_help=True)


@app.command("export", help="Write every task's images, masks, attributes and instruction, for any program to read.")
def _export(
    protocol: Annotated[str, typer.Option(help="Whose tasks.")],
    out: Annotated[Path, typer.Option(help="Folder to write to, which is not there yet, or empty.")],
    dataset: options.Dataset = None,
    data: options.Data = None,
    preset: options.Preset = None,
    config: options.Config = None,
    set_: options.Set = None,
    limit: options.Limit = None,
    hints: Annotated[
        bool, typer.Option("--hints", help="Also sketch and colours, for methods that take them; say so on their card.")
    ] = False,
    plugin: PluginOption = None,
) -> None:
    load_plugins(plugin)
    from benchmark.config.resolve import resolve_evaluation

    flags = flags_of(dataset, data, preset=preset, device=None, limit=limit, protocols=[protocol])
    evaluation = resolve_evaluation(sources_of(flags, config, set_))
    from benchmark.evaluation.context import EvaluationContext
    from benchmark.evaluation.export_tasks import TASK_LINES, check_free, export_tasks
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter

    check_free(out)
    reporter = Reporter()
    context = EvaluationContext(evaluation, writable(cache_folder(), "cache folder"), reporter)
    number = export_tasks(context, out, hints=hints)
    print(f"{number:,} tasks of {protocol}; next: bench edits import NAME FOLDER --tasks {out}", file=sys.stderr)
    print(out / TASK_LINES)
