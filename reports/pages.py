"""How every HTML page is rendered from its template: strings escaped, a missing name an error."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def render_page(template: str, **facts: Any) -> str:
    """A page of `reports/templates`.

    Args:
        template: its file.
        facts: what the template names.
    """
    environment = Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**facts)
