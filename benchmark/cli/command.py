"""Groups of commands: in paths `~` is the user's home folder, wherever in a word; each can be had alone."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import wraps
from pathlib import Path
from typing import Any

import typer

from benchmark.runtime.home_folder import expanded


class Commands(typer.Typer):
    """A group of commands that get their paths expanded: a shell leaves `--runs=~/runs` as it is."""

    def command(  # type: ignore[override]  # whatever typer's version takes
        self, *args: Any, **kwargs: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Make a function a command, as typer's decorator does."""
        decorate = super().command(*args, **kwargs)

        def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(function)  # typer reads the command's options from the function
            def command(**options: Any) -> Any:
                return function(**{name: _expanded(value) for name, value in options.items()})

            decorate(command)
            return function

        return decorated

    def only(self, name: str) -> Commands:
        """The group with one of its commands or inner groups alone, since typer reads the options of all that it has.

        It is the whole group where nothing of that name is in it, so that whoever wrote the name hears what there is.
        """
        commands = [each for each in self.registered_commands if each.name == name]
        groups = [each for each in self.registered_groups if each.name == name]
        if not commands and not groups:
            return self
        part = copy(self)
        part.registered_commands, part.registered_groups = commands, groups
        return part


def _expanded(value: Any) -> Any:
    if isinstance(value, list):
        return [_expanded(item) for item in value]
    return expanded(value) if isinstance(value, Path) else value
