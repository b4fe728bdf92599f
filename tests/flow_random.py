"""Random block-structured drawings, and walks through them that do or do not prune."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from uuid import UUID

from flow_drawings import AT
from hypothesis import strategies as st
from SpiffWorkflow.util.task import TaskState

from engine.flow.load import Flow
from engine.flow.setting import Setting
from engine.flow.specs.instance import Instance
from engine.flow.specs.prune import prune
from engine.flow.specs.task import Visit
from engine.flow.state import load_state, seal


class _Pen:
    """Draws blocks: each returns its first and its last node."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lines: list[str] = []
        self.count = 0

    def node(self, kind: str, rest: str = "") -> str:
        self.count += 1
        name = f"N{self.count}"
        self.lines.append(f"{kind} {name} {rest}")
        return name

    def flow(self, source: str, target: str, condition: str = "") -> None:
        self.count += 1
        end = f" : {condition}" if condition else ""
        self.lines.append(f"f{self.count}: {source} -> {target}{end}")

    def block(self, depth: int) -> tuple[str, str]:
        kinds = [self.user, self.script]
        if depth > 0:
            kinds = [self.user, self.sequence, self.parallel, self.inclusive, self.choice,
                     self.loop, self.inner]
        return self.random.choice(kinds)(depth - 1)

    def user(self, _: int) -> tuple[str, str]:
        name = self.node("user")
        return name, name

    def script(self, _: int) -> tuple[str, str]:
        name = self.node("script", f"v{self.random.randrange(3)} = {self.random.randrange(9)}")
        return name, name

    def sequence(self, depth: int) -> tuple[str, str]:
        first, middle = self.block(depth)
        second, last = self.block(depth)
        self.flow(middle, second)
        return first, last

    def _split(self, kind: str, conditions: list[str], depth: int) -> tuple[str, str]:
        split, join = self.node(kind), self.node(kind)
        for condition in conditions:
            first, last = self.block(depth)
            self.flow(split, first, condition)
            self.flow(last, join)
        return split, join

    def parallel(self, depth: int) -> tuple[str, str]:
        return self._split("and", [""] * self.random.randint(2, 3), depth)

    def inclusive(self, depth: int) -> tuple[str, str]:
        return self._split("or", ["v0 < 5", "true", "v1 > 4"], depth)

    def choice(self, depth: int) -> tuple[str, str]:
        user = self.node("user")
        split, join = self._split("xor", ["", ""], depth)
        self.flow(user, split)
        return user, join

    def loop(self, depth: int) -> tuple[str, str]:
        merge = self.node("xor")
        first, last = self.block(depth)
        user, ask, out = self.node("user"), self.node("xor"), self.node("xor")
        self.flow(merge, first)
        self.flow(last, user)
        self.flow(user, ask)
        self.flow(ask, out)
        self.flow(ask, merge)
        return merge, out

    def inner(self, depth: int) -> tuple[str, str]:
        self.count += 1
        name = f"N{self.count}"
        self.lines.append(f"sub {name} {{")
        self.block(depth)
        self.lines.append("}")
        return name, name


@st.composite
def drawings(draw: st.DrawFn) -> str:
    """Return the lines of a random drawing; data v0, v1, v2 are set first."""
    pen = _Pen(Random(draw(st.integers(0, 2**32))))
    start = pen.node("start")
    setup = pen.node("script", "v0 = 1; v1 = 2; v2 = 3")
    pen.flow(start, setup)
    first, last = pen.block(3)
    end = pen.node("end")
    pen.flow(setup, first)
    pen.flow(last, end)
    return "\n".join(pen.lines)


def walk_through(flow: Flow, seed: int, *, pruned: bool, inputs: int = 25) -> Iterator[Instance]:
    """Yield the instance after each input of a random walk, the same walk for the same seed."""
    random = Random(seed)
    instance = Instance(flow.levels["P"], flow.levels)
    instance.flow_hash = flow.hash
    instance.arrange(_setting(0, random))
    instance.data = {}
    instance.plant()
    instance.begin(instance.spec.begins)
    instance.advance()
    for number in range(1, inputs):
        if pruned:
            prune(instance)
        yield instance
        ready = open_tasks(instance)
        if not ready:
            return
        chosen = random.choice(ready).id
        instance = load_state(seal(instance)[0], flow)
        instance.arrange(_setting(number, random))
        complete(instance, chosen, {f"v{random.randrange(3)}": random.randrange(9)})


def open_tasks(instance: Instance) -> list[Visit]:
    """Return the tasks that wait for a person, in document order."""
    found = [v for scope in instance.scopes() for v in scope.tasks.values()
             if v.state == TaskState.READY and v.task_spec.manual]
    return sorted(found, key=lambda v: (v.task_spec.position, v.id))


def complete(instance: Instance, key: UUID, answers: dict[str, int]) -> None:
    """Complete one task, as `run.complete` does before it prunes."""
    visit = instance.get_task_from_id(key)
    visit.workflow.merge(visit, answers)
    visit.complete()
    instance.advance()


def _setting(number: int, random: Random) -> Setting:
    ways = random.randrange(2)
    return Setting(f"walk/{number}", AT, chooser=lambda _, flows: flows[ways % len(flows)])


