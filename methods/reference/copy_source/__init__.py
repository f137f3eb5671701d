"""The edit that hands over the source."""
