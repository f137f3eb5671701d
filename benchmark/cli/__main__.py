"""`python -m benchmark.cli`: the command without its script, as a sweep starts its jobs."""

from benchmark.cli import main

main()
