"""Pages (trang in): the facts of a paper as HTML, every value escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from engine.papers import qr
from engine.papers.facts import PaperFacts, Register, context
from engine.papers.kinds import Paper

_PAGES = resources.files("engine.papers") / "pages"


def page(paper: Paper, facts: PaperFacts | Register) -> str:
    """Return a whole HTML page with its style inside: it needs nothing from elsewhere."""
    found = context(facts)
    mark = Markup(qr.svg(found["code"])) if "code" in found else Markup()  # noqa: S704 - our own
    return _pages().get_template(f"{paper}.html").render(**found, qr=mark)


@cache
def _pages() -> Environment:
    return Environment(
        loader=FunctionLoader(lambda name: (_PAGES / name).read_text(encoding="utf-8")),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )
