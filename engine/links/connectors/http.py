"""HTTP (gọi dịch vụ web): one request made of the inputs, its JSON answer made into a result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

from engine.links.connectors.orders import Done, Failed, Mistake, Order, Outcome, Policy
from engine.links.connectors.reading import Section, bad
from engine.links.connectors.templates import Formula, Shape, Template, Unfilled
from engine.links.outward import Answer, Limits, Outward, Refusal

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Answers after which trying again may help; all other refusals will stay what they are.
_PASSING = frozenset({408, 425, 429, *range(500, 600)})


@dataclass(frozen=True)
class Catch:
    """When an answer is an error of business: by its status, or by what its body says."""

    code: str
    statuses: frozenset[int]
    when: Formula | None


@dataclass(frozen=True)
class Plan:
    """What is asked, from templates, and the hosts that may be asked."""

    method: str
    url: Template
    hosts: frozenset[str]
    headers: Mapping[str, Template]
    body: Shape | None


@dataclass(frozen=True)
class Http:
    """A connector that asks over HTTP; without `result` it gives back `status` and `body`."""

    outward: Outward
    plan: Plan
    expected: frozenset[int]
    catches: tuple[Catch, ...]
    result: Mapping[str, Formula]
    limits: Limits
    policy: Policy
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def limit(self) -> float:
        """Return the seconds within which one call ends."""
        return self.limits.total

    def call(self, order: Order) -> Outcome:
        """Ask once and return what came of it."""
        answer = self.ask(order)
        if isinstance(answer, Failed):
            return answer
        try:
            return self._understand(order, answer)
        except Unfilled as error:
            return Failed(f"answer-not-understood: {error}")

    def ask(self, order: Order) -> Answer | Failed:
        """Send the request; return the answer, or why there is none."""
        try:
            url, headers, body = self._request(order)
        except Unfilled as error:
            return Failed(f"order-not-complete: {error}", again=False)
        try:
            return self.outward.call(self.plan.method, url, headers, body, self.limits)
        except Refusal as refusal:
            return Failed(f"{refusal.code}: {refusal.en}", again=refusal.kind != "refused")

    def _understand(self, order: Order, answer: Answer) -> Outcome:
        body, readable = _json(answer)
        seen = {"status": answer.status, "body": body}
        for catch in self.catches:
            if _catches(catch, order, seen, readable=readable):
                return Mistake(catch.code)
        if answer.status not in self.expected:
            again = answer.status in _PASSING
            after = _retry_after(answer, order) if again else None
            return Failed(f"status-{answer.status}", again, after)
        if not readable:
            return Failed("answer-no-json")
        if not self.result:
            return Done(seen)
        return Done({name: made.value(order, seen) for name, made in self.result.items()})

    def _request(self, order: Order) -> tuple[str, dict[str, str], bytes]:
        plan = self.plan
        url = plan.url.text(order, in_address)
        target = urlsplit(url)
        if (target.hostname or "") not in plan.hosts:
            raise Unfilled(plan.url.place, "host not allowed")
        if {".", ".."} & set(target.path.split("/")):
            raise Unfilled(plan.url.place, "path leads elsewhere")
        headers = {"accept": "application/json", "user-agent": "motcua"}
        if plan.method != "GET":
            headers["idempotency-key"] = order.task
        headers |= {name: made.text(order, _in_header) for name, made in plan.headers.items()}
        if plan.body is None:
            return url, headers, b""
        headers.setdefault("content-type", "application/json")
        return url, headers, json.dumps(plan.body.value(order), ensure_ascii=False).encode()


def read_http(section: Section, outward: Outward) -> Http:
    """Return the connector that a section describes; raise Invalid naming the place of a fault."""
    made = asking(section, outward, {
        name: Formula.read(text, section.at(f"result.{name}"))
        for name, text in _texts(section.section("result")).items()
    }, _catching(section.section("errors")))
    section.end()
    return made


def asking(
    section: Section, outward: Outward, result: Mapping[str, Formula], catches: tuple[Catch, ...],
) -> Http:
    """Return what all connectors over HTTP share, from a section."""
    secrets = section.secrets()
    url = Template.read(section.text("url"), section.at("url"), secrets)
    headers = {
        name.lower(): Template.read(text, section.at(f"headers.{name}"), secrets)
        for name, text in _texts(section.section("headers")).items()
    }
    body = section.get("body")
    plan = Plan(
        section.one_of("method", METHODS, "GET"), url, _hosts(section), headers,
        None if body is None else Shape.read(body, section.at("body"), secrets),
    )
    return Http(
        outward, plan, section.numbers("expect", (200,)), catches, result, limits_of(section),
        policy_of(section),
    )


def catch_of(code: str, below: Section) -> Catch:
    """Return when an answer is the error of that code, from a section."""
    when = below.get("when")
    if when is not None and not isinstance(when, str):
        raise bad(below.at("when"), "phải là biểu thức", "this must be an expression")
    made = Catch(
        code, below.numbers("status"), Formula.read(when, below.at("when")) if when else None,
    )
    if not made.statuses and made.when is None:
        raise bad(below.place, "cần status hoặc when", "this needs status or when")
    below.end()
    return made


def limits_of(section: Section) -> Limits:
    """Return the times and sizes of a section's `timeout` and `most_bytes`."""
    total = section.number("timeout", 20, 0.1, 120)
    return Limits(
        connect=min(total, 5.0), read=total, total=total,
        body=int(section.number("most_bytes", 65_536, 1, 4_194_304)),
    )


