"""Pruning (tỉa): drop visits that have ended, so that a state holds tokens and not history.

Joins count waiting tokens, data live in scopes and history lives in entries; so nothing looks at a
visit once it has ended. Only roots stay, and visits that have not ended keep their order.
"""

from __future__ import annotations

from typing import Any

from engine.flow.specs.instance import Instance


def prune(instance: Instance) -> None:
    """Remove ended visits from every scope; their living children move up to the nearest left."""
    for scope in instance.scopes():
        _prune(scope)


def _prune(scope: Any) -> None:
    root = scope.task_tree
    kept = {key: visit for key, visit in scope.tasks.items() if visit.alive or visit is root}
    for visit in kept.values():
        visit.unhang()
    for visit in kept.values():
        if visit is root:
            continue
        parent = visit.parent_id
        while parent not in kept:
            parent = scope.tasks[parent].parent_id
        visit.hang_on(kept[parent])
    scope.tasks = kept
    scope.last_task = None
