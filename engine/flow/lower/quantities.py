"""Token quantities (số lượng thẻ): other than one is refused: nobody reads it off a drawing."""

from __future__ import annotations

from engine.flow.bpmn import ACTIVITIES, attribute
from engine.flow.lower.work import Work


def rewrite(work: Work) -> None:
    """Refuse activities that take or give several tokens at once."""
    for activity in work.all(*sorted(ACTIVITIES)):
        for name in ("startQuantity", "completionQuantity"):
            if (attribute(activity, name) or "1") != "1":
                work.found(
                    "error", "token-quantity", activity,
                    (f"“{name}” khác 1 không được hỗ trợ.", f"'{name}' other than 1 is not run."),
                    ("Hãy vẽ cổng song song hoặc hoạt động lặp.",
                     "Draw a parallel gateway or a multi-instance activity."),
                )
