"""The edit that does nothing."""
