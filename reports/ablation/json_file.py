"""An ablation as JSON with a versioned schema, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from benchmark.ablation.tables import AblationReport, AblationTable, ChangeRow
from benchmark.statistics.factorial import FactorialEffects
from reports.ablation import wording as words

SCHEMA_VERSION: Final = 1


def render(report: AblationReport) -> str:
    """The whole file; its fields mean what those of `AblationReport`, `ChangeRow` and `MetricComparison` do."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "study": report.study.model_dump(mode="json"),
        "reference_seeds": list(report.reference_seeds),
        "num_tests": report.num_tests,
        "reason": report.reason,
        "tables": [_table(table) for table in report.tables],
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _table(table: AblationTable) -> dict[str, Any]:
    return {
        "dataset": table.dataset,
        "protocol": table.protocol,
        "title": table.facts.title,
        "num_tasks": table.facts.num_tasks,
        "tasks_sha256": table.facts.tasks_sha256,
        "metrics": {column.id: column.facts.model_dump(mode="json") for column in (*table.columns, *table.costs)},
        "reference": {name: asdict(figure) for name, figure in table.reference.items()},
        "rows": [_row(table, row) for row in table.rows],
        "effects": {name: _effects(found) for name, found in table.effects.items()},
    }


def _row(table: AblationTable, row: ChangeRow) -> dict[str, Any]:
    return {
        "cell": row.cell.label,
        "changes": dict(row.cell.changes),
        "seeds": list(row.seeds),
        "reason": row.reason,
        "same_weights": row.same_weights,
        "figures": {
            name: {
                **{name: value for name, value in asdict(contrast.match).items() if name != "facts"},
                "seeds": contrast.seeds,
                "verdict": words.verdict(row, contrast),
            }
            for name, contrast in row.contrasts.items()
        },
        "costs": {cost.column.id: {"value": cost.cell, "reference": cost.reference} for cost in row.costs},
    }


def _effects(found: FactorialEffects | str) -> dict[str, Any]:
    return {"reason": found} if isinstance(found, str) else asdict(found)
