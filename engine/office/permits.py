"""Permits (quyền): may this actor see the thing, and may they do this to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from engine.components.papers import Paper
from engine.dossier import MACHINE, Dossier, Task
from engine.errors import Forbidden, NotFound
from engine.flow.load import Flow
from engine.law.rules import RuleSet
from engine.people import SYSTEM, Actor
from engine.proceed.outcome import Before
from engine.step import Service

#: Roles that may register a dossier at their agency.
RECEIVING_ROLES = ("one_stop_officer", "portal")
#: Classes of papers that the agencies with a part add themselves.
RESULTS = ("participating_result", "own_result")
#: The role of machines that do external tasks of an agency, and of who looks after the background.
INTEGRATOR, OPERATOR = "integrator", "operator"

Allowed = Mapping[str, frozenset[str]]
#: By pool (process) the agencies that work on its parts.
Places = Mapping[str, frozenset[str]]
#: Who enters what was decided on working hours and days off.
CALENDAR_KEEPER = "calendar_keeper"
#: Who erases files of papers on a recorded decision.
RECORDS_KEEPER = "records_clerk"
#: Roles that may print the papers of a dossier: a parameter, as for acts.
PRINTING_ROLES = ("one_stop_officer", "leader", "records_clerk", "specialist")


def see_task(task: Task | None, actor: Actor) -> Task:
    """Return the task; raise NotFound when it is not there or of another agency."""
    if task is None or task.agency not in actor.agencies():
        raise NotFound("Không có bước xử lý này.", "There is no such task.", code="no-task")
    return task


def do_task(task: Task, actor: Actor, rules: RuleSet) -> None:
    """Raise Forbidden unless the actor holds the role that the task asks for."""
    if not actor.holds(task.agency, task.role):
        raise Forbidden(
            f"Bước này dành cho vai trò {task.role} của {task.agency}; "
            "hãy chuyển cho người giữ vai trò đó.",
            f"This task is for the role {task.role} of {task.agency}; ask someone who holds it.",
            code="wrong-role", role=task.role, rules=rules.id,
        )


def see_dossier(before: Before, actor: Actor, taking_part: frozenset[str]) -> None:
    """Raise NotFound unless an agency of the actor receives, settles or takes part in it."""
    if not _agencies(before, taking_part) & actor.agencies():
        raise NotFound("Không có hồ sơ này.", "There is no such dossier.", code="no-dossier")


def see_papers(dossier: Dossier, actor: Actor, parts: frozenset[str], places: Places) -> None:
    """Raise NotFound unless an agency of the actor receives, settles or has a part in a dossier.

    Its papers are for those alone: an agency that was merely consulted is told what it must know.
    Raises Forbidden for one that does steps (lanes) in the part of another: it knows the dossier.
    """
    if {dossier.receiving_agency, dossier.competent_agency, *parts} & actor.agencies():
        return
    holders = sorted(
        {agency for agencies in places.values() if agencies & actor.agencies()
         for agency in agencies & parts},
    )
    if not holders:
        raise NotFound("Không có hồ sơ này.", "There is no such dossier.", code="no-dossier")
    raise Forbidden(
        "Cơ quan của bạn chỉ làm bước trong phần việc của cơ quan khác, nên không xem và không ký "
        f"giấy tờ của hồ sơ; hãy nhờ {', '.join(holders)}, hoặc đề nghị vẽ cho cơ quan bạn một bể "
        "riêng trong quy trình.",
        "Your agency only does steps in the part of another, and neither sees nor signs papers of "
        f"the dossier; ask {', '.join(holders)}, or have a pool of its own drawn for your agency.",
        code="papers-of-part", agencies=holders,
    )


def sees_all_papers(dossier: Dossier, flow: Flow, actor: Actor) -> bool:
    """Tell whether an actor sees every paper of a dossier that is here.

    The receiving and the competent agency do. The others do where no message of the drawing
    declares papers; where one does, each sees those that were handed to its own part.
    """
    whole = {dossier.receiving_agency, dossier.competent_agency} & actor.agencies()
    return bool(whole) or not flow.papers


def own_papers(papers: Iterable[Paper], pools: Collection[str]) -> tuple[Paper, ...]:
    """Return the papers that were handed to one of these pools, or brought by its agency."""
    return tuple(paper for paper in papers if not set(paper.pools).isdisjoint(pools))


def pools_of(places: Places, actor: Actor) -> list[str]:
    """Return the pools on whose parts an agency of the actor works, in their order."""
    return sorted(pool for pool, agencies in places.items() if agencies & actor.agencies())


def do_act(before: Before, act: str, actor: Actor, rules: RuleSet) -> None:
    """Raise Forbidden unless the rule set lets a desk of the actor perform the act."""
    dossier = before.dossier
    places = {
        "receiving": {dossier.receiving_agency}, "competent": {dossier.competent_agency},
        # A lane may give a step to another agency than its pool's.
        "part": {part.agency for part in before.parts} | {
            task.agency for task in before.tasks if task.act is None
        },
        "consulted": {one.agency for one in dossier.standing.awaited()},
    }
    for relation, role in rules.who_may.get(act, ()):
        if any(actor.holds(agency, role) for agency in places[relation]):
            return
    raise Forbidden(
        f"Vai trò của bạn không được thực hiện «{act}» với hồ sơ này ({rules.article(act)}).",
        f"None of your roles may perform {act} on this dossier ({rules.article(act)}).",
        code="act-not-allowed", act=act,
    )


def do_print(before: Before, actor: Actor, taking_part: frozenset[str]) -> None:
    """Raise Forbidden unless the actor holds a printing role where the dossier is dealt with."""
    agencies = _agencies(before, taking_part)
    if not any(actor.holds(agency, role) for agency in agencies for role in PRINTING_ROLES):
        raise Forbidden(
            f"In giấy tờ của hồ sơ cần một trong các vai trò {', '.join(PRINTING_ROLES)} "
            "tại cơ quan tham gia giải quyết.",
            f"Printing papers of a dossier needs one of the roles {', '.join(PRINTING_ROLES)} "
            "at an agency that takes part.", code="wrong-role",
        )


def do_paper(before: Before, kind: str | None, actor: Actor) -> None:
    """Raise Forbidden unless a desk of the actor may change papers of that class.

    The one-stop units and the portal change every paper (None: one that nobody declares), an agency
    with a part the results of its own work.
    """
    dossier = before.dossier
    parts = {part.agency for part in before.parts}
    places = {dossier.receiving_agency, dossier.competent_agency, *parts}
    if any(actor.holds(agency, role) for agency in places for role in RECEIVING_ROLES):
        return
    if kind in RESULTS and parts & actor.agencies():
        return
    raise Forbidden(
        "Giấy tờ của hồ sơ do bộ phận một cửa tiếp nhận; cơ quan phối hợp chỉ thêm kết quả của "
        "mình.",
        "Papers of a dossier are taken in by the one-stop unit; a participating agency adds its "
        "own results alone.", code="paper-not-allowed",
    )


def do_erase(actor: Actor) -> None:
    """Raise Forbidden unless the actor keeps the records of an agency."""
    if not any(post.role == RECORDS_KEEPER for post in actor.posts):
        raise Forbidden(
            f"Cần vai trò {RECORDS_KEEPER} để xóa tệp giấy tờ theo quyết định.",
            f"Erasing the file of a paper needs the role {RECORDS_KEEPER}.",
            code="wrong-role", role=RECORDS_KEEPER,
        )


def own_consultation(
    before: Before, content: Mapping[str, Any], actor: Actor, rules: RuleSet,
) -> Mapping[str, Any]:
    """Return the answer's content naming its consultation where the actor was asked only once.

    Raises Forbidden when it names one that was asked of another agency.
    """
    roles = [role for relation, role in rules.who_may["answer"] if relation == "consulted"]
    awaited = before.dossier.standing.awaited()
    own = {one.id for one in awaited if any(actor.holds(one.agency, role) for role in roles)}
    named = content.get("consultation") or None
    if named is None:
        return {**content, "consultation": min(own)} if len(own) == 1 else content
    if named in {one.id for one in awaited} - own:
        raise Forbidden(
            f"Lần lấy ý kiến {named} hỏi cơ quan khác ({rules.article('answer')}).",
            f"Consultation {named} was asked of another agency ({rules.article('answer')}).",
            code="consultation-of-another",
        )
    return content


def do_register(agency: str, actor: Actor) -> None:
    """Raise Forbidden unless the actor receives dossiers for that agency."""
    if not any(actor.holds(agency, role) for role in RECEIVING_ROLES):
        raise Forbidden(
            f"Bạn không thuộc bộ phận một cửa của {agency}.",
            f"You hold no receiving post at {agency}.", code="not-receiving",
        )


def do_calendar(actor: Actor) -> None:
    """Raise Forbidden unless the actor keeps calendars, or is the system itself."""
    if actor != SYSTEM and not any(post.role == CALENDAR_KEEPER for post in actor.posts):
        raise Forbidden(
            f"Cần vai trò {CALENDAR_KEEPER} để thay đổi lịch làm việc.",
            f"Changing calendars needs the role {CALENDAR_KEEPER}.",
            code="wrong-role", role=CALENDAR_KEEPER,
        )


def do_procedure(actor: Actor, role: str) -> None:
    """Raise Forbidden unless the actor holds the procedure role at some agency."""
    if not any(post.role == role for post in actor.posts):
        raise Forbidden(
            f"Cần vai trò {role} để làm việc này với quy trình.",
            f"This needs the role {role}.", code="wrong-role", role=role,
        )


def _agencies(before: Before, taking_part: frozenset[str]) -> frozenset[str]:
    dossier = before.dossier
    return taking_part | {
        dossier.receiving_agency, dossier.competent_agency,
        *(part.agency for part in before.parts),
        *(one.agency for one in dossier.standing.consultations),
    }
def see_service(task: Task | None, actor: Actor) -> None:
    """Raise NotFound unless it is a task that machines do, of an agency of the actor."""
    mine = task is not None and (actor is SYSTEM or task.agency in actor.agencies())
    if task is None or task.role != MACHINE or not mine:
        raise NotFound("Không có việc này.", "There is no such task.", code="no-task")


def do_service(service: Service | None, agency: str, actor: Actor, allowed: Allowed) -> None:
    """Raise Forbidden unless the machine may do the external tasks of that topic there."""
    kind, name = (service.kind, service.name) if service else ("", "")
    do_topic(kind, name, (agency, actor), allowed)


def do_topic(kind: str, name: str, asker: tuple[str, Actor], allowed: Allowed) -> None:
    """Raise Forbidden unless the machine may do the external tasks of a topic at an agency."""
    agency, actor = asker
    if kind != "topic" or not actor.holds(agency, INTEGRATOR):
        raise Forbidden(
            f"Việc này dành cho máy có vai trò {INTEGRATOR} tại {agency}.",
            f"This task is for a machine that holds the role {INTEGRATOR} at {agency}.",
            code="wrong-role", role=INTEGRATOR,
        )
    _need_allowed(name, actor, allowed)


def do_integrate(actor: Actor, topics: Collection[str], allowed: Allowed) -> frozenset[str]:
    """Return the agencies whose external tasks the machine may do; raise Forbidden for none."""
    agencies = frozenset(post.agency for post in actor.posts if post.role == INTEGRATOR)
    if not agencies:
        raise Forbidden(
            f"Cần vai trò {INTEGRATOR} để nhận việc tự động.",
            f"This needs the role {INTEGRATOR}.", code="wrong-role", role=INTEGRATOR,
        )
    for name in topics:
        _need_allowed(name, actor, allowed)
    return agencies


def do_operate(actor: Actor) -> None:
    """Raise Forbidden unless the actor looks after the background work."""
    if not any(post.role == OPERATOR for post in actor.posts):
        raise Forbidden(
            f"Cần vai trò {OPERATOR} để xem và cho chạy lại việc nền.",
            f"This needs the role {OPERATOR}.", code="wrong-role", role=OPERATOR,
        )


def _need_allowed(topic: str, actor: Actor, allowed: Allowed) -> None:
    """Raise Forbidden for a topic whose list of machines does not name the actor."""
    if topic in allowed and actor.id not in allowed[topic]:
        raise Forbidden(
            f"{actor.id} không được nhận chủ đề «{topic}».",
            f"{actor.id} may not do the topic {topic!r}.", code="topic-not-allowed", topic=topic,
        )
