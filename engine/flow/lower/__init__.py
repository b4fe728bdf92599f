"""Lowering (chuẩn hóa): small rewrites from what people draw to what the loader reads, in order.

Rewrites add nodes and flows named `motcua.<source id>.<what>`; they never rename, re-kind or wrap
what can become a task. The result is what gets approved, stored and run
(docs/decisions.md, 2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from engine.flow.dmn.folder import Held
from engine.flow.document import Document
from engine.flow.lower import (
    budgets,
    calls,
    correlation,
    decisions,
    definitions,
    global_tasks,
    identity,
    limits,
    links,
    mappings,
    ordering,
    plain_text,
    quantities,
    stripping,
)
from engine.flow.lower.work import Work
from engine.procedure import Lowered
from engine.step import Finding

#: Grows whenever the same source would give other lowered bytes; old bytes keep running.
VERSION = 3

#: Budgets come first: they look at shapes, which stripping takes away.
REWRITES: tuple[Callable[[Work], None], ...] = (
    identity.refuse_reserved, plain_text.rewrite, identity.rewrite, ordering.rewrite,
    budgets.rewrite, definitions.rewrite, links.rewrite, global_tasks.rewrite, quantities.rewrite,
    limits.rewrite, correlation.rewrite, mappings.rewrite, decisions.rewrite, stripping.rewrite,
)


def lower(
    document: Document, beside: Sequence[Document] = (),
    tables: Mapping[str, Held] | None = None,
) -> tuple[Lowered, list[Finding]]:
    """Return the bytes that run, with hash, version and source map, and what was done on the way.

    `beside` are the diagrams in which called processes are looked for, `tables` the files that
    hold called decisions, by decision. No document is changed. An error finding means that the
    bytes must not run.
    """
    work = Work(document, tables)
    calls.bring_in(work, beside)
    for rewrite in REWRITES:
        rewrite(work)
    content = work.content()
    lowered = Lowered(content, sha256(content).hexdigest(), VERSION, dict(work.source_map))
    return lowered, work.findings
