"""A small procedure with service tasks, a stand-in for a national database, and those who watch."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import town
from answering import answering
from sketch import body, diagram, process
from town import open_tasks

from engine.clock import Clock
from engine.commands import PerformAct, RegisterDossier
from engine.history import Entry, read_body
from engine.jobs import Calls, wake, wake_calls
from engine.links.connectors import Registry, read_registry
from engine.office import Office, Services, Wakes
from engine.people import Actor, Agency, Post
from engine.store import Store, calendars, entries, people
from engine.worktime import DEFAULT

CODE, EXTERNAL = "9.000003", "9.000004"
OFFICER = town.official(town.COMMUNE, "one_stop_officer")
MACHINE = Actor("may-xa", "Máy của xã", (Post(town.COMMUNE, "integrator", town.SINCE),))
STRANGER = Actor("may-tinh", "Máy của tỉnh", (Post(town.PROVINCE, "integrator", town.SINCE),))
OPERATOR = Actor("van-hanh", "Người vận hành", (Post(town.PROVINCE, "operator", town.SINCE),))
CITIZEN = "040099001234"
_ROLE = 'motcua:role="one_stop_officer"'
#: Every call is tried five times at the most, with pauses that a test can wait for.
QUICK = {"timeout": 1, "attempts": 5, "pause": 0.05, "most_bytes": 4096}


def error(key: str, host: str, code: str) -> str:
    """Return an error event on the border of a task, and the error."""
    return (
        f'<bpmn:boundaryEvent id="{key}" attachedToRef="{host}">'
        f'<bpmn:errorEventDefinition errorRef="error_{code}"/></bpmn:boundaryEvent>'
    )


def drawn(code: str, inside: str, *more: str) -> Mapping[str, bytes]:
    """Return the files of a procedure of one process."""
    attributes = (
        f'motcua:procedureCode="{code}" motcua:timeLimit="5 ngày làm việc" '
        'motcua:decision="1/QĐ-UBND" motcua:field="Thử" motcua:level="xã"'
    )
    errors = '<bpmn:error id="error_not_found" errorCode="not_found"/>'
    return {"main.bpmn": diagram(errors, *more, process(inside, attributes))}


def mapped(inputs: Mapping[str, str], outputs: Mapping[str, str]) -> str:
    """Return the inputs and outputs of a task."""
    lines = [f'<motcua:input name="{k}" value="{v}"/>' for k, v in inputs.items()]
    lines += [f'<motcua:output name="{k}" value="{v}"/>' for k, v in outputs.items()]
    return f"<bpmn:extensionElements>{''.join(lines)}</bpmn:extensionElements>"


def _procedure(code: str, way: str) -> Mapping[str, bytes]:
    inside = body(
        "start:s user:receive service:find user:finish user:missing end:e end:e2",
        "s>receive receive>find find>finish finish>e none>missing missing>e2",
        receive=_ROLE, finish=_ROLE, missing=_ROLE, find=way,
    ) + error("none", "find", "not_found")
    # The sketch gives a node attributes or content; this one has both.
    lines = mapped({"id_number": "note"}, {"full_name": "full_name"})
    return drawn(code, inside.replace(f"{way}></bpmn", f"{way}>{lines}</bpmn"))


#: `receive`, then `find` looks a citizen up, then `finish`; `missing` if there is none.
DRAWING = _procedure(CODE, 'motcua:connector="person"')
#: The same by an external task.
ASKED = _procedure(EXTERNAL, 'motcua:topic="find-person"')


class StandIn:
    """A national database of this machine: it answers, or fails in the way that it is told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[BaseHTTPRequestHandler, str], None] = found
        self.port = 0
        self._lock = threading.Lock()

    def note(self, number: str) -> None:
        with self._lock:
            self.asked.append(number)

    def configuration(self, **more: Any) -> dict[str, Any]:
        person = {
            "kind": "lookup", "url": f"http://127.0.0.1:{self.port}/person/{{{{ id_number }}}}",
            "fields": {"full_name": {"value": "body.hoTen"},
                       "born": {"value": "body.ngaySinh", "type": "date"}},
            "not_found": {"status": [404]}, **QUICK, **more,
        }
        return {"connectors": {"person": person}, "private_hosts": ["127.0.0.1"]}


