"""Shapes (hình mẫu) that strain an engine: long chains, parallel diamonds in a row, send-backs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from bench.drawing import HEAD, PROCESS


def chain(count: int) -> bytes:
    """Return `count` script tasks in a row."""
    keys = [f"t{i}" for i in range(count)]
    return _drawing(map(_script, keys), pairwise(["start", *keys, "end"]))


def diamonds(count: int) -> bytes:
    """Return `count` parallel splits in a row, each joined again after two script tasks."""
    nodes, flows, before = [], [], "start"
    for i in range(count):
        split, join, left, right = (f"{what}{i}" for what in ("split", "join", "left", "right"))
        nodes += [_gateway(split), _gateway(join), _script(left), _script(right)]
        flows += [(before, split), (split, left), (split, right), (left, join), (right, join)]
        before = join
    return _drawing(nodes, [*flows, (before, "end")])


def send_backs() -> bytes:
    """Return a draft that a leader sends back as often as they please."""
    nodes = [
        '<exclusiveGateway id="again"/>', '<userTask id="draft"/>', _script("count"),
        '<userTask id="review"/>', '<exclusiveGateway id="fine" default="fine_again"/>',
    ]
    ways = [("start", "again"), ("again", "draft"), ("draft", "count"), ("count", "review"),
            ("review", "fine"), ("fine", "again")]
    return _drawing(nodes, ways, (
        '<sequenceFlow id="done" sourceRef="fine" targetRef="end"><conditionExpression'
        ' xsi:type="tFormalExpression">fine == True</conditionExpression></sequenceFlow>'))


def office(count: int) -> bytes:
    """Return `count` nodes as an office draws them: steps, questions and work side by side."""
    nodes, flows, before = [], [], "start"
    blocks, rest = divmod(count - 2, 8)
    for i in range(blocks):
        step, asked, yes, split, left, right, join = (f"{what}{i}" for what in (
            "step", "asked", "again", "split", "left", "right", "join"))
        nodes += [_user(step), f'<exclusiveGateway id="{asked}"/>', _script(yes), _gateway(split),
                  _user(left), _user(right), _gateway(join)]
        flows += [(before, step), (step, asked), (asked, yes), (yes, split), (asked, f"out{i}"),
                  (split, left), (split, right), (left, join), (right, join)]
        nodes.append(f'<endEvent id="out{i}"/>')
        before = join
    last = [f"last{i}" for i in range(rest)]
    nodes += map(_user, last)
    return _drawing(nodes, [*flows, *pairwise([before, *last, "end"])])


def _drawing(nodes: Iterable[str], ways: Iterable[tuple[str, str]], more: str = "") -> bytes:
    flows = "".join(
        f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
        for source, target in ways)
    return (
        f'{HEAD}<process id="{PROCESS}" isExecutable="true"><startEvent id="start"/>'
        f'{"".join(nodes)}<endEvent id="end"/>{flows}{more}</process></definitions>'
    ).encode()


def _script(key: str) -> str:
    return f'<scriptTask id="{key}"><script>passed = "{key}"</script></scriptTask>'


def _user(key: str) -> str:
    return f'<userTask id="{key}" name="{key}"/>'


def _gateway(key: str) -> str:
    return f'<parallelGateway id="{key}"/>'
