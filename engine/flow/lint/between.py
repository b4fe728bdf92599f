"""Between pools (giữa các bể): who waits for a message that nobody sends, and what nobody gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.findings import Sentence, finding, label
from engine.flow.graph import Scope
from engine.flow.lint.letters import ENDING, Post, pools_of, post_of
from engine.flow.lint.report import Subject
from engine.flow.soundness import Letters, Outcome, net_of_pools, search
from engine.step import Finding, Severity

_SHOWN = 16
_DIVIDE: Sentence = (
    "Chia nhỏ quy trình để soát được hết.", "Divide the process so that all can be checked.")


def pool_findings(subject: Subject, most: int) -> list[Finding]:
    """Return findings on all pools together, looking at about `most` tokens."""
    pools, post = pools_of(subject), post_of(subject)
    found = [*post.findings, *_unfollowed(post)]
    if not post.ways:
        return found
    place = post.ways[0][0].getparent()
    letters = Letters([way[1] for way in post.ways], [way[2] for way in post.ways],
                      _ending(subject))
    net = net_of_pools(pools, letters)
    if net is None:
        return [*found, _undecided(place, "một bể không soát riêng được",
                                   "one of the pools cannot be played by itself")]
    outcome = search(net, most=most)
    told = _Together(pools, post, outcome)
    found += told.waits()
    if outcome.decided and not outcome.flooded:
        found += told.unheard()
    elif not outcome.decided:
        found.append(_undecided(
            place, f"{outcome.states} trạng thái", f"{outcome.states} states"))
    return found


@dataclass(frozen=True)
class _Together:
    """What the search met, told in the words of the drawing."""

    pools: Sequence[Scope]
    post: Post
    outcome: Outcome

    @cached_property
    def home(self) -> Mapping[str, Scope]:
        """The pool of each node."""
        return {key: scope for scope in self.pools for key in scope.nodes}

    @cached_property
    def waited(self) -> Mapping[str, list[int]]:
        """The message flows that each node waits for, by the node or the gateway before it."""
        found: dict[str, list[int]] = {}
        for at, (_, _, catcher) in enumerate(self.post.ways):
            scope = self.home[catcher]
            found.setdefault(catcher, []).append(at)
            for flow in scope.incoming.get(catcher, ()):
                if scope.kinds[flow.source] == "eventBasedGateway":
                    found.setdefault(flow.source, []).append(at)
        return found

    def waits(self) -> Iterator[Finding]:
        """Yield one finding for each node that waits for ever, by the shortest path to it."""
        told: set[str] = set()
        for keys, path in self.outcome.rests:
            for key in self._roots(keys):
                flows = self.waited.get(key, [])
                if key in told or not flows or not self.outcome.flooded.isdisjoint(flows):
                    continue
                told.add(key)
                yield self._waits(key, flows, path)

    def _roots(self, keys: frozenset[str]) -> list[str]:
        """Return the nodes whose waiting does not follow from that of another of them."""
        follows = {key for key in keys for other in keys if other != key and (
            self._hinders(other, key))}
        free = [key for key in sorted(keys) if key not in follows]
        # All wait for one another: the first of them stands for all.
        return free or [key for key in sorted(keys) if key in self.waited][:1]

    def _hinders(self, key: str, other: str) -> bool:
        """Tell whether one node, if it went on, could bring what another waits for."""
        scope = self.home[key]
        ahead = scope.reachable([key])
        return (other in ahead and self.home[other] is scope) or any(
            self.post.ways[at][1] in ahead for at in self.waited.get(other, ()))

    def _waits(self, key: str, flows: list[int], path: tuple[str, ...]) -> Finding:
        node = self.home[key].nodes[key]
        senders = ", ".join(dict.fromkeys(
            f"“{self._label(self.post.ways[at][1])}”" for at in flows))
        if self.outcome.decided and self.outcome.seen.isdisjoint(flows):
            return finding("error", "message-never-sent", node, (
                (f"“{label(node)}” chờ thông điệp mà không đường nào gửi tới ({senders} không bao "
                 f"giờ chạy khi đó). Đường đi: {self._path(path)}."),
                (f"'{label(node)}' waits for a message that no path sends ({senders} never runs "
                 f"then). Path: {self._path(path)}."),
            ), _SEND)
        sure = self._certain(path)
        severity: Severity = "error" if sure else "warning"
        unless_vi, unless_en = ("", "") if sure else (
            " Nếu các điều kiện ở hai bên loại trừ nhau thì không sao.",
            " Where the conditions of both sides exclude one another this cannot happen.")
        return finding(severity, "message-may-never-come", node, (
            (f"“{label(node)}” chờ mãi thông điệp từ {senders}: trên đường sau không ai gửi nó. "
             f"Đường đi: {self._path(path)}.{unless_vi}"),
            (f"'{label(node)}' waits for ever for the message from {senders}: on this path nobody "
             f"sends it. Path: {self._path(path)}.{unless_en}"),
        ), _SEND)

    def _certain(self, path: tuple[str, ...]) -> bool:
        """Tell whether nothing but chance or people decides the path.

        Conditions of two pools often look at the same data; one alone excludes nothing.
        """
        deciders = [key for key in path if len(self.home[key].outgoing.get(key, ())) > 1
                    and self.home[key].kinds[key] != "parallelGateway"]
        return len(set(deciders)) < 2 or not any(
            bpmn.condition(flow.element)
            for key in deciders for flow in self.home[key].outgoing[key])

    def unheard(self) -> Iterator[Finding]:
        """Yield a warning for each message that is sent and that nobody can ever receive."""
        for at, (flow, sender, catcher) in enumerate(self.post.ways):
            if at in self.outcome.seen and at not in self.outcome.heard:
                yield finding("warning", "message-never-received", flow, (
                    (f"Thông điệp từ “{self._label(sender)}” không bao giờ được nhận: không đường "
                     f"nào đưa tới “{self._label(catcher)}” để chờ nó."),
                    (f"The message from '{self._label(sender)}' is never received: on no path "
                     f"'{self._label(catcher)}' waits for it."),
                ), (
                    "Nối nút nhận vào luồng của bể đó, hoặc xóa luồng thông điệp.",
                    "Connect the catching node in its pool, or delete the message flow.",
                ))

    def _label(self, key: str) -> str:
        return label(self.home[key].nodes[key])

    def _path(self, path: tuple[str, ...]) -> str:
        """Return a path with the name of the pool wherever it changes."""
        if len(path) > _SHOWN:
            path = (*path[:_SHOWN // 2], "…", *path[-_SHOWN // 2:])
        shown, pool = [], None
        for key in path:
            scope = self.home.get(key)
            prefix = f"[{label(scope.element)}] " if scope is not None and scope is not pool else ""
            pool = scope or pool
            shown.append(prefix + (self._label(key) if scope is not None else key))
        return " → ".join(shown) or "…"


_SEND: Sentence = (
    ("Gửi thông điệp trên mọi đường của bên kia, hoặc thêm lối ra cho chỗ chờ: cổng sự kiện với "
     "hẹn giờ hoặc một thông điệp khác."),
    ("Send the message on every path of the other pool, or give the wait another way out: an event "
     "gateway with a timer or another message."),
)


def _ending(subject: Subject) -> frozenset[str]:
    drawn = subject.document.drawn("sequenceFlow", *bpmn.EVENTS)
    return frozenset(bpmn.ident(e) or "" for e in drawn if bpmn.motcua(e, "act") in ENDING) - {""}


def _unfollowed(post: Post) -> Iterator[Finding]:
    if post.unfollowed:
        more = len(post.unfollowed) - 1
        yield _undecided(
            post.unfollowed[0],
            f"luồng này{f' và {more} luồng nữa' if more else ''} nối với quy trình con hay bước "
            "lặp; coi như thông điệp luôn tới",
            f"this flow{f' and {more} more' if more else ''} is connected to a sub-process or a "
            "repeated task; its message is taken to come",
        )


def _undecided(place: Element | None, vi: str, en: str) -> Finding:
    return finding("info", "soundness-undecided", place, (
        f"Chưa kết luận được có bể nào chờ mãi thông điệp hay không ({vi}).",
        f"Whether a pool waits for ever for a message was not decided ({en}).",
    ), _DIVIDE)
