"""The group of commands, whole or with the one that is named alone."""

import typer.main
from typer import Context
from typer.core import TyperGroup

from benchmark.cli import app
from benchmark.cli.command import Commands
from tests.commands import bench


def group_of(commands: Commands) -> TyperGroup:
    group = typer.main.get_command(commands)
    assert isinstance(group, TyperGroup)
    return group


def names(group: TyperGroup) -> list[str]:
    return group.list_commands(Context(group))


def test_a_command_or_a_whole_inner_group_can_be_had_alone() -> None:
    every = group_of(app)
    assert len(names(every)) > 20
    assert names(group_of(app.only("list"))) == ["list"]
    alone = group_of(app.only("study"))
    assert names(alone) == ["study"]
    inner, whole = alone.commands["study"], every.commands["study"]
    assert isinstance(inner, TyperGroup)
    assert isinstance(whole, TyperGroup)
    assert names(inner) == names(whole)
    assert names(group_of(app)) == names(every)


def test_of_an_unknown_name_the_whole_group_says_what_is_near() -> None:
    assert app.only("lst") is app
    outcome = bench("lst")
    assert outcome.code == 2
    assert "list" in outcome.err


def test_help_before_a_command_lists_them_all_and_other_options_do_not_hide_it() -> None:
    for words in (["--help"], ["--help", "list"], ["--debug", "--help", "list"]):
        assert "leaderboard" in bench(*words).out
    told = bench("--debug", "list")
    assert told.code == 0
    assert told.out == bench("list").out
