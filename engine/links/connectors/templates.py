"""Templates (khuôn mẫu): texts with {{ expressions }} over the inputs of a task."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Invalid
from engine.expressions import Expression, Surroundings, as_data, compile_expression
from engine.links.connectors.orders import Order
from engine.links.connectors.reading import bad

#: What an expression says of a name or key that the data do not have.
MISSING = "expression-missing-name"
_HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class Unfilled(Exception):
    """A template that an order cannot fill: its connector and place, and why, without any value."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place.rpartition('.connectors.')[2]}: {why}")


@dataclass(frozen=True)
class Formula:
    """One expression of a configuration, and its place; an optional one is null without data."""

    place: str
    expression: Expression
    optional: bool = False

    @classmethod
    def read(cls, text: str, place: str, *, optional: bool = False) -> Formula:
        """Return the formula of a text; raise Invalid naming the place."""
        try:
            return cls(place, compile_expression(text.strip()), optional)
        except Invalid as error:
            raise bad(place, error.vi, error.en) from error

    def value(
        self, order: Order, data: Mapping[str, Any], facts: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value over data as plain data; raise Unfilled where there is none."""
        around = Surroundings(order.now, {"dossier": order.about, **(facts or {})})
        try:
            return as_data(self.expression.evaluate(data, around))
        except Invalid as error:
            if self.optional and error.code == MISSING:
                return None
            raise Unfilled(self.place, error.code) from error


@dataclass(frozen=True)
class Template:
    """A text with holes; `secrets` can be named in them as secrets.<name>."""

    place: str
    pieces: tuple[str | Formula, ...]
    secrets: Mapping[str, str] = field(repr=False)

    @classmethod
    def read(cls, text: str, place: str, secrets: Mapping[str, str]) -> Template:
        """Return the template of a text; raise Invalid naming the place."""
        pieces: list[str | Formula] = []
        for number, piece in enumerate(_HOLE.split(text)):
            pieces.append(Formula.read(piece, place) if number % 2 else piece)
        return cls(place, tuple(piece for piece in pieces if piece != ""), secrets)

    @property
    def fixed(self) -> str | None:
        """Return the text where it has no holes."""
        if any(isinstance(piece, Formula) for piece in self.pieces):
            return None
        return "".join(str(piece) for piece in self.pieces)

    def text(self, order: Order, wrap: Callable[[str], str] = str) -> str:
        """Return the text with each hole filled by a value that went through `wrap`.

        Raises Unfilled where a value is missing or is no plain value.
        """
        return "".join(
            piece if isinstance(piece, str) else wrap(_word(self._value(piece, order), self.place))
            for piece in self.pieces
        )

    def value(self, order: Order) -> Any:
        """Return the value itself where the text is one hole alone, else the text."""
        if len(self.pieces) == 1 and isinstance(self.pieces[0], Formula):
            return self._value(self.pieces[0], order)
        return self.text(order)

    def _value(self, formula: Formula, order: Order) -> Any:
        return formula.value(order, order.inputs, {"secrets": self.secrets})


@dataclass(frozen=True)
class Shape:
    """JSON whose texts are templates."""

    held: Any

    @classmethod
    def read(cls, held: Any, place: str, secrets: Mapping[str, str]) -> Shape:
        """Return the shape of JSON; raise Invalid naming the place of what is no template."""
        if isinstance(held, str):
            return cls(Template.read(held, place, secrets))
        if isinstance(held, Mapping):
            return cls({
                str(k): cls.read(v, f"{place}.{k}", secrets) for k, v in held.items()
            })
        if isinstance(held, list):
            return cls([cls.read(v, f"{place}.{i}", secrets) for i, v in enumerate(held)])
        return cls(held)

    def value(self, order: Order) -> Any:
        """Return the JSON of an order; raise Unfilled."""
        if isinstance(self.held, Template):
            return self.held.value(order)
        if isinstance(self.held, dict):
            return {key: below.value(order) for key, below in self.held.items()}
        if isinstance(self.held, list):
            return [below.value(order) for below in self.held]
        return self.held


def _word(value: Any, place: str) -> str:
    if value is None or isinstance(value, Mapping | list):
        raise Unfilled(place, "not a plain value")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
