"""`bench demo`: a page in the browser that edits a face with every method of finished runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.options import Device, Runs, WeightsFiles, named_weights
from benchmark.cli.plugins import PluginOption, load_plugins


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", help="Edit faces on a page in the browser, by every method of finished runs.")(_demo)


def _demo(
    method: Annotated[
        list[str] | None,
        typer.Option(
            help="A method with a finished run, its run folder, or one that needs no run; may be repeated.",
            show_default="all that have a finished run",
        ),
    ] = None,
    runs: Runs = Path("runs"),
    dataset: Annotated[str | None, typer.Option(help="The dataset, where methods have runs on several.")] = None,
    out: Annotated[Path, typer.Option(help="Folder that takes saved edits.")] = Path("saved-edits"),
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 opens the page to your network.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int | None, typer.Option(help="Port.", show_default="the first free one from 7860")] = None,
    share: Annotated[bool, typer.Option("--share", help="Have gradio open the page to the internet.")] = False,
    device: Device = None,
    weights: WeightsFiles = None,
    plugin: PluginOption = None,
) -> None:
    load_plugins(plugin)
    from benchmark.demo.app import DemoApp
    from benchmark.demo.choose_methods import first_run, methods_of_page, side_of
    from benchmark.demo.gradio_server import serve
    from benchmark.demo.read_faces import JudgesOfRun

    methods = methods_of_page(method or (), runs, dataset)
    judges = JudgesOfRun(first_run(methods), device or "auto", tuple(named_weights(weights).items()))
    app = DemoApp(methods, judges, side_of(methods), out, device or "auto", tuple(plugin or ()))
    serve(app, host, port, share=share)
