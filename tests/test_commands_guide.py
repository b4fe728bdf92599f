"""Every command says in both languages what it does, and stands in the guide of commands."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from town import ROOT

from api.__main__ import COMMANDS, main

GUIDE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
#: Vietnamese first, English in parentheses.
BOTH = re.compile(r"\S.* \([^()]*[a-z][^()]*\)", re.DOTALL)


class _Read(Exception):
    """A command line is about to be read."""


def parser_of(command: str, patch: pytest.MonkeyPatch) -> argparse.ArgumentParser:
    """The parser with which a command reads what was typed."""
    found: list[argparse.ArgumentParser] = []

    def seen(self: argparse.ArgumentParser, *_: object, **__: object) -> None:
        found.append(self)
        raise _Read

    module, name, _ = COMMANDS[command]
    run = getattr(import_module(module), name)
    with patch.context() as patched:
        patched.setattr(argparse.ArgumentParser, "parse_args", seen)
        with pytest.raises(_Read):
            run([])
    return found[0]


def below(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser, or its sub-commands where it has some."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                yield from below(verb)
            return
    yield parser


@pytest.mark.parametrize("command", COMMANDS)
def test_help_tells_what_each_command_and_option_does_in_both_languages(
    command: str, monkeypatch: pytest.MonkeyPatch,
) -> None:
    parser = parser_of(command, monkeypatch)
    assert BOTH.match(parser.description or ""), parser.prog
    assert BOTH.match(COMMANDS[command][2])
    for verb in below(parser):
        assert BOTH.match(verb.description or ""), verb.prog
        dumb = [
            action.dest for action in verb._actions
            if action.help is not argparse.SUPPRESS and not BOTH.search(action.help or "")
        ]
        assert dumb == [], verb.prog


def test_the_guide_names_every_command_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {
        verb.prog for command in COMMANDS for verb in below(parser_of(command, monkeypatch))
    }
    named = set(re.findall(r"\| `(motcua [a-z]+(?: [a-z]+)?)`|, `(motcua [a-z ]+)`", GUIDE))
    assert {one or other for one, other in named} == there


def test_what_the_guide_plays_can_be_played(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ROOT)
    lines = re.findall(r"^motcua play (.*)$", GUIDE, re.MULTILINE)
    assert len(lines) == 2
    for line in lines:
        words = re.findall(r"'([^']*)'|(\S+)", line)
        assert main(["play", *(quoted or plain for quoted, plain in words)]) == 0, line
        assert capsys.readouterr().out.rstrip().endswith("completed")
