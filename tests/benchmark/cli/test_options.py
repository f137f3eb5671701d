"""Options that are declared once: commands that share them have all of them, and get what was written."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from benchmark.cli import app
from benchmark.cli.options import CommandOptions, RunOptions, takes
from registry.errors import InputError


@pytest.mark.parametrize(
    ("command", "options_type"),
    [
        *((stage, RunOptions) for stage in ("run", "train", "edit", "score")),
        ("sweep", CommandOptions),
        ("ablate", CommandOptions),
        ("plan", CommandOptions),
    ],
)
def test_a_command_has_every_option_that_it_shares(command: str, options_type: type[CommandOptions]) -> None:
    commands: Any = get_command(app)
    parameters = {parameter.name for parameter in commands.commands[command].params}
    assert {field.name for field in fields(options_type)} <= parameters


def called(*words: str) -> dict[str, Any]:
    """What a command's function gets."""
    seen: dict[str, Any] = {}

    @takes(RunOptions)
    def command(options: RunOptions, images: Annotated[Path | None, typer.Option(help="A folder.")] = None) -> None:
        seen.update(options=options, images=images)

    alone = typer.Typer()
    alone.command()(command)
    result = CliRunner().invoke(alone, list(words))
    assert result.exit_code == 0, result.output
    return seen


def test_the_function_gets_its_own_option_and_those_it_shares() -> None:
    seen = called(
        "--images", "here", "--method", "spade", "--set", "a=1", "--set", "b=2", "--metrics", "kid", "--fresh"
    )
    assert seen["images"] == Path("here")
    assert seen["options"] == RunOptions(method="spade", set_=["a=1", "b=2"], metrics="kid", fresh=True)


def test_what_was_not_written_is_the_default_of_the_dataclass() -> None:
    assert called() == {"options": RunOptions(), "images": None}


def test_a_commands_own_options_come_first_then_those_of_the_subclass() -> None:
    @takes(RunOptions)
    def command(options: RunOptions, images: Annotated[Path | None, typer.Option()] = None) -> None:
        """Nothing."""

    names = list(inspect.signature(command).parameters)
    assert names[:2] == ["images", "method"]
    assert names.index("fresh") < names.index("preset")


def test_weights_are_named_by_id_and_file(tmp_path: Path) -> None:
    file = tmp_path / "x.pth"
    file.touch()
    assert CommandOptions(weights=[f"inception-fid={file}"]).find_weights().named == {"inception-fid": file}
    with pytest.raises(InputError, match="write ID=FILE"):
        CommandOptions(weights=["inception-fid"]).find_weights()
