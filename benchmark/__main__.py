"""`python -m benchmark`: the command `bench`, as launchers of several processes start it."""

from benchmark.cli import main

main()
