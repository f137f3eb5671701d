"""What papers claim, as a page: HTML, Markdown and JSON."""
