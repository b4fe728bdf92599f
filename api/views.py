"""Views (cách trình bày): a dossier with its control slip and its history, as an agency sees them.

Who takes part sees every agency's times and due dates, as the control slip of Circular 01/2018 has
them; names and persons of steps are shown to their own agency alone. Who was only asked for an
opinion sees its own question, and nothing of what the others do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.clocks import clocks, slip_row
from engine.dossier import Dossier, Links, Part, Task
from engine.history import Entry, read_body, read_instant
from engine.law.elapsed import Course
from engine.law.standing import RECORDS, kept
from engine.office.result import dossier_json, when
from engine.papers.book import Line, notes


def dossier_view(
    dossier: Dossier, parts: Sequence[Part], tasks: Sequence[Task], course: Course,
    agencies: frozenset[str],
) -> dict[str, Any]:
    """Return a dossier with parts, clocks and control slip, for officials of those agencies."""
    standing = dossier.standing
    return {
        **dossier_json(dossier), "procedure": dossier.procedure, "version": dossier.version,
        "channel": dossier.channel, "receiving_agency": dossier.receiving_agency,
        "competent_agency": dossier.competent_agency,
        "registered_at": when(dossier.registered_at), "accepted_at": when(standing.accepted_at),
        "result": standing.result, "derivation": list(standing.derivation),
        "hold": _shown(kept(standing.hold)) if standing.hold else None,
        **{name: [_shown(kept(one)) for one in getattr(standing, name)] for name in RECORDS},
        "parts": [
            {"id": p.id, "name": p.name, "agency": p.agency, "lead": p.lead, "status": p.status}
            for p in parts
        ],
        "links": _links(dossier.links) if dossier.links.peers else None,
        "clocks": clocks(course),
        "slip": [slip_row(course, task, own=task.agency in agencies) for task in tasks],
    }


def _links(links: Links) -> dict[str, Any]:
    """Return where a dossier comes from, and how its parts at other nodes are getting on."""
    return {
        "node": links.node, "origin": links.origin or None,
        "peers": [
            {"node": name, "sent": peer.sent, "received": peer.received,
             "parts": [_distant(part) for part in peer.parts]}
            for name, peer in sorted(links.peers.items())
        ],
    }


def _distant(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of another node as it last told of it, with the rows of its control slip."""
    moments = ("given", "finished", "due")
    return {
        **{name: part[name] for name in ("id", "name", "agency", "status")},
        "slip": [
            {"agency": task["agency"], "step": task["step"], "state": task["state"],
             **{name: when(read_instant(task[name])) if task[name] else None for name in moments}}
            for task in part["tasks"]
        ],
    }


def register_item(line: Line) -> dict[str, Any]:
    """Return a line of the register of dossiers, for officials of the agency that keeps it."""
    dossier, standing = line.dossier, line.dossier.standing
    told = dossier_json(dossier)
    return {
        "number": line.number, "code": dossier.code, "procedure": dossier.procedure,
        "procedure_name": line.procedure, "applicant": line.applicant.get("name"),
        "address": line.applicant.get("address"), "phone": line.applicant.get("phone"),
        "received": when(standing.accepted_at or dossier.registered_at), "due": told["due"],
        "settled": when(standing.settled_at), "returned": when(standing.returned_at),
        "ended": when(standing.ended_at), "result": standing.result, "status": told["status"],
        "status_label": told["status_label"], "channel": dossier.channel,
        "standing": line.standing, "notes": notes(dossier),
    }


def narrowed(
    body: Mapping[str, Any], wording: Mapping[str, Mapping[str, Any]], own: frozenset[str] | None,
) -> dict[str, Any]:
    """Return a dossier's view with the words of its consultations.

    `own` are the agencies of an asker who was only consulted: then nothing else is shown.
    """
    spoken = [{**one, **wording.get(one["id"], {})} for one in body["consultations"]]
    if own is None:
        return {**body, "consultations": spoken}
    hidden: dict[str, Any] = {
        name: [] for name in (*RECORDS, "parts", "derivation") if name in body
    }
    return {
        **body, **hidden, "hold": None, "links": None,
        "consultations": [one for one in spoken if one["agency"] in own],
        "slip": [row for row in body["slip"] if row["agency"] in own],
    }


def history_item(
    entry: Entry, agencies: frozenset[str], *, outside: bool = False,
) -> dict[str, Any]:
    """Return an entry without personal values, with the tasks of those agencies alone.

    Of a step at another agency neither the task nor who did it is told, as on the control slip;
    of what does not touch its own tasks an agency `outside`, only consulted, is told no act either.
    """
    body = read_body(entry)
    content = body["content"]
    command, outcome = content["command"], content["outcome"]
    own = all(
        task["agency"] in agencies for task in outcome["tasks"] if task["id"] == command.get("task")
    )
    tasks = [task for task in outcome["tasks"] if task["agency"] in agencies]
    own = own and (bool(tasks) or not outside)
    return {
        "number": entry.number, "at": when(read_instant(body["at"])),
        "actor": body["actor"] if own else None,
        "command": command if own else {"kind": command["kind"]},
        "status": outcome["standing"]["status"],
        "acts": outcome["acts"] if tasks or not outside else [], "tasks": tasks,
        "sent": [
            {name: one[name] for name in ("node", "kind", "sequence")}
            for one in outcome.get("sent", ()) if not outside
        ],
        "states": outcome["states"], "previous": body["previous"], "hash": entry.hash,
    }


def _shown(record: Any) -> dict[str, Any]:
    """Return a record of a standing with its instants as the outside reads them."""
    return {k: when(v) if isinstance(v, datetime) else v for k, v in record.items()}
