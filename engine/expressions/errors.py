"""Why an expression is refused (biểu thức bị từ chối): sentence in both languages, place, code."""

from __future__ import annotations

from engine.errors import Invalid


class ExpressionError(Invalid):
    """An expression cannot be read, or cannot be worked out on the data at hand.

    `column` counts characters from 1 in the text as drawn, None where no single place is to blame;
    `text` is the expression itself once it is known; `lacking` is the name that the data must give
    and does not, where it stands alone and not inside another value.
    """

    code = "expression-invalid"
    lacking: str | None = None

    def __init__(
        self, vi: str, en: str, *, code: str, column: int | None = None, text: str = "",
        hint: tuple[str, str] = ("", ""),
    ) -> None:
        super().__init__(vi, en, code=code)
        self.column = column
        self.text = text
        self.hint_vi, self.hint_en = hint


def wrong_type(verb: str, *values: object) -> ExpressionError:
    """Return the refusal of an operation on values of kinds that it does not take."""
    kinds = ", ".join(kind(value) for value in values)
    return ExpressionError(
        f"“{verb}” không dùng được với {kinds}.", f"'{verb}' cannot take {kinds}.",
        code="expression-type",
    )


def too_large(what: str) -> ExpressionError:
    """Return the refusal of a value beyond the bounds of the language."""
    return ExpressionError(
        f"Kết quả quá lớn ({what}).", f"The result is too large ({what}).",
        code="expression-too-large",
    )


def kind(value: object) -> str:
    """Return the JSON word for a value's kind, for sentences."""
    names = {
        "NoneType": "null", "bool": "boolean", "int": "number", "float": "number", "str": "text",
        "list": "list", "tuple": "list", "dict": "object", "datetime": "instant",
        "timedelta": "duration",
    }
    name = type(value).__name__
    return names.get(name, name)
