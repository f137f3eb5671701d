"""`bench ablate`: the ablation study that a method's card proposes, run as a sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli import options
from benchmark.cli.plugins import PluginOption, load_plugins
from benchmark.cli.resolve_flags import parse_seeds, print_plan, resolved, split_names
from benchmark.cli.sweep import Jobs, finish, swept
from benchmark.config.flags import flags_of


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ablate", help="Run the ablation study on a method's card; goes on where it was stopped.")(_ablate)


def _ablate(
    method: Annotated[str, typer.Option(help="Registered method, with +VARIANT to change one of its variants.")],
    factors: Annotated[
        str | None, typer.Option(metavar="NAME,NAME", help="Only these factors of the card. [default: all]")
    ] = None,
    seeds: options.Seeds = "3",
    dataset: options.Dataset = None,
    data: options.Data = None,
    preset: options.Preset = None,
    config: options.Config = None,
    set_: options.Set = None,
    protocol: options.Protocols = None,
    limit: options.Limit = None,
    device: options.Device = None,
    weights_dir: options.WeightsDir = None,
    weights: options.WeightsFiles = None,
    runs: options.Runs = Path("runs"),
    jobs: options.Jobs = 1,
    plugin: PluginOption = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    load_plugins(plugin)
    from benchmark.ablation.expand import expand
    from benchmark.ablation.study import STUDY, study_folder, study_of, write_study
    from benchmark.config.experiment import over_seeds
    from registry.catalogue import METHOD_CARDS
    from reports.ablation.write import write_ablation

    flags = flags_of(method, dataset, data, preset=preset, device=device, limit=limit, protocols=protocol)
    reference = resolved(flags, config, set_ or [])
    card = METHOD_CARDS.find(reference.method).card
    chosen = split_names(factors or "")
    cells = expand(reference, card, chosen)
    numbers = parse_seeds("--seeds", seeds)
    planned = [each for cell in cells for each in over_seeds(cell.experiment, numbers)]
    if dry_run:
        print_plan(planned, json)
        return
    folder = study_folder(runs, cells)
    record = swept(planned, Jobs(runs, jobs, plugin or [], weights_dir, weights or []), folder)
    failures = {Path(job.folder): job.error or "" for job in record.failed}
    write_study(folder / STUDY, study_of(card, cells, numbers, chosen, runs, failures))
    for page in [folder / STUDY, *write_ablation(folder / STUDY, folder)]:
        typer.echo(page, err=True)
    finish(record, json)
