"""Results made up for measurements of pages: every fact in its place, figures as they are given."""

from __future__ import annotations

from benchmark.results.schema import Cost, DatasetInfo, JudgeInfo, MetricInfo, ProtocolResult, Result, Value

PROTOCOL = "attribute-transfer"


def made_up_metric(title: str, level: str) -> MetricInfo:
    """What a table knows of a metric, of which more is better unless it is a cost."""
    given = {"direction": "down" if level == "cost" else "up", "unit": "", "decimals": 3, "min_n": 50}
    return MetricInfo.model_validate({"title": title, "level": level, "citation": "An author, 2020"} | given)


def made_up_result(
    method: str, seed: int, facts: dict[str, MetricInfo], figures: dict[str, Value], num_tasks: int, tasks_sha256: str
) -> Result:
    """A trained run on rendered faces with these figures under `PROTOCOL`."""
    return Result(
        kind="learned",
        method=method,
        title=method.title(),
        seed=seed,
        preset="demo",
        dataset="rendered-faces",
        dataset_facts=DatasetInfo(
            title="Rendered faces", fingerprint="f" * 64, size=64, faces={"test": 400}, skipped=0, resize_policy="none"
        ),
        weights_origin="trained",
        weights_sha256=f"{seed:064d}",
        notes={"l1_term": "weight 30; the paper has none"},
        judges={"parser": JudgeInfo(title="Face parser", weights_sha256="b" * 64, recipe="", scores={"miou": 0.8})},
        metrics=facts,
        protocols={
            PROTOCOL: ProtocolResult(
                title="Attribute transfer",
                num_tasks=num_tasks,
                tasks_sha256=tasks_sha256,
                rule="made up",
                metrics=figures,
            )
        },
        cost=Cost(
            parameters=1_000_000,
            flops=2,
            train_seconds=250.0,
            edit_ms=4.0,
            peak_memory_mib=500.0,
            device="CPU, 1 thread",
        ),
        experiment_sha256="e" * 64,
    )
