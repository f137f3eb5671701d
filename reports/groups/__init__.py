"""Figures by group of faces, as a page: HTML, Markdown and JSON."""
