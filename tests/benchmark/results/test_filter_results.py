"""What a leaderboard is asked for: filters, and names that nothing answers to."""

from pathlib import Path

import pytest

from benchmark.results.filter_results import Selection, select
from benchmark.results.schema import Result, read_result
from registry.errors import UnknownNameError
from tests.places import DATA

MADE = read_result(DATA / "results" / "v1-caveats.json")


def run(**changes: object) -> tuple[Path, Result]:
    return Path("result.json"), MADE.model_copy(update=changes)


RUNS = [
    run(),
    run(variant="no-ebst"),
    run(method="spade", dataset="celebamask-hq"),
    run(method="copy-target", kind="reference"),
    run(method="real", kind="real"),
]


def labels(**asked: object) -> list[str]:
    return [result.label for _, result in select(RUNS, Selection(**asked))]


def test_nothing_asked_is_everything() -> None:
    assert select(RUNS, Selection()) == RUNS


def test_methods_are_chosen_with_their_variant_and_references_stay() -> None:
    assert labels(methods=["maskgan+no-ebst"]) == ["maskgan+no-ebst", "copy-target", "real"]


def test_a_dataset_and_a_protocol_leave_the_others_out() -> None:
    assert labels(dataset="celebamask-hq") == ["spade"]
    ((_, result),) = select(RUNS[:1], Selection(protocol="style-copy"))
    assert list(result.protocols) == ["style-copy"]
    assert labels(protocol="reconstruction") == []


def test_metrics_are_chosen_in_every_protocol_costs_with_them() -> None:
    ((_, result),) = select(RUNS[:1], Selection(metrics=["psnr-oracle", "parameters"]))
    assert set(result.metrics) == {"psnr-oracle", "parameters"}
    assert {tuple(each.metrics) for each in result.protocols.values()} == {("psnr-oracle",)}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"methods": ["maskgn"]}, "unknown method of these runs 'maskgn'; did you mean 'maskgan'"),
        ({"methods": ["copy-target"]}, "unknown method of these runs 'copy-target'"),
        ({"metrics": ["seg-acuracy"]}, "unknown metric of these runs 'seg-acuracy'; did you mean 'seg-accuracy'?"),
        ({"protocol": "style-cpy"}, "unknown protocol 'style-cpy'; did you mean 'style-copy'?"),
        ({"dataset": "rendered-face"}, "unknown dataset 'rendered-face'; did you mean 'rendered-faces'?"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(asked: dict[str, object], said: str) -> None:
    with pytest.raises(UnknownNameError) as refused:
        labels(**asked)
    assert said in str(refused.value)
