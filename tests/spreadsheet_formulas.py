"""Texts that a spreadsheet may run as a formula, for the tests of every CSV that is written."""

FORMULAS = (
    "=1+1",
    " =1+1",
    "\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}=1+1",
    "+1+cmd()",
    "-2+cmd|' /C calc'!A0",
    "- 2",
    "-1-1",
    "--1",
    "-inf",
    "+1e5x",
    "@SUM(A1)",
    "  @SUM(A1)",
    "\tcmd()",
    " \tcmd()",
    "\rcmd()",
    "\ncmd()",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
    "\N{FULLWIDTH PLUS SIGN}1",
    " \N{FULLWIDTH HYPHEN-MINUS}1",
    "\N{FULLWIDTH COMMERCIAL AT}SUM(A1)",
)
