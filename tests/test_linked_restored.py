"""A node restored from yesterday's backup: what it forgot is told, and nothing is mixed up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import town
from linked import M001, Site, play
from test_linked_handoffs import act, at_the_police

from api.cli.compare import compare
from engine.audit import desk
from engine.audit.signing import make_seal
from engine.links.calling import Neighbour
from engine.store import Store, embedded, nodes, outbox
from engine.store.tables import APPLICATION

COMMUNE, POLICE = "urn:test:commune", "urn:test:police"

#: Puts a node back to what a copy of its database holds.
Restore = Callable[[Site, str], None]


@pytest.fixture
def backup(new_database: Callable[..., str]) -> Callable[[Site], str]:
    """Copy a node's database as it stands; return the copy's name."""
    def copy(site: Site) -> str:
        with site.store.reading() as connection:
            name = connection.info.dbname
        site.store.close()
        return new_database(template=name).split("?", maxsplit=1)[0].rsplit("/", 1)[-1]

    return copy


@pytest.fixture
def restore(server: Path) -> Iterator[Restore]:
    opened: list[Store] = []

    def back(site: Site, name: str) -> None:
        site.store.close()
        opened.append(Store(embedded.address(server, role=APPLICATION, database=name)))
        # In place, so that the server which runs on it sees the restored database.
        vars(site.store).update(vars(opened[-1]))

    yield back
    for store in opened:
        store.close()


def compared(here: Site, there: Site, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    with here.store.reading() as connection:
        node = nodes.by_id(connection, there.identity.node)
    assert node is not None
    capsys.readouterr()
    code = compare(here.store, node, Neighbour(node, here.current), here.clock.now())
    lines = capsys.readouterr().out.splitlines()
    return code, [line for line in lines if " request " not in line]  # of the server beside us


def everywhere(found: list[Site]) -> None:
    for _ in range(4):
        for site in found:
            site.pump()


def test_a_receiver_that_was_restored_gets_again_what_it_had_given_receipts_for(
    three_nodes: list[Site], backup: Callable[[Site], str], restore: Restore,
) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    yesterday = backup(police)
    act(commune, code, "request-supplement", reason="Thiếu")
    act(commune, code, "receive-supplement")
    everywhere(three_nodes)
    restore(police, yesterday)
    assert police.dossier(code).links.peers[COMMUNE].received == 1
    # The next envelope comes too early for it, and brings the lost ones behind it.
    act(commune, code, "extend", reason="Chờ xác minh", duration="02 ngày làm việc",
        apology="Xin lỗi")
    everywhere(three_nodes)
    assert police.dossier(code).links.peers[COMMUNE].received == 4
    assert police.dossier(code).standing.due == commune.dossier(code).standing.due
    police.need_whole(code)


def test_a_sender_that_was_restored_is_told_what_it_lost_and_goes_on_by_hand(
    three_nodes: list[Site], backup: Callable[[Site], str], restore: Restore, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    yesterday = backup(police)
    answers = {"verification_needed": False}
    police.complete(police.open(code)[0], answers)
    everywhere(three_nodes)
    restore(police, yesterday)
    told, said = compared(police, commune, capsys)
    assert told == 1
    assert said[0].startswith(f"{code}: nơi kia đã nhận tới số 3, ở đây chỉ còn 1: nút này mất")
    # The step is done again; its envelopes have the numbers of the lost ones, and none is mixed up.
    police.clock.advance(timedelta(minutes=20))
    police.complete(police.open(code)[0], answers)
    everywhere(three_nodes)
    assert give_up_dead(three_nodes, police) == 2
    play_on(three_nodes, code)
    assert commune.dossier(code).standing.status == "returned"
    key = make_seal(tmp_path / "key.pem")
    for site in (commune, police):
        site.need_whole(code)
        desk.add_checkpoint(site.store, site.clock.now(), key)
        assert desk.verify_stored(site.store, key).broken == []
    assert compared(police, commune, capsys)[0] == 0


def test_an_ordinary_dead_letter_is_not_given_up(three_nodes: list[Site]) -> None:
    commune = three_nodes[0]
    code = at_the_police(three_nodes)
    act(commune, code, "request-supplement", reason="Thiếu")
    with commune.store.unit() as unit:
        found = outbox.listed(unit.connection, state="waiting", node=POLICE)
        outbox.bury(unit.connection, found[0].id, "not-allowed-here: no")
        assert not outbox.give_up(unit.connection, found[0].id, "x")


def test_nodes_that_agree_have_nothing_to_tell(
    three_nodes: list[Site], capsys: pytest.CaptureFixture[str],
) -> None:
    commune, police, _ = three_nodes
    code = commune.register(M001)
    play(three_nodes, code, "happy")
    told, said = compared(commune, police, capsys)
    assert (told, len(said)) == (0, 1)
    assert "1 hồ sơ chung" in said[0]


def give_up_dead(found: list[Site], site: Site) -> int:
    """Give up, as an operator does, what the receiver has under its number; return how many."""
    given = 0
    while True:
        with site.store.unit() as unit:
            dead = outbox.listed(unit.connection, state="dead")
            for one in dead:
                assert str(one.failure).startswith("envelope-used: ")
                assert "motcua node compare" in str(one.failure)
                assert outbox.give_up(unit.connection, one.id, "đã nhận trước khi phục hồi")
            unit.commit()
        if not dead:
            return given
        given += len(dead)
        everywhere(found)


def play_on(found: list[Site], code: str) -> None:
    """Do what is left to be done, by the written-down walk."""
    plan = town.walk("m001")["paths"]["happy"]
    for _ in range(8):
        everywhere(found)
        for site in found:
            for task in site.open(code):
                if task.element in plan["answers"]:
                    site.complete(task, plan["answers"][task.element][0])
