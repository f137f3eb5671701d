"""Options of examples: the table of saved edits."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ExamplesOptions:
    """Every option of the protocol's card.

    Attributes:
        file: the table of saved edits, `examples.csv`, as `bench demo` writes it.
    """

    file: str = "examples.csv"
