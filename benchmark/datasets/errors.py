"""What the data layer raises when the user's data, or where it should be kept, is wrong."""

from registry.errors import InputError


class DataError(InputError):
    """A dataset, or its cache, cannot be used; the message is one sentence for the user."""


class UnusableFaceError(DataError):
    """One face cannot be used; the message names the file and what is wrong with it."""
