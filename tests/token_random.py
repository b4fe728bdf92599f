"""Draws diagrams at random for the token game: blocks within blocks, and graphs without blocks."""

from __future__ import annotations

import random
from itertools import pairwise

from token_sketch import NAMES, Sketch

TASKS = ("user", "task", "service", "manual", "send", "rule")


def sketch(seed: int) -> Sketch:
    """Draw one diagram: even seeds in blocks, odd seeds as a graph."""
    page = Sketch(random.Random(seed))
    page.data = {name: page.chance.randint(0, 3) for name in NAMES}
    signals = "XYX"[: page.chance.randint(0, 3)]
    page.messages = [{"name": name, "kind": "signal"} for name in signals]
    page.lines.append("start s")
    body = block if seed % 2 == 0 else graph
    first, last = body(page, page.chance.choice((1, 1, 2)) if seed % 2 == 0 else seed // 2 % 2)
    page.flow("s", first)
    if page.chance.random() < 0.9:
        page.flow(last, page.add("end"))
    return page


def activity(page: Sketch, depth: int) -> str:
    """Draw a task or sub-process, perhaps in rounds, perhaps with boundary events."""
    chance = page.chance
    if depth > 0 and chance.random() < 0.35:
        name = _sub(page, depth)
    else:
        name = page.add(chance.choice(TASKS), _rounds(page, 0.2))
        page.answers[name] = chance.choice(
            (*[{}] * 5, *[_answer(page)] * 4, None, [_answer(page), None],
             [_answer(page), _answer(page)])
        )  # fmt: skip
    return name


def _answer(page: Sketch) -> dict[str, int]:
    return {page.chance.choice(NAMES): page.chance.randint(0, 3)}


def _rounds(page: Sketch, share: float) -> str:
    chance = page.chance
    if chance.random() > share:
        return ""
    return chance.choice((
        f"mi={chance.randint(0, 3)}", f"seq={chance.randint(0, 3)}", "mi=a", "seq=b",
        f"mi=3 until {page.condition()}", f"seq=3 until {page.condition()}",
        f"loop max={chance.randint(1, 3)}", f"loop max=2 while {page.condition()}",
        f"loop max=3 before while {page.condition()}",
    ))  # fmt: skip


def _sub(page: Sketch, depth: int) -> str:
    chance = page.chance
    name = page.add("sub", f"{_rounds(page, 0.25)} {{".replace("  ", " "))
    outside, page.loose = page.loose, []
    first, last = chance.choice((block, block, graph))(page, depth - 1)
    led_to = any(f"> {first} " in f"{line} " for line in page.lines)
    if led_to or chance.random() < 0.8:
        page.flow(page.add("start"), first)
    ends = ["end"] * 3
    thrown = page.thrown()
    ends += [f"end {kind}" for kind in ("error", "escalation", "terminate")]
    end = chance.choice(ends)
    argument = thrown if end.split()[-1] in ("error", "escalation") else ""
    page.flow(last, page.add(end, argument, "end"))
    page.loose = outside
    page.lines.append("}")
    kind = end.split()[-1]
    if argument and chance.random() < 0.9:
        catch = chance.choice((thrown, thrown, "", page.thrown()))
        non = "non" if kind == "escalation" and catch and chance.random() < 0.5 else ""
        _boundary(page, name, kind, f"{catch} {non}".strip())
    return name


def _boundary(page: Sketch, on: str, kind: str, tail: str) -> None:
    name = page.add(f"on {on} {kind}", tail, "on")
    after = page.add("task", "", "after")
    page.flow(name, after)
    page.loose.append(after)


def _attach(page: Sketch, name: str) -> None:
    kind = page.chance.choice(("message", "signal", "timer"))
    argument = page.duration() if kind == "timer" else page.post(kind)
    if kind == "signal" and page.chance.random() < 0.3:
        argument = "X"
    _boundary(page, name, kind, argument + page.chance.choice((" non", "")))


# Blocks: every split has its merge, though not always the merge that it needs


def block(page: Sketch, depth: int) -> tuple[str, str]:
    """Draw a run of blocks; return its first and last node."""
    makers = [_step, _step, _event]
    if depth > 0:
        makers += [_gateways, _gateways, _turns, _implicit, _race, _link, _side_end]
    pieces = [page.chance.choice(makers)(page, depth) for _ in range(page.chance.randint(1, 3))]
    for (_, before), (after, _) in pairwise(pieces):
        page.flow(before, after)
    return pieces[0][0], pieces[-1][1]


def _step(page: Sketch, depth: int) -> tuple[str, str]:
    name = activity(page, depth)
    if page.chance.random() < 0.2:
        _attach(page, name)
    return name, name


def _event(page: Sketch, depth: int) -> tuple[str, str]:
    draw = page.chance.randint(0, 7)
    if draw == 0:
        name = page.add("throw")
    elif draw == 1:
        name = page.add("throw message", page.name("N"), "throw")
    elif draw == 2:
        name = page.add("throw signal", page.chance.choice("XY"), "throw")
    elif draw == 3:
        name = page.add("catch timer", page.duration(), "catch")
    elif draw == 4:
        name = page.add("receive", page.post())
    elif draw == 7:
        name = page.add("throw escalation", page.thrown(), "throw")
    else:
        kind = ("message", "signal")[draw - 5]
        argument = page.chance.choice(("X", "Y", *[page.post("signal")] * 3))
        name = page.add(f"catch {kind}", page.post() if draw == 5 else argument, "catch")
    return name, name


def _gateways(page: Sketch, depth: int) -> tuple[str, str]:
    kinds = ("xor", "and", "or")
    kind = page.chance.choice(kinds)
    merge = kind if page.chance.random() < 0.8 else page.chance.choice(kinds)
    split, join = page.add(kind), page.add(merge)
    count = page.chance.randint(2, 3)
    for branch in range(count):
        first, last = block(page, depth - 1)
        tail = "default" if branch == count - 1 else f"if {page.condition()}"
        page.flow(split, first, "" if kind == "and" else tail)
        page.flow(last, join)
    return split, join


def _turns(page: Sketch, depth: int) -> tuple[str, str]:
    """A loop of flows, ended by a counter in the answers of its task."""
    merge, split, task = page.add("xor"), page.add("xor"), page.add("user")
    counter = page.name("n")
    page.data[counter] = 0
    page.answers[task] = [{counter: turn} for turn in range(1, 4)]
    first, last = block(page, depth - 1)
    page.flow(merge, first)
    page.flow(last, task)
    page.flow(task, split)
    page.flow(split, merge, f"if {counter} < {page.chance.randint(1, 3)}")
    following = page.add("task")
    page.flow(split, following, "default")
    return merge, following


def _implicit(page: Sketch, depth: int) -> tuple[str, str]:
    """An activity with several ways out and one with several ways in."""
    split, merge = activity(page, depth - 1), activity(page, depth - 1)
    conditional = page.chance.random() < 0.5
    for branch in range(2):
        first, last = block(page, depth - 1)
        tail = "default" if branch else f"if {page.condition()}"
        page.flow(split, first, tail if conditional else "")
        page.flow(last, merge)
    return split, merge


def _race(page: Sketch, depth: int) -> tuple[str, str]:
    """An event-based gateway."""
    gateway, merge = page.add("first"), page.add(page.chance.choice(("xor", "task")))
    for kind in page.chance.sample(("message", "signal", "timer", "receive"), 2):
        posted = "signal" if kind == "signal" else "message"
        argument = page.duration() if kind == "timer" else page.post(posted)
        event = page.add("receive" if kind == "receive" else f"catch {kind}", argument, "ev")
        page.flow(gateway, event)
        first, last = block(page, depth - 1)
        page.flow(event, first)
        page.flow(last, merge)
    return gateway, merge


def _link(page: Sketch, depth: int) -> tuple[str, str]:
    link = page.name("L")
    source = page.add("throw link", link, "throw")
    return source, page.add("catch link", link, "catch") if source else source


def _side_end(page: Sketch, depth: int) -> tuple[str, str]:
    """A parallel split with one branch that ends for itself, perhaps ending more."""
    split = page.add("and")
    first, last = block(page, depth - 1)
    end = page.chance.choice(("end", "end terminate", "end signal X", "end message N"))
    name = page.name("end")
    words = end.split()
    page.lines.append(" ".join([*words[:2], name, *words[2:]]))
    page.flow(split, first)
    page.flow(last, name)
    going = activity(page, depth - 1)
    page.flow(split, going)
    return split, going


# Graphs: any piece may lead to any later piece, and back while a counter lasts


def graph(page: Sketch, depth: int) -> tuple[str, str]:
    """Draw pieces in a row with flows forward and back at random; return first and last node."""
    chance = page.chance
    outside, page.loose = page.loose, []
    pieces, loose = [], {}
    for place in range(chance.randint(2, 5)):
        pieces.append(_piece(page, depth))
        loose |= {node: place + 2 for node in page.loose if node not in loose}
    last = page.add(chance.choice(("task", "or", "xor")))
    first = page.add("task")
    pieces = [(first, first), *pieces, (last, last)]
    ways = {leave: [pieces[place + 1][0]] for place, (_, leave) in enumerate(pieces[:-1])}
    ways |= {node: [] for node in loose}
    for _ in range(chance.randint(1, len(pieces))):
        source, target = sorted(chance.sample(range(len(pieces)), 2))
        ways[pieces[source][1]].append(pieces[target][0])
    for node, later in loose.items():
        ways[node] += [chance.choice(pieces[later:])[0]] * chance.randint(0, 1)
    page.loose = outside
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        target, source = sorted(chance.sample(range(len(pieces) - 1), 2))
        _back(page, ways, pieces[source][1], pieces[target][0])
    for node, targets in ways.items():
        _ways(page, node, targets)
    return first, last


def _back(page: Sketch, ways: dict[str, list[str]], source: str, target: str) -> None:
    task, split, counter = page.add("user"), page.add("xor", "", "back"), page.name("n")
    page.data[counter] = 0
    page.answers[task] = [{counter: turn} for turn in range(1, 4)]
    ways.setdefault(source, []).append(task)
    page.flow(task, split)
    page.flow(split, target, f"if {counter} < {page.chance.randint(2, 3)}")
    page.flow(split, page.add("end"), "default")


def _piece(page: Sketch, depth: int) -> tuple[str, str]:
    kind = page.chance.choice(("step", "step", "xor", "and", "or", "or", "event", "race"))
    if kind == "step":
        return _step(page, depth)
    if kind == "event":
        return _event(page, depth)
    if kind == "race":
        return _race(page, 0)
    name = page.add(kind)
    return name, name


def _ways(page: Sketch, node: str, targets: list[str]) -> None:
    chance = page.chance
    choosing = node.startswith(("xor", "or")) or (
        chance.random() < 0.3 and node.startswith(("use", "tas", "ser", "man", "sen", "rul", "sub"))
    )
    chance.shuffle(targets)
    for place, target in enumerate(targets):
        tail = "default" if place == len(targets) - 1 else f"if {page.condition()}"
        page.flow(node, target, tail if choosing and len(targets) > 1 else "")
