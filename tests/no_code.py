"""Python's own ways to run code, watched: what is drawn and written must never get there."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def guarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing be evaluated, executed or compiled but to a syntax tree."""
    compiling = compile

    def forbidden(*_: Any, **__: Any) -> None:
        raise AssertionError("code was run")

    def only_ast(source: Any, file: Any, mode: str, flags: int = 0, *rest: Any, **more: Any) -> Any:
        assert flags & ast.PyCF_ONLY_AST
        return compiling(source, file, mode, flags, *rest, **more)

    with monkeypatch.context() as guard:
        guard.setattr(builtins, "eval", forbidden)
        guard.setattr(builtins, "exec", forbidden)
        guard.setattr(builtins, "compile", only_ast)
        yield