def send(handler: BaseHTTPRequestHandler, status: int, content: Any, **headers: str) -> None:
    """Answer JSON, or the bytes themselves."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(data)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


def found(handler: BaseHTTPRequestHandler, number: str) -> None:
    """Answer with the citizen of that number."""
    send(handler, 200, {"hoTen": f"Công dân {number}", "ngaySinh": "01/02/1999"})


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """Serve a national database until the block ends."""
    stand = StandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            number = self.path.rsplit("/", 1)[-1]
            stand.note(number)
            stand.answer(self, number)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing of callers that hung up."""

    server = Server(("127.0.0.1", 0), Handler)
    stand.port = server.server_port
    with answering(server):
        yield stand


def registry(folder: Path, configuration: Mapping[str, Any]) -> Registry:
    """Return the registry of a configuration, written to a file first."""
    file = folder / "connectors.json"
    file.write_text(json.dumps(configuration), encoding="utf-8")
    return read_registry([], file)


def settle(store: Store) -> None:
    """Let the machines and the operator stand in the register."""
    with store.reading() as connection:
        version = calendars.add(connection, DEFAULT)
        people.put(
            connection, [(Agency(town.COMMUNE, town.NAMES[town.COMMUNE]), version)],
            [(actor, town.ISSUER, actor.id) for actor in (MACHINE, STRANGER, OPERATOR)],
        )


def opened(
    store: Store, clock: Any, known: Registry, wakes: Wakes | None = None,
) -> Office:
    """Return an office with these connectors and both procedures in force."""
    settle(store)
    wakes = wakes or Wakes(wake, None, wake_calls)
    office = Office(store, clock, None, wakes, services=Services(known.names, known.topics))
    for code, files in ((CODE, DRAWING), (EXTERNAL, ASKED)):
        town.bring_into_force(office, code, files, clock)
    return office


def reach(office: Office, store: Store, number: str = CITIZEN, procedure: str = CODE) -> str:
    """Register a dossier, let it come to the service task, and return its code."""
    from engine.commands import CompleteTask

    command = RegisterDossier(procedure, town.COMMUNE, "direct", {"name": "Nguyễn Văn A"})
    code = str(office.execute(command, OFFICER).body["code"])
    (task,) = open_tasks(store, code)
    office.execute(
        CompleteTask(task.id, {"note": number}), OFFICER, if_match=frozenset({"*"}),
    )
    return code


def worker(store: Store, office: Office, clock: Clock, known: Registry) -> Calls:
    """Return what makes calls in a worker."""
    return Calls(store, office, clock, known)


def work(calls: Calls, until: Callable[[], bool], seconds: float = 30) -> None:
    """Let a worker look for calls again and again until something has come to be."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "nothing came of it"
        calls.drain()
        time.sleep(0.02)


def elements(store: Store, code: str) -> list[str]:
    """The elements of the open tasks, sorted."""
    return sorted(task.element for task in open_tasks(store, code))


def chain(store: Store, code: str) -> list[Entry]:
    """The entries of a dossier."""
    with store.reading() as connection:
        return entries.chain(connection, code)


def brought(store: Store, code: str) -> int:
    """How often a machine brought something into a dossier, by its history."""
    return sum(
        read_body(entry)["content"]["command"]["kind"] == "service" for entry in chain(store, code)
    )


def rows(owner: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """What stands in the table of calls, past everything of ours."""
    with psycopg.connect(owner) as connection:
        return connection.execute(
            f"SELECT {columns} FROM service_call ORDER BY opened_at, task",
        ).fetchall()


def act(office: Office, code: str, name: str, **content: Any) -> None:
    """Perform an act of the law."""
    office.execute(PerformAct(code, name, content), OFFICER, if_match=frozenset({"*"}))


