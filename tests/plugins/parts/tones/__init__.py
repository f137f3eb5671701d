"""A package beside the plug-in."""
