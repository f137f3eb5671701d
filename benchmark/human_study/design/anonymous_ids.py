"""Ids that tell nothing: the same for the same study, and not to be guessed without the results it was drawn from."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

_LETTERS: Final = "bcdfghjklmnpqrstvwxz"
"""No digits, which spreadsheets would take for numbers, and no vowels, so that no name or word appears."""
_LENGTH: Final = 16


class AnonymousIds:
    """Derives ids from a secret.

    Args:
        secret: what decides the study, some of which raters cannot know.
    """

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(secret.encode()).digest()

    def of(self, *parts: object) -> str:
        """The id of what the parts name: 16 consonants, of which there are 69 bits."""
        number = int.from_bytes(self.digest(*parts))
        letters = []
        for _ in range(_LENGTH):
            number, letter = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[letter])
        return "".join(letters)

    def digest(self, *parts: object) -> bytes:
        """32 bytes that only the secret gives, to seed random generators with."""
        return hmac.digest(self._key, "\0".join(str(part) for part in parts).encode(), "sha256")
