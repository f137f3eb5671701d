"""Ids that tell nothing: the same for the same study, and not to be guessed without the results it was drawn from."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

_LETTERS: Final = "bcdfghjklmnpqrstvwxz"
"""No digits, which spreadsheets would take for numbers, and no vowels, which would let names and words appear."""
_LENGTH: Final = 16


class OpaqueIds:
    """Gives ids by a secret.

    Args:
        secret: what decides the study, some of which raters cannot know.
    """

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(secret.encode()).digest()

    def of(self, *thing: object) -> str:
        """The id of a thing: 16 consonants, of which there are 69 bits."""
        number = int.from_bytes(self.digest(*thing))
        letters = []
        for _ in range(_LENGTH):
            number, letter = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[letter])
        return "".join(letters)

    def digest(self, *thing: object) -> bytes:
        """32 bytes that only the secret gives, to seed chance with."""
        return hmac.digest(self._key, "\0".join(str(each) for each in thing).encode(), "sha256")
