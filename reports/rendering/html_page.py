"""How every HTML page is rendered from its template: strings escaped, a missing name an error."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def render_page(template: str, **facts: Any) -> str:
    """A page.

    Args:
        template: its file below `reports`.
        facts: what the template names.
    """
    return _environment().get_template(template).render(**facts)


@cache
def _environment() -> Environment:
    """Keeps templates that are compiled, of which the page of a run is written often."""
    return Environment(
        loader=PackageLoader("reports", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def inline(svg: str) -> str:
    """The `<svg>` element of an SVG file, as HTML takes it: no declarations, and no addresses but namespaces."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.DOTALL)
    return re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", element.replace("xlink:href", "href"))
