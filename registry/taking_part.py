"""Who takes part in what: a method in every protocol whose tasks have what the method takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from registry.cards import MethodCard, ProtocolCard
from registry.catalogue import PROTOCOL_CARDS


def reason_against(method: MethodCard, protocol: ProtocolCard, lacking: Collection[str] = ()) -> str | None:
    """Why a method cannot take part in a protocol, in words; None where it can.

    Args:
        method: its card, of which one of the alternatives must be given whole.
        protocol: its card.
        lacking: what the dataset's faces do not have, in the words of `OF_FACES`.
    """
    missing = {
        word: why
        for words in method.alternatives
        for word in words
        if (why := _missing(word, protocol, lacking)) is not None
    }
    if any(not missing.keys() & set(words) for words in method.alternatives):
        return None
    takes = ", or ".join(_joined(words) for words in method.alternatives)
    nearest = min(method.alternatives, key=lambda words: len(missing.keys() & set(words)))
    return f"{method.title} takes {takes}; {_joined([missing[word] for word in nearest if word in missing])}"


def protocols_of(method: MethodCard) -> list[str]:
    """The protocols in which a method can take part, those of plug-ins too."""
    return [entry.card.name for entry in PROTOCOL_CARDS if reason_against(method, entry.card) is None]


def unmet_needs(protocol: ProtocolCard, lacking: Collection[str]) -> str | None:
    """Why tasks of a protocol cannot be drawn from faces that lack something, in words; None where they can."""
    unmet = [word for word in protocol.needs if word in lacking]
    return f"{protocol.name} needs {_joined(unmet)}, which these faces do not have" if unmet else None


def _missing(word: str, protocol: ProtocolCard, lacking: Collection[str]) -> str | None:
    if word not in protocol.gives:
        return f"{protocol.name} gives no {word}"
    return f"these faces have no {word}" if word.removeprefix("source ") in lacking else None


def _joined(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
