"""Published networks by name, at their published options: for the tests and the check of golden forwards alone.

No command uses it. What is built takes a published `state_dict`, to be compared with the published outputs.
"""

from collections.abc import Mapping
from typing import Final

from methods.published.attribute_networks import ATTRIBUTE_NETWORKS
from methods.published.completion_networks import COMPLETION_NETWORKS
from methods.published.mask_networks import MASK_NETWORKS
from methods.published.recipe import Published, PublishedNetwork
from methods.published.style_networks import STYLE_NETWORKS
from registry.errors import UnknownNameError, unknown

PUBLISHED: Final[Mapping[str, Published]] = {
    **MASK_NETWORKS,
    **ATTRIBUTE_NETWORKS,
    **STYLE_NETWORKS,
    **COMPLETION_NETWORKS,
}


def build(name: str) -> PublishedNetwork:
    """The published network `name`, with fresh weights.

    Raises:
        UnknownNameError: with the nearest known names.
    """
    if name not in PUBLISHED:
        raise UnknownNameError(unknown("published network", name, PUBLISHED))
    return PublishedNetwork(PUBLISHED[name])
