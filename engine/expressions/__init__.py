"""Expressions (biểu thức): the one small language of conditions, timers and mappings, checked once.

Parsed with `ast`, held against an allow-list, compiled to closures: nothing is ever executed as
Python. Used by flow, forms and law.
"""

from engine.expressions.assignments import Assignment, assignments
from engine.expressions.checking import Problem, check
from engine.expressions.compiler import Expression, Surroundings, compile_expression
from engine.expressions.errors import ExpressionError
from engine.expressions.functions import FUNCTIONS
from engine.expressions.holding import holds
from engine.expressions.values import as_data

__all__ = [
    "FUNCTIONS", "Assignment", "Expression", "ExpressionError", "Problem", "Surroundings",
    "as_data", "assignments", "check", "compile_expression", "holds",
]
