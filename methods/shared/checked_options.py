"""What options of methods ask of their own values."""


class CheckedOptions:
    """Options that refuse what nothing could be built or trained with."""

    def require_at_least(self, least: int, *names: str) -> None:
        """Refuse options below `least`.

        Raises:
            ValueError: naming the first such option and its value.
        """
        for name in names:
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, not {getattr(self, name)}")

    def require_share(self, name: str) -> None:
        """Refuse an option outside [0, 1].

        Raises:
            ValueError: naming the option and its value.
        """
        if not 0 <= getattr(self, name) <= 1:
            raise ValueError(f"{name} must be in [0, 1], not {getattr(self, name)}")
