"""The error of a weights file that cannot be used."""

from registry.errors import InputError

SHOWN = 5
"""Names in a message before the rest is only counted."""


class CheckpointError(InputError):
    """A checkpoint that cannot be read, or does not fit its network."""


def some(names: list[str]) -> str:
    """The first few of many names, with a count of the rest."""
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
