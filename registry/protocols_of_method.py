"""Who takes part in what: a method in every protocol whose tasks have what the method takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from registry.cards import MethodCard, ProtocolCard, joined
from registry.catalogue import PROTOCOL_CARDS

_NOTHING: Mapping[str, str] = MappingProxyType({})


def reason_against(method: MethodCard, protocol: ProtocolCard, lacking: Mapping[str, str] = _NOTHING) -> str | None:
    """Why a method cannot take part in a protocol, in words; None where it can.

    Args:
        method: its card, of which one of the alternatives must be given whole.
        protocol: its card.
        lacking: what the dataset's faces do not have, in the words of `OF_FACES`, with what is missing for it.
    """
    given = {word for word in protocol.gives if word.removeprefix("source ") not in lacking}
    missing = min(([word for word in words if word not in given] for words in method.alternatives), key=len)
    if not missing:
        return None
    not_given = [word for word in missing if word not in protocol.gives]
    of_faces = [word for word in missing if word in protocol.gives]
    reasons = [f"{protocol.name} gives no {' and no '.join(not_given)}"] if not_given else []
    reasons += [f"these faces have no {word} ({lacking[word.removeprefix('source ')]})" for word in of_faces]
    return f"{method.title} takes {method.takes_in_words}; {', and '.join(reasons)}"


def protocols_of(method: MethodCard) -> list[str]:
    """The protocols in which a method can take part, those of plug-ins too."""
    return [entry.card.name for entry in PROTOCOL_CARDS if reason_against(method, entry.card) is None]


def is_default(protocol: ProtocolCard, method: MethodCard | None) -> bool:
    """Whether a protocol is a method's where none was named; of no method in particular, whether it is every one's."""
    if not protocol.by_default:
        return False
    if not protocol.default_for:
        return True
    if method is None:
        return False
    possible = [words for words in method.alternatives if set(protocol.gives).issuperset(words)]
    return any(not set(protocol.default_for).isdisjoint(words) for words in possible)


def unmet_needs(protocol: ProtocolCard, lacking: Mapping[str, str]) -> str | None:
    """Why tasks of a protocol cannot be drawn from faces that lack something, in words; None where they can."""
    unmet = {word: lacking[word] for word in protocol.needs if word in lacking}
    reasons = "; ".join(unmet.values())
    return f"{protocol.name} needs {joined(list(unmet))}, which these faces do not have: {reasons}" if unmet else None
