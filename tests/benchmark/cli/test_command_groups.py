"""Groups of commands: whole, or with the one that is named alone."""

import typer.main
from typer import Context

from benchmark.cli import app
from benchmark.cli.command import Commands
from tests.commands import bench


def names(group: Commands) -> list[str]:
    command = typer.main.get_command(group)
    return command.list_commands(Context(command))  # type: ignore[attr-defined]


def test_a_command_or_an_inner_group_can_be_had_alone() -> None:
    every = names(app)
    assert len(every) > 20
    assert names(app.only("list")) == ["list"]
    assert names(app.only("study")) == ["study"]
    assert names(app) == every


def test_of_an_unknown_name_the_whole_group_says_what_is_near() -> None:
    assert app.only("lst") is app
    outcome = bench("lst")
    assert outcome.code == 2
    assert "list" in outcome.err