def policy_of(section: Section) -> Policy:
    """Return how often a call is tried, from a section's `attempts` and `pause`."""
    return Policy(
        int(section.number("attempts", 5, 1, 50)), section.number("pause", 10, 0.01, 3600),
    )


def _catching(section: Section) -> tuple[Catch, ...]:
    return tuple(
        catch_of(code, Section(section.at(code), below))
        for code, below in section.sections().items()
    )


def _texts(section: Section) -> dict[str, str]:
    found = section.sections()
    for name, text in found.items():
        if not isinstance(text, str):
            raise bad(section.at(name), "phải là văn bản", "this must be a text")
    return dict(found)


def _hosts(section: Section) -> frozenset[str]:
    """Return the hosts that may be called: those listed, else the one that the address has."""
    place, url = section.at("url"), section.text("url")
    listed = frozenset(host.lower() for host in section.texts("hosts"))
    scheme, mark, rest = url.partition("://")
    if scheme not in {"https", "http"} or not mark:
        raise bad(place, "phải bắt đầu bằng https://", "this must begin with https://")
    if "{{" in rest.split("/", maxsplit=1)[0]:
        if not listed:
            raise bad(
                section.at("hosts"), "phải liệt kê các máy chủ được gọi",
                "this must list the hosts that may be called",
            )
        return listed
    host = urlsplit(url.split("{{", maxsplit=1)[0]).hostname or ""
    if not host or (listed and host not in listed):
        raise bad(place, "máy chủ không có trong hosts", "its host is not among hosts")
    return listed or frozenset({host})


def _catches(
    catch: Catch, order: Order, seen: Mapping[str, Any], *, readable: bool,
) -> bool:
    if seen["status"] in catch.statuses:
        return catch.when is None or (readable and catch.when.value(order, seen) is True)
    if catch.statuses or catch.when is None or not readable or not 200 <= seen["status"] < 300:
        return False
    return catch.when.value(order, seen) is True


def _json(answer: Answer) -> tuple[Any, bool]:
    """Return the body as JSON, and whether it is that; an empty one is null."""
    if not answer.body:
        return None, True
    try:
        return json.loads(answer.body, parse_constant=_no_constant), True
    except (ValueError, RecursionError):
        return None, False


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _retry_after(answer: Answer, order: Order) -> float | None:
    """Return the seconds that Retry-After asks for, as a number or as a moment (RFC 9110)."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdecimal():
        return float(said[:9])
    try:
        return max((parsedate_to_datetime(said) - order.now).total_seconds(), 0)
    except (ValueError, TypeError):
        return None


def in_address(value: str) -> str:
    """Return a value as one piece of an address; an empty one would ask for something else."""
    if not value:
        raise Unfilled("url", "empty value")
    return quote(value, safe="")


def _in_header(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise Unfilled("headers", "only printable ASCII")
    return value
