"""`benchmark.export_tasks` and `benchmark.import_edits`: tasks as files, and what other programs made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.config.flags import flags_of
from benchmark.python_api.arguments import (
    PathName,
    Settings,
    load_plugins,
    names_of,
    sources_of_arguments,
    weights_of,
)

if TYPE_CHECKING:
    from benchmark.results.schema import Result


def export_tasks(
    protocol: str,
    out: PathName,
    *,
    dataset: str | None = None,
    data: PathName | None = None,
    preset: str | None = None,
    limit: int | None = None,
    hints: bool = False,
    settings: Settings | None = None,
    config: PathName | None = None,
    plugins: Iterable[PathName] = (),
    quiet: bool = False,
) -> Path:
    """Write every task of a protocol as files that any program can read, as `bench tasks export` does.

    Arguments lie over `settings`, and these over `config`.

    Args:
        protocol: whose tasks.
        out: folder to write to, which is not there yet, or empty; it appears whole or not at all.
        dataset: registered dataset; by default "rendered-faces".
        data: folder of the dataset's files.
        preset: sizes; by default "demo".
        limit: at most so many tasks.
        hints: write the sketches and colours too that some methods take.
        settings: any others, nested as in a configuration file.
        config: a YAML file of settings.
        plugins: plug-ins to load first, files or modules, beside those that are installed.
        quiet: show no progress on stderr.

    Returns:
        The file `tasks.jsonl`, a line per task with the paths of its files from `out` on.

    Raises:
        InputError: if a setting is wrong, the folder has something in it, or the dataset cannot serve the protocol.

    Example:
        >>> import benchmark
        >>> lines = benchmark.export_tasks("style-copy", "tasks", limit=2, quiet=True)
        >>> sorted(path.name for path in lines.parent.iterdir())
        ['evaluation.yaml', 'tasks', 'tasks.csv', 'tasks.jsonl']
    """
    load_plugins(plugins)
    from benchmark.config.resolve import resolve_evaluation
    from benchmark.evaluation.context import EvaluationContext
    from benchmark.evaluation.export_tasks import TASK_LINES, check_free
    from benchmark.evaluation.export_tasks import export_tasks as exported
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter

    flags = flags_of(dataset, data, preset=preset, device=None, limit=limit, protocols=[protocol])
    evaluation = resolve_evaluation(sources_of_arguments(flags, settings, config))
    check_free(Path(out))
    context = EvaluationContext(evaluation, writable(cache_folder(), "cache folder"), Reporter(quiet=quiet))
    exported(context, Path(out), hints=hints)
    return Path(out) / TASK_LINES


def import_edits(
    name: str,
    edits: PathName,
    *,
    tasks: PathName | None = None,
    card: PathName | None = None,
    resize: bool = False,
    partial: bool = False,
    protocol: str | None = None,
    dataset: str | None = None,
    data: PathName | None = None,
    preset: str | None = None,
    limit: int | None = None,
    metrics: str | Iterable[str] | None = None,
    device: str | None = None,
    settings: Settings | None = None,
    config: PathName | None = None,
    weights: Mapping[str, PathName] | None = None,
    runs: PathName = "runs",
    plugins: Iterable[PathName] = (),
    quiet: bool = False,
) -> Result:
    """Make a run of edits that another program made, and score it, as `bench edits import` does.

    Arguments lie over `settings`, these over `config`, and all of them over the settings of exported `tasks`.

    Args:
        name: what to call them, in lower-case words joined by hyphens.
        edits: folder of an image per task, `00000.png` and so on, or a file of JSON lines that name them.
        tasks: folder that `export_tasks` wrote: its settings, and its task table, which must be the same here.
        card: YAML file of what made them: title, summary, licence, paper.
        resize: take edits of another size, and resize them.
        partial: score the tasks that have an edit; the result says so.
        protocol: whose tasks they answer, where `tasks` does not say it.
        dataset: registered dataset.
        data: folder of the dataset's files.
        preset: sizes and budgets.
        limit: at most so many tasks.
        metrics: further metrics, beside those of the protocol.
        device: "cpu", "cuda", "cuda:1" …; by default "auto".
        settings: any others, nested as in a configuration file.
        config: a YAML file of settings.
        weights: files by id for metrics that need them, beside those in `$BENCH_WEIGHTS`.
        runs: folder of all runs.
        plugins: plug-ins to load first, files or modules, beside those that are installed.
        quiet: show no progress on stderr.

    Returns:
        The result of the run, which is in `runs/DATASET/NAME/seed0`.

    Raises:
        InputError: if a setting is wrong, the name is a method's, the tasks are others than were exported, or the edits
            do not answer them: one is missing, damaged, there twice, or of another size.

    Example:
        >>> import pathlib, shutil, benchmark
        >>> tasks = benchmark.export_tasks("style-copy", "to-edit", limit=4, quiet=True).parent
        >>> pathlib.Path("edits").mkdir()
        >>> for task in tasks.glob("tasks/*"):  # this program changes nothing
        ...     _ = shutil.copy(task / "target.png", f"edits/{task.name}.png")
        >>> result = benchmark.import_edits("untouched", "edits", tasks=tasks, quiet=True)
        >>> result.weights_origin, result.protocols["style-copy"].num_tasks
        ('external', 4)
    """
    load_plugins(plugins)
    from benchmark.config.resolve import resolve_evaluation
    from benchmark.config.sources import read_config
    from benchmark.evaluation.exported_tasks import check_one_protocol, settings_of
    from benchmark.pipeline.import_and_score import import_and_score
    from benchmark.results.outside_card import outside_card
    from benchmark.runs.import_edits import Policies, check_name
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter

    export = None if tasks is None else Path(tasks)
    beneath = [] if export is None else [read_config(settings_of(export))]
    flags = flags_of(
        dataset,
        data,
        preset=preset,
        device=device,
        limit=limit,
        protocols=None if protocol is None else [protocol],
        metrics=None if metrics is None else names_of(metrics),
    )
    evaluation = resolve_evaluation([*beneath, *sources_of_arguments(flags, settings, config)])
    check_one_protocol(evaluation)
    said = outside_card(name, None if card is None else Path(card))
    check_name(name)
    return import_and_score(
        said,
        Path(edits),
        evaluation,
        Path(runs),
        writable(cache_folder(), "cache folder"),
        Reporter(quiet=quiet),
        weights=weights_of(weights),
        policies=Policies(resize, partial),
        tasks=export,
    )
