"""Analyses canonical answers: excludes raters, then estimates preferences per question and protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmark.human_study.analysis.agreement import agreement_of
from benchmark.human_study.analysis.exclusion import REASONS, ExclusionRule, judge_raters
from benchmark.human_study.analysis.findings import (
    INTERVAL,
    AttributeFinding,
    Collected,
    Exclusions,
    Findings,
    Part,
    Quartiles,
)
from benchmark.human_study.analysis.preference import pair_preferences
from benchmark.human_study.analysis.ranking import preferences_of, rank
from benchmark.human_study.analysis.votes import countable, trials_of, votes_of
from benchmark.human_study.collection.import_summary import Imports
from benchmark.human_study.schema import Key, Question, Study, Trial
from benchmark.statistics.face_clusters import Array
from registry.errors import InputError


@dataclass(frozen=True)
class Analysis:
    """The results of a study.

    Attributes:
        findings: without any participant's id.
        raters: results of the checks of each participant, by id, as from `judge_raters`: to be kept private.
    """

    findings: Findings
    raters: pd.DataFrame


def analyse(
    answers: pd.DataFrame,
    study: Study,
    key: Key,
    rule: ExclusionRule | None = None,
    imports: Imports | None = None,
) -> Analysis:
    """Analyse a study.

    Args:
        answers: canonical answers, checks and practice among them.
        study: the study.
        key: its key.
        rule: whom to exclude.
        imports: what the answers' files had, where that is known.

    Raises:
        InputError: if the key is that of another study.
    """
    if key.study_id != study.study_id:
        raise InputError(f"the key is of study {key.study_id!r}, not of {study.study_id!r}")
    rule = rule or ExclusionRule()
    known, dropped = countable(answers, study, key)
    raters = judge_raters(known, study, key, rule)
    kept = raters.index[raters["reasons"] == ""]
    of_kept = known[known["participant_id"].isin(kept)]
    is_check = of_kept["trial_id"].isin([name for name, trial in key.trials.items() if trial.check is not None])
    checked = raters.loc[kept, ["obvious", "repeats"]].sum(axis=1) > 0
    findings = Findings(
        study_id=study.study_id,
        mode=study.mode,
        dataset=key.dataset,
        tasks_sha256=key.tasks_sha256,
        results_sha256=key.results_sha256,
        rows=len(answers),
        dropped=dropped,
        checks=int(is_check.sum()),
        exclusions=Exclusions(
            rule=rule,
            raters=len(raters),
            kept=len(kept),
            unchecked=int((~checked).sum()),
            by_reason={name: sum(name in reasons.split() for reasons in raters["reasons"]) for name in REASONS},
            answers=len(known) - len(of_kept),
        ),
        interval=INTERVAL,
        parts=list(_parts(of_kept[~is_check], study, key)),
        collected=_collected(imports) if imports is not None and imports.files else None,
    )
    return Analysis(findings, raters)


def _collected(imports: Imports) -> Collected:
    left_out: Counter[str] = Counter()
    for file in imports.files:
        left_out.update(file.left_out)
    return Collected(
        files=len(imports.files),
        seen=sum(file.seen for file in imports.files),
        taken=sum(file.taken for file in imports.files),
        answers=imports.answers,
        left_out=dict(left_out),
        without_time=sum(file.without_time for file in imports.files),
    )


def _parts(answers: pd.DataFrame, study: Study, key: Key) -> Iterator[Part]:
    trials = [key.trials[trial.id] for trial in study.trials if trial.id in key.trials]
    protocols = sorted({trial.protocol for trial in trials if trial.check is None})
    for question in study.questions:
        for protocol in protocols:
            selected = answers["trial_id"].isin(trials_of(study, key, protocol))
            yield _part(answers[(answers["question_id"] == question.id) & selected], study, key, question, protocol)


def _part(answers: pd.DataFrame, study: Study, key: Key, question: Question, protocol: str) -> Part:
    trials = trials_of(study, key, protocol)
    votes = votes_of(answers, study, key, trials)
    ranking = rank(votes, study.mode)
    medians = answers.groupby("participant_id")["rt_ms"].median().to_numpy(dtype=np.float64)
    return Part(
        question=question.id,
        text=question.text,
        protocol=protocol,
        votes=len(answers),
        ties=votes.ties,
        raters=int(answers["participant_id"].nunique()),
        methods=ranking.methods,
        pairs=pair_preferences(votes) if study.mode == "2afc" else [],
        unranked=ranking.unranked,
        agreement=agreement_of(votes, study.mode),
        positions=ranking.positions,
        times=_quartiles(votes.rt_ms),
        rater_medians=_quartiles(medians),
        attributes={
            name: _of_attribute(answers, study, key, trials_of(study, key, protocol, name))
            for name in sorted({key.trials[trial].attribute for trial in trials} - {""})
        },
    )


def _of_attribute(answers: pd.DataFrame, study: Study, key: Key, trials: dict[str, Trial]) -> AttributeFinding:
    answers = answers[answers["trial_id"].isin(trials)]
    votes = votes_of(answers, study, key, trials)
    return AttributeFinding(
        votes=len(answers),
        raters=int(answers["participant_id"].nunique()),
        preferences=dict(zip(votes.methods, preferences_of(votes, study.mode), strict=True)),
    )


def _quartiles(times: Array) -> Quartiles:
    known = times[np.isfinite(times)]
    if not len(known):
        return Quartiles(number=0, lower=None, median=None, upper=None)
    lower, median, upper = (float(quantile) for quantile in np.quantile(known, [0.25, 0.5, 0.75]))
    return Quartiles(number=len(known), lower=lower, median=median, upper=upper)
