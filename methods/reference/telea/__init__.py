"""The hole filled from its border by a published formula."""
