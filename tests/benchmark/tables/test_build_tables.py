"""Tables: which there are, their rows and columns in order, and what is said of what is not there."""

import random

from tests.reports.synthetic import METRICS, facts, figure, protocol, result, runs

from benchmark.tables.build_tables import tabulate

STYLE = "style-copy"


def everything():
    figures = {"seg-accuracy": figure(0.9), "fid": figure(None, n=0, reason="no weights file")}
    return [
        result("spade", figures),
        result("copy-target", figures, kind="reference", weights_origin="none", title="Copy target"),
        result("maskgan", figures, variant="no-ebst"),
        result("real", figures, kind="real", weights_origin="none"),
        result("maskgan", figures),
    ]


def test_rows_are_real_then_reference_then_learned_whatever_the_order_of_files():
    found = runs(*everything())
    expected = ["real images", "Copy target", "Maskgan", "Maskgan (no-ebst)", "Spade"]
    for seed in range(5):
        random.Random(seed).shuffle(found)
        (table,) = tabulate(found)
        assert [row.title for row in table.rows] == expected


def test_columns_are_image_metrics_then_set_metrics_then_costs():
    (table,) = tabulate(runs(*everything()))
    ids = [column.id for column in table.columns]
    assert ids == ["seg-accuracy", "fid", "parameters", "flops", "train-seconds", "edit-ms", "peak-memory-mib"]


def test_costs_are_scaled_to_their_units_and_real_images_have_none():
    (table,) = tabulate(runs(*everything()))
    assert [cell.text for cell in table.rows[-1].cells[2:]] == ["1.25", "–", "1.5", "12.5", "512"]
    assert {cell.text for cell in table.rows[0].cells[2:]} == {"–"}


def test_a_cost_column_is_what_its_card_says():
    in_hours = METRICS | {
        "train-seconds": facts("Time to train", "down", unit="h", decimals=3, level="cost", scale=3600)
    }
    (table,) = tabulate(runs(result("a", metrics=in_hours)))
    (column,) = (each for each in table.columns if each.id == "train-seconds")
    assert (column.facts.title, column.facts.unit, column.arrow) == ("Time to train", "h", "↓")
    assert table.rows[0].cells[table.columns.index(column)].text == "0.025"


def test_a_cost_without_a_card_is_no_column():
    without = {name: fact for name, fact in METRICS.items() if name != "flops"}
    (table,) = tabulate(runs(result("a", metrics=without)))
    assert "flops" not in [column.id for column in table.columns]
    assert len(table.rows[0].cells) == len(table.columns)


def test_seeds_share_a_row_and_presets_do_not():
    (table,) = tabulate(runs(*(result("a", seed=seed) for seed in (1, 0, 2)), result("a", preset="paper")))
    assert [(row.preset, row.seeds) for row in table.rows] == [("paper", (0,)), ("small", (0, 1, 2))]


def test_a_table_for_each_dataset_and_protocol():
    both = {"attribute-transfer": protocol({}), STYLE: protocol({}, title="Style copy")}
    tables = tabulate(runs(result("a", protocols=both), result("b", dataset="celebamask-hq")))
    assert [(table.dataset, table.protocol) for table in tables] == [
        ("celebamask-hq", "attribute-transfer"),
        ("rendered-faces", "attribute-transfer"),
        ("rendered-faces", STYLE),
    ]


def test_a_method_that_took_no_part_has_a_row_of_dashes_with_its_reason():
    absent = protocol({}, reason="it has no style input", tasks_sha256="")
    (table,) = tabulate(runs(result("a"), result("stargan", protocols={"attribute-transfer": absent})))
    cell = table.rows[1].cells[0]
    assert (cell.text, cell.reason) == ("–", "it has no style input")
    assert table.notes == ("it has no style input",)


def test_a_method_never_run_under_a_protocol_is_named():
    protocols = {"attribute-transfer": protocol({"seg-accuracy": figure(0.9)}), STYLE: protocol({"fid": figure(9.0)})}
    first, second = tabulate(runs(result("a", protocols=protocols), result("b")))
    assert (first.not_run, second.not_run) == ((), ("B",))


def test_equal_reasons_share_a_note():
    (table,) = tabulate(runs(*everything()))
    assert table.notes == ("no weights file",)
    assert {row.cells[1].note for row in table.rows} == {1}


def test_no_runs_no_tables():
    assert tabulate([]) == []


def test_a_caution_is_listed_where_too_few_images_are_flagged_too():
    (table,) = tabulate(runs(result("a", {"fid": figure(20.0, n=400, reason="by weights that are not published")})))
    (cell,) = (cell for cell in table.rows[0].cells if cell.column.id == "fid")
    assert cell.flagged
    assert table.notes[cell.note - 1] == "by weights that are not published"
