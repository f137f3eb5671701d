"""A neighbour of the plug-in, which has one of its own."""

from tones.dark import TONE


def shade() -> float:
    return TONE
