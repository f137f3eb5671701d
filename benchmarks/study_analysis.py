"""Analyses a study of 10,000 answers on 12 methods and writes its pages: seconds of each.

Usage: python -m benchmarks.study_analysis [ANSWERS] [METHODS]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmark.human_study.analysis.analyse import analyse
from benchmark.human_study.analysis.findings import ANALYSIS, write_findings
from reports.human_study.write import write_human_study
from tests.simulated_study import World, simulate

ANSWERS, METHODS, TRIALS = 10_000, 12, 200


def main() -> None:
    """Print the seconds of the analysis and of the pages, for choices between two and among all."""
    answers, methods = (int(word) for word in (*sys.argv[1:], *(ANSWERS, METHODS)[len(sys.argv) - 1 :]))
    strengths = {f"method{number}": number / 4 for number in range(methods)}
    for mode in ("2afc", "kway"):
        made = simulate(World(strengths=strengths, mode=mode, raters=-(-answers // TRIALS), items=TRIALS))
        with TemporaryDirectory() as folder:
            started = time.perf_counter(), time.process_time()
            found = analyse(made.answers, made.study, made.key)
            analysed = time.perf_counter(), time.process_time()
            write_findings(Path(folder) / ANALYSIS, found.findings)
            write_human_study(Path(folder) / ANALYSIS, Path(folder))
            ended = time.perf_counter(), time.process_time()
        print(
            f"{mode}, {len(made.answers):,} answers, {methods} methods: "
            f"analysis {analysed[0] - started[0]:.1f} s ({analysed[1] - started[1]:.1f} s of processor), "
            f"pages {ended[0] - analysed[0]:.1f} s ({ended[1] - analysed[1]:.1f} s of processor)"
        )


if __name__ == "__main__":
    main()
