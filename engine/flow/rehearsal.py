"""A rehearsal (buổi diễn thử): a drawing played against a script of answers and messages."""

from __future__ import annotations

from dataclasses import replace
from time import process_time
from typing import Any

from engine.errors import Conflict, Invalid, MotcuaError, NotFound
from engine.flow import run, starting
from engine.flow.load import Flow
from engine.flow.prompting import Prompter, Script
from engine.flow.setting import Message, Setting
from engine.flow.stage import Part, Stage
from engine.step import Data, OpenTask, Outgoing, Step, TraceItem

Letter = tuple[Part | None, Message, Outgoing | None]

#: Inputs of one rehearsal; what needs more is a loop that answers never leave.
MAX_INPUTS = 5_000
#: Seconds of CPU that one rehearsal may take; the answers themselves never depend on it.
MAX_SECONDS = 20.0
MAX_SHOWN = 1_000  # events of an input that failed


class Rehearsal:
    """Plays all pools of a drawing, or its processes, until nothing can move any more."""

    def __init__(self, flow: Flow, script: Script) -> None:
        self.flow = flow
        self.script = script
        self.stage = Stage(flow)
        self._now = script.at
        self._messages = list(script.messages)
        self._letters: list[Letter] = []
        self._posting = False
        self._open: list[tuple[Part, OpenTask]] = []
        self._prompter = Prompter(flow, script)
        self._inputs = 0
        self._witness: list[TraceItem] = []
        self._until = process_time() + MAX_SECONDS

    def play(self, process: str | None) -> None:
        """Start what starts by itself, then answer, deliver and fire until all is at rest."""
        self._begin(process)
        while self._complete_next() or self._say_next() or self._fire_next():
            pass

    def why(self, failure: MotcuaError) -> tuple[str, str]:
        """Return what stopped the rehearsal in both languages, and how to give data it lacks."""
        lacking = failure.facts.get("lacking")
        if not isinstance(lacking, str):
            return failure.vi, failure.en
        vi, en = self._prompter.how_to_give(lacking)
        return f"{failure.vi} {vi}", f"{failure.en} {en}"

    def told(self) -> list[dict[str, Any]]:
        """Return the trace, with what an input did that failed on its way."""
        return self.stage.trace(self._witness[:MAX_SHOWN])

    def _begin(self, process: str | None) -> None:
        pools = [p for p in self.flow.pools if process in (None, p.process)]
        if process is not None and not pools:
            if process not in self.flow.levels:
                raise NotFound(f"Bản vẽ không có quy trình “{process}”.",
                               f"The drawing has no process '{process}'.",
                               code="process-not-found")
            self._start(process, self.script.data, None)
            return
        # All pools stand before the first letter goes out: none misses a signal by its place.
        self._posting = True
        for pool in pools:
            if pool.starts:
                self._start(pool.process, self.script.data, None)
            self._expect(pool.process)
        self._posting = False
        self._post()

    def _expect(self, process: str) -> None:
        """Note what else begins a process; begin it where a condition holds already."""
        if not self.flow.levels[process].triggered:
            return
        self.stage.expect(process)
        for start in starting.begun_by_timer(self.flow, process):
            step = run.expect(self.flow, process, start, self._setting(), self.script.data)
            self.stage.await_timer(Part(process), step)
        data, facts = self.script.data, self._prompter.facts()
        for element in starting.begun_by_condition(self.flow, process, self._now, facts, data):
            self._start(process, data, Message("", element=element))

    def _start(self, process: str, data: Data, message: Message | None) -> None:
        step = run.start(self.flow, process, self._setting(), data, message)
        self._took(self.stage.enter(process), step)

    def _took(self, part: Part, step: Step) -> None:
        """Note what a step did: new tasks, letters to others, what became of old ones."""
        self.stage.note(part, step)
        self._witness = []
        gone = {*step.closed, *step.cancelled}
        self._open = [(p, t) for p, t in self._open if p is not part or t.id not in gone]
        self._open += [(part, task) for task in step.opened]
        for sent in step.sent:
            message = Message(sent.message, sent.payload, sent.key, sent.target_element)
            self._letters.append((part, message, sent))
        for signal in step.signals:
            self._letters.append((part, Message(signal, kind="signal"), None))
        self._post()

    def _post(self) -> None:
        """Deliver letters in order; those that nobody waits for yet are kept and tried again."""
        if self._posting:
            return
        self._posting = True
        while any(self._delivered(letter) for letter in list(self._letters)):
            pass
        self._posting = False

    def _delivered(self, letter: Letter) -> bool:
        sender, message, sent = letter
        if message.kind == "signal":
            self._letters.remove(letter)
            self._broadcast(sender, message)
            return True
        if not self._hand_over(message, sent):
            return False
        self._letters.remove(letter)
        return True

    def _hand_over(self, message: Message, sent: Outgoing | None) -> bool:
        """Give a message to the part that waits, or begin the part that it starts."""
        process = sent.target_process if sent else None
        if sent is not None and sent.target_pool is not None and process is None:
            return True
        return any(self._heard(part, message) for part in self.stage.running(process)) or (
            self._begin_by(message, process))

    def _begin_by(self, message: Message, process: str | None) -> bool:
        for expected in self.stage.expected(process):
            try:
                self._start(expected, self.script.data, message)
            except Conflict:
                continue
            return True
        return False

    def _broadcast(self, sender: Part | None, message: Message) -> bool:
        """Let all who wait for a signal hear it, and begin an instance at each of its starts."""
        others = [part for part in self.stage.running(None) if part is not sender]
        heard = [self._heard(part, message) for part in others]
        begun = [
            (process, element) for process in self.stage.expected(None)
            for element in starting.begun_by_signal(self.flow, process, message.name)
        ]
        for process, element in begun:
            self._start(process, self.script.data, replace(message, element=element))
        return bool(begun) or any(heard)

    def _heard(self, part: Part, message: Message) -> bool:
        """Deliver to a part if it waits for this; tell whether it did."""
        try:
            step = run.deliver(self.flow, part.state, message, self._setting())
        except Conflict:
            return False
        self._took(part, step)
        return True

    def _complete_next(self) -> bool:
        """Complete the task that has been open longest and is not meant to stay open."""
        for place, (part, task) in enumerate(self._open):
            answers = self._prompter.answers(task)
            if answers is None:
                continue
            del self._open[place]
            self._prompter.visited(task)
            step = run.complete(self.flow, part.state, task.id, answers, self._setting())
            self._took(part, step)
            return True
        return False

    def _say_next(self) -> bool:
        """Deliver the first message of the script that somebody waits for."""
        for place, said in enumerate(self._messages):
            message = Message(
                str(said.get("name", "")), said.get("payload") or {}, said.get("key"),
                kind="signal" if said.get("kind") == "signal" else "message",
            )
            del self._messages[place]
            if self._said(message, open_kind="kind" not in said):
                return True
            self._messages.insert(place, said)
        return False

    def _said(self, message: Message, *, open_kind: bool) -> bool:
        """Say a message or signal; one of no kind is a signal where no message is awaited."""
        if message.kind != "signal" and self._hand_over(message, None):
            return True
        heard_by_all = message.kind == "signal" or open_kind
        return heard_by_all and self._broadcast(None, replace(message, kind="signal"))

    def _fire_next(self) -> bool:
        """Move the clock to the earliest timer and let it happen."""
        if not self.script.fire_timers:
            return False
        earliest = self.stage.earliest()
        if earliest is None:
            return False
        due, part, key = earliest
        self._now = max(self._now, due) if due else self._now
        step = run.fire(self.flow, part.state, key, self._setting())
        self.stage.appear(part)
        self._took(part, step)
        return True

    def _setting(self) -> Setting:
        self._inputs += 1
        if self._inputs > MAX_INPUTS or process_time() > self._until:
            raise Invalid(
                f"Diễn thử quá {MAX_INPUTS} lượt hoặc quá {MAX_SECONDS:.0f} giây.",
                f"The rehearsal needs more than {MAX_INPUTS} inputs or {MAX_SECONDS:.0f} seconds.",
                code="play-too-long")
        self._witness = []
        return Setting(
            seed=f"play/{self._inputs}", at=self._now, facts=self._prompter.facts(),
            chooser=self._prompter.choose, hold_sends=True, witness=self._witness,
        )
