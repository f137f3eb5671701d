"""`bench new-method` and `bench check-method`: begin a method, and check it against the contract."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.plugins import PluginOption, load_plugins


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("new-method", help="Write the skeleton of a method, a plug-in that already learns something.")(_new)
    app.command("check-method", help="Check a method against the contract on two rendered faces.")(_check)


def _new(
    name: Annotated[str, typer.Argument(help="Lower-case words joined by hyphens, such as my-method.")],
    out: Annotated[Path, typer.Option(help="Folder that takes the method's.")] = Path(),
) -> None:
    from benchmark.authoring.new_method import write_skeleton

    load_plugins(None)
    written = write_skeleton(name, out)
    for path in written:
        print(path)
    print(f"next: bench check-method {name} --plugin {out / name}", file=sys.stderr)


def _check(
    name: Annotated[str, typer.Argument(help="Registered method, with +VARIANT for one of its variants.")],
    preset: Annotated[str | None, typer.Option(help="Sizes to build it at.", show_default="demo")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One setting, e.g. options.ngf=32.")
    ] = None,
    plugin: PluginOption = None,
) -> None:
    from benchmark.config.flags import sources_of
    from benchmark.config.resolve import resolve

    load_plugins(plugin)
    experiment = resolve(sources_of({"method": name, "preset": preset}, assignments=set_))
    from benchmark.authoring.check_method import check_method

    passed = True
    for finding in check_method(experiment):
        print(f"{'ok    ' if finding.passed else 'FAILED'}  {finding.check}: {finding.seen}", flush=True)
        passed = passed and finding.passed
    if not passed:
        raise typer.Exit(1)
