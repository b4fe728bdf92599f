"""What cannot go on (bế tắc): the failures of a running flow, each naming its node."""

from __future__ import annotations

from engine.errors import MotcuaError
from engine.expressions import ExpressionError
from engine.flow.setting import FlowFailed


def stuck(element: str, name: str) -> FlowFailed:
    """Return the failure of a node none of whose conditions holds and that has no default flow."""
    label = name or element
    return FlowFailed(
        f"Không điều kiện nào ở “{label}” đúng; hãy thêm luồng mặc định.",
        f"No condition at '{label}' holds; draw a default flow.",
        element=element, reason="no-way-on",
    )


def unanswerable(element: str, error: MotcuaError) -> FlowFailed:
    """Return the failure of an expression at a node, keeping its own sentence."""
    return FlowFailed(
        f"Biểu thức tại “{element}” không tính được: {error.vi}",
        f"The expression at '{element}' failed: {error.en}",
        element=element, reason="expression",
        lacking=error.lacking if isinstance(error, ExpressionError) else None,
    )


def exhausted(element: str, budget: int) -> FlowFailed:
    """Return the failure of an input that ran more nodes than its budget."""
    return FlowFailed(
        f"Quá {budget} bước tự động trong một lần; “{element}” có thể nằm trong vòng lặp không có "
        "người hay sự kiện chờ.",
        f"More than {budget} automatic steps at once; '{element}' may stand in a loop without a "
        "person or a wait.",
        element=element, reason="budget",
    )


def flooded(element: str, most: int) -> FlowFailed:
    """Return the failure of an instance in which tokens multiply."""
    return FlowFailed(
        f"Quá {most} thẻ cùng lúc; có thể chúng nhân lên trước “{element}”: xem số thẻ đầu ra, "
        "số lượt lặp, hoặc nhánh song song được gộp bằng cổng loại trừ.",
        f"More than {most} tokens at once; they may multiply before '{element}': look at "
        "completionQuantity, repetitions, or parallel branches merged by an exclusive gateway.",
        element=element, reason="tokens",
    )


def no_such_process(element: str, called: str) -> FlowFailed:
    """Return the failure of a call to a process that was not in the drawing nor beside it."""
    return FlowFailed(
        f"“{element}” gọi quy trình “{called}” không có trong bản vẽ.",
        f"'{element}' calls the process '{called}', which is not in the drawing.",
        element=element, reason="called-process-missing",
    )


def failed(element: str, vi: str, en: str, reason: str) -> FlowFailed:
    """Return a failure at a node in the given sentences."""
    return FlowFailed(vi, en, element=element, reason=reason)
