"""A diagram being drawn at random: its lines, and what will happen to it from outside."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from token_state import Script

NAMES = ("a", "b", "c")


@dataclass
class Sketch:
    """A diagram in lines for `token_drawing.draw`, and what happens to it from outside."""

    chance: random.Random
    lines: list[str] = field(default_factory=list)
    count: int = 0
    answers: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, int] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)  # nodes behind boundary events, not yet led on

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def script(self) -> Script:
        return Script(self.answers, self.messages, bool(self.count % 5))

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def add(self, kind: str, tail: str = "", prefix: str = "") -> str:
        """Draw a node; `prefix` is the name that its own id begins with."""
        name = self.name(prefix or kind[:3].strip())
        self.lines.append(f"{kind} {name} {tail}".strip())
        return name

    def flow(self, source: str, target: str, tail: str = "") -> None:
        self.lines.append(f"{source} > {target} {tail}".strip())

    def condition(self) -> str:
        chance = self.chance
        simple = [
            f"{chance.choice(NAMES)} {chance.choice(('<', '>', '==', '!=', '<=', '>='))} "
            f"{chance.randint(0, 3)}"
            for _ in range(2)
        ]
        return chance.choice((simple[0], simple[0], " and ".join(simple), " or ".join(simple)))

    def post(self, kind: str = "message") -> str:
        """Name a message or signal that perhaps arrives, perhaps twice, perhaps known already."""
        known = [letter["name"] for letter in self.messages if letter.get("kind") == kind]
        if known and self.chance.random() < 0.15:
            return self.chance.choice(known)
        name = self.name(kind[0].upper())
        times = self.chance.choice((0, 1, 1, 1, 1, 1, 1, 2))
        for _ in range(times):
            payload = {self.chance.choice(NAMES): self.chance.randint(0, 3)}
            letter = {"name": name, "kind": kind, "payload": payload}
            self.messages.insert(self.chance.randint(0, len(self.messages)), letter)
        return name

    def thrown(self) -> str:
        """Name an error or escalation."""
        return self.chance.choice(("E", "F"))

    def duration(self) -> str:
        self.count += 1
        return f"PT{self.count}M"
