"""People (con người và cơ quan): agencies, roles and who holds which post from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Agency:
    """An agency (cơ quan) by its identification code.

    `links` name the agencies that it works with (police, social_insurance ...), so that a drawing
    made for every commune can say `dossier.receiving_agency.police`.
    """

    code: str
    name: str
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Post:
    """A role held at an agency (vị trí), valid on days `since` .. `until`, both included."""

    agency: str
    role: str
    since: date
    until: date | None = None

    def valid_on(self, day: date) -> bool:
        """Tell whether the post is held on that local day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Actor:
    """A person (cán bộ) as the register knows them now: only posts valid today are listed."""

    id: str
    name: str
    posts: tuple[Post, ...] = ()

    def agencies(self) -> frozenset[str]:
        """Return the codes of the agencies in which the person holds a post."""
        return frozenset(post.agency for post in self.posts)

    def holds(self, agency: str, role: str | None) -> bool:
        """Tell whether the person holds the role at the agency (any role when None)."""
        return any(p.agency == agency and role in (None, p.role) for p in self.posts)


#: The system itself, for timers and deliveries.
SYSTEM = Actor(id="system", name="motcua")
