"""DOCX (bản sửa được): the facts of a paper in a template that a department may replace.

Templates are uploads: they may say what to show, and run nothing (sandbox, no globals, a handful of
filters, no attribute of any object, nothing by which a short template writes an endless page).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.errors import Conflict
from engine.papers import qr
from engine.papers.container import need_docx, steady
from engine.papers.facts import PaperFacts, context

#: What a template may do to a text or a list.
_FILTERS = ("default", "first", "join", "last", "length", "lower", "select", "upper")
#: The constructs that a template may use: none can call, calculate, keep a value or load a file.
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem,
    nodes.Const, nodes.If, nodes.For, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And,
    nodes.Or, nodes.Not, nodes.Filter, nodes.Test, nodes.Tuple, nodes.List,
)
_MOST_LOOPS = 2
_TAG = re.compile(r"<[^>]+>")


def docx(facts: PaperFacts, template: bytes, name: str, mark: str = "") -> bytes:
    """Return the paper as DOCX from a template; `name` is how the template is called in refusals.

    `mark` becomes the document's identifier. Raises Conflict (template-broken) naming the file and
    the place in it.
    """
    return render(context(facts), template, name, mark)


def render(values: Mapping[str, Any], template: bytes, name: str, mark: str = "") -> bytes:
    """Return a template filled with values; raise Conflict naming the file and the place."""
    need_docx(template, name)
    filling = _Filling(BytesIO(template))
    try:
        filling.render_init()
        picture = InlineImage(filling, BytesIO(qr.png(str(values["code"]))), width=Mm(16))
        filling.render({**values, "qr": picture}, _Rules(), autoescape=True)
        filling.core_properties.identifier = mark
        out = BytesIO()
        filling.save(out)
    except (TemplateError, TypeError) as error:
        raise _broken(name, filling.place(error), str(error)) from error
    except Exception as error:  # what a hand-made file can set off in the library is not listed
        raise _broken(name, filling.place(error), type(error).__name__) from error
    return steady(out.getvalue())


class _Rules(ImmutableSandboxedEnvironment):
    """What the language of templates can do here: show values, choose and repeat."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS}

    def from_string(self, source: Any, *rest: Any, **more: Any) -> Any:
        """Return a template that does no more than it may; raise SecurityError with its line."""
        _need_modest(self.parse(source))
        return super().from_string(source, *rest, **more)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a value by its name; a record's own methods are no values of the paper."""
        if isinstance(obj, dict):
            return obj.get(attribute, self.undefined(obj=obj, name=attribute))
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, _value: Any) -> bool:
        """Allow what loops tell of themselves, and nothing of any other object."""
        return type(obj).__name__ == "LoopContext" and attr in {"index", "first", "last", "length"}


def _need_modest(node: nodes.Node, loops: int = 0) -> None:
    """Raise SecurityError for what a template has no business with, or loops inside loops."""
    loops += isinstance(node, nodes.For)
    itself = isinstance(node, nodes.Name) and node.name == "self"
    if not isinstance(node, _ALLOWED) or itself or loops > _MOST_LOOPS:
        name = type(node).__name__
        error = SecurityError(f"a template may show, choose and repeat, but not this: {name}")
        error.lineno = node.lineno  # type: ignore[attr-defined]  # as errors of syntax have it
        raise error
    for child in node.iter_child_nodes():
        _need_modest(child, loops)


class _Filling(DocxTemplate):  # type: ignore[misc]  # the library has no types
    """A template being filled; it remembers the part under way, to name the place of a fault."""

    _part, _source = "", ""

    def render_xml_part(self, src_xml: str, part: Any, *rest: Any) -> str:
        """Fill one part, and keep its text as the library gives it to the language."""
        self._part = str(getattr(part, "partname", part)).lstrip("/")
        self._source = re.sub(r"<w:p([ >])", r"\n<w:p\1", src_xml)
        filled: str = super().render_xml_part(src_xml, part, *rest)
        return filled

    def place(self, error: BaseException) -> str:
        """Return part and paragraph in which a fault lies, as far as they can be told."""
        line = getattr(error, "lineno", None)
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "<template>" and line is None:
                line = trace.tb_lineno
            trace = trace.tb_next
        lines = self._source.splitlines()
        if not line or not 0 < line <= len(lines):
            return self._part
        return f"{self._part}: «{_TAG.sub('', lines[line - 1]).strip()[:160]}»"


def _broken(name: str, place: str, reason: str) -> Conflict:
    where = f"{name}, {place}" if place else name
    return Conflict(
        f"Mẫu in hỏng ở {where}: {reason[:300]}. Hãy sửa mẫu rồi soát bằng motcua papers check.",
        f"The template is broken at {where}: {reason[:300]}. Mend it, then run motcua papers "
        "check.", code="template-broken", file=name, place=place,
    )
