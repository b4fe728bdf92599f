"""Decisions (quyết định): DMN 1.1-1.5 decision tables in the one bounded expression language.

There is no FEEL interpreter here: cells and expressions are read into engine.expressions, which
refuses what it does not know.
"""

from engine.flow.dmn.checking import check_decisions
from engine.flow.dmn.evaluation import DecisionFailed, decide
from engine.flow.dmn.model import Answer, Decisions
from engine.flow.dmn.reading import examine, read_decisions

__all__ = [
    "Answer", "DecisionFailed", "Decisions", "check_decisions", "decide", "examine",
    "read_decisions",
]
