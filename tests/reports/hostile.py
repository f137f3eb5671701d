"""Strings that break out of one format or another where they are not escaped."""

from tests.reports.synthetic import figure, protocol, result

NAME = "<img src=x onerror=alert(1)>"
NOTE = "a \"quoted\", 'single', $x$ 50% a_b #1 {y} ~ ^ & | `tick`\n\\input{/etc/passwd} \\\\ <b>bold</b>"
FORMULAS = ["=cmd()", "+1+cmd()", "-2+cmd()", "@SUM(A1)", "\t=cmd()", "  =cmd()"]


def hostile_results():
    """One method a string, its name, variant, preset, protocol and reasons made of it."""
    names = [NAME, NOTE, *FORMULAS, "[1] *star* -- – ΔE ü 面 \U0001f600 \x1b"]
    shown = {"title": NAME, "rule": NOTE}
    return [
        result(
            f"method{number}",
            title=name,
            variant=name,
            preset=NOTE,
            notes={name: NOTE},
            protocols={
                "attribute-transfer": protocol(
                    {"seg-accuracy": figure(0.9 - number / 50), "fid": figure(None, n=0, reason=f"{name} {NOTE}")},
                    **shown,
                )
            },
        )
        for number, name in enumerate(names)
    ]
