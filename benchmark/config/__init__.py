"""What a user writes, as a validated specification: presets, cards, files and flags resolved in one place."""
