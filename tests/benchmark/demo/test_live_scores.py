"""The figures that stand under an edit: shares of pixels and of what was to change."""

import numpy as np

from benchmark.demo.live_scores import followed


def test_a_mask_is_followed_where_its_labels_are_seen() -> None:
    own = np.zeros((4, 4), np.uint8)
    requested = own.copy()
    requested[:, 2:] = 1
    seen = own.copy()
    seen[:, 3] = 1
    figures = followed(seen, requested, own)
    assert figures["accuracy"] == {"all": 0.75, "changed": 0.5}
    assert figures["miou"] == (8 / 12 + 4 / 8) / 2


def test_where_nothing_was_to_change_there_is_no_such_figure() -> None:
    own = np.zeros((4, 4), np.uint8)
    assert followed(own, own, own)["accuracy"]["changed"] is None
