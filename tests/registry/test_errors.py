"""Errors of users: one line each, whatever a file's name or value has in it."""

import pytest

from registry.errors import InputError, PluginError, on_one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a.png: é, 顔 and 👩‍🎨 are as they were", "a.png: é, 顔 and 👩‍🎨 are as they were"),
        ("a\nb.png", r"a\nb.png"),
        ("\x1b[31mred\r.png", r"\x1b[31mred\r.png"),
        ("caf\udce9.png", r"caf\udce9.png"),
        ("end\u2028of line", r"end\u2028of line"),
    ],
)
def test_a_message_is_one_line_that_steers_no_terminal(text: str, line: str) -> None:
    assert on_one_line(text) == line
    assert str(InputError(text)) == str(PluginError(text)) == line
