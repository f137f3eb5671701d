"""Rendered faces: a parametric renderer, so that the true result of an edit is known."""
