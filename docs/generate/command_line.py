"""The reference of the command line, from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markup import code, escaped, table
from typer.main import get_command

from benchmark.cli import app

INTRO = """# Command line

A command ends with 0 when it is done, with 1 when something failed (a job, a check, a training that diverged, Ctrl-C),
and with 2 when what was asked is wrong; then one sentence says what, and what would be right. `-h` and `--help` print
what stands here. `bench --debug` before a command's name shows the tracebacks of plug-ins that fail.
"""


def page() -> str:
    """Every command with its arguments and options."""
    return "\n".join([INTRO, *_commands(get_command(app), "bench")])


def commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by what is written for it (`bench study export`)."""
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name, child in children.items():
        yield from commands(child, f"{path} {name}")


def _commands(root: Any, path: str) -> Iterator[str]:
    for name, command in commands(root, path):
        yield f"## {name}\n"
        yield f"{escaped(command.help or '')}\n"
        arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
        options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
        yield f"```text\n{' '.join([name, *map(_usage, arguments), *(['[OPTIONS]'] if options else [])])}\n```\n"
        yield table(["argument", "meaning"], ([code(_name(each)), _meaning(each)] for each in arguments))
        yield table(["option", "value", "meaning"], map(_option, options))


def _usage(argument: Any) -> str:
    name = _name(argument)
    return name if argument.required else f"[{name}]"


def _name(argument: Any) -> str:
    name = argument.metavar or str(argument.name).upper()
    return f"{name}…" if argument.nargs == -1 and not name.endswith("...") else name


def _option(option: Any) -> tuple[str, str, str]:
    words = [*option.opts, *option.secondary_opts]
    value = "" if option.is_flag else option.metavar or words[0].lstrip("-").upper()
    return ", ".join(code(word) for word in words), code(value), _meaning(option)


def _meaning(parameter: Any) -> str:
    text = escaped(parameter.help or "")
    default = parameter.default
    if parameter.required:
        return f"{text} *Required.*"
    if isinstance(shown := getattr(parameter, "show_default", None), str):
        return f"{text} Default: {escaped(shown)}."
    if default is None or isinstance(default, bool) or default == []:
        return text
    return f"{text} Default: `{default}`."
