"""Which protocols of a run have tasks for its method: by its card, by the protocols', and by what the faces have."""

from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.runs.possible_protocols import participation
from benchmark.runs.run import Run
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError


def faces(*, attributes: bool = True, **lacks: str) -> Any:
    return SimpleNamespace(name="mine", known_attributes=("Smiling",) if attributes else (), lacks=lacks)


def evaluation(method: str, *protocols: str) -> EvaluationSpec:
    settings = {"method": method, "protocols": {name: {} for name in protocols}}
    return resolve([ConfigSource(settings, COMMAND)]).evaluation


def test_where_none_was_chosen_the_others_have_a_reason() -> None:
    card = METHOD_CARDS.find("stargan").card
    found = participation(card, evaluation("stargan"), faces())
    assert set(found.able) == {"attribute-transfer"}
    assert set(found.unable) == {"style-copy", "reconstruction"}
    assert found.reasons["style-copy"] == "StarGAN takes image, attributes and strength; style-copy gives no attributes"


def test_those_that_were_chosen_are_all_there_is() -> None:
    card = METHOD_CARDS.find("maskgan").card
    found = participation(card, evaluation("maskgan", "style-copy"), faces())
    assert (set(found.able), found.reasons) == ({"style-copy"}, {})
    chosen = evaluation("stargan", "style-copy", "attribute-transfer")
    found = participation(METHOD_CARDS.find("stargan").card, chosen, faces())
    assert (set(found.able), set(found.unable)) == ({"attribute-transfer"}, {"style-copy"})


def test_a_protocol_whose_needs_the_faces_do_not_meet_is_left_out() -> None:
    found = participation(METHOD_CARDS.find("maskgan").card, evaluation("maskgan"), faces(attributes=False))
    assert set(found.able) == {"style-copy", "reconstruction"}
    assert found.undrawn == ("attribute-transfer",)
    assert found.reasons["attribute-transfer"] == (
        "attribute-transfer needs attributes, which these faces do not have: none is known"
    )
    real = participation(None, evaluation("maskgan"), faces(attributes=False))
    assert (set(real.able), real.undrawn) == (set(found.able), found.undrawn)


def test_a_method_with_nothing_to_do_is_not_trained() -> None:
    with pytest.raises(InputError, match="stargan has nothing to do on mine: attribute-transfer needs attributes"):
        participation(METHOD_CARDS.find("stargan").card, evaluation("stargan"), faces(attributes=False))
    references = participation(
        METHOD_CARDS.find("copy-target").card, evaluation("copy-target"), faces(mask="no folder")
    )
    assert (references.able, len(references.reasons)) == ({}, 3)


def test_tasks_that_cannot_be_drawn_stop_no_method_that_would_not_edit_them() -> None:
    def too_few(protocols: object) -> None:
        raise InputError("style-copy needs 2 faces in the test split, which has 1")

    run = Run.__new__(Run)
    run.context = SimpleNamespace(task_sets=too_few)  # type: ignore[assignment]
    chosen = evaluation("stargan", "style-copy", "attribute-transfer")
    vars(run)["_participation"] = participation(METHOD_CARDS.find("stargan").card, chosen, faces())
    left_out = run._left_out()
    assert list(left_out) == ["style-copy"]
    assert (
        left_out["style-copy"].reason == "StarGAN takes image, attributes and strength; style-copy gives no attributes"
    )
    assert left_out["style-copy"].num_tasks == 0
