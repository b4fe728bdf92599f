"""`motcua node`: an operator links nodes, sees them, and changes keys, against real servers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
import town
from linked import Site

from api.cli.node import node
from engine.clock import FixedClock, SystemClock
from engine.links.identity import Identity, Keyring, make_key, read_keys
from engine.store import Store, embedded, nodes
from engine.store.nodes import Node
from engine.store.tables import APPLICATION

COMMUNE, POLICE = "urn:test:commune", "urn:test:police"
Command = Callable[..., int]


@pytest.fixture
def clock() -> FixedClock:
    """The machine's own time: commands have no other."""
    return FixedClock(SystemClock().now())


@pytest.fixture
def at_police(
    three_nodes: list[Site], server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> Command:
    """Run `motcua node` as the operator of the police's node."""
    with three_nodes[1].store.reading() as connection:
        name = connection.info.dbname
    address = embedded.address(server, role=APPLICATION, database=name)
    monkeypatch.setenv("MOTCUA_DATABASE_URL", address)
    monkeypatch.setenv("MOTCUA_NODE", POLICE)
    monkeypatch.setenv("MOTCUA_NODE_KEYS", str(tmp_path / "police.json"))
    return lambda *words: node(list(words))


def known(store: Store, name: str) -> Node:
    with store.reading() as connection:
        found = nodes.by_id(connection, name)
    assert found is not None
    return found


def test_a_node_is_added_by_its_address_listed_and_tested(
    three_nodes: list[Site], at_police: Command, capsys: pytest.CaptureFixture[str],
) -> None:
    commune, police, _ = three_nodes
    words = ("add", COMMUNE, "--url", commune.base, "--procedures", "M001, M002",
             "--agencies", town.COMMUNE)
    assert at_police(*words) == 1  # a private address that nobody allowed
    assert "may not be called" in capsys.readouterr().err
    assert at_police(*words, "--private") == 0
    assert known(police.store, COMMUNE).procedures == ("M001", "M002")
    assert at_police("list") == 0
    assert f"{COMMUNE}  motcua  {commune.base}  hoạt động" in capsys.readouterr().out
    assert at_police("test", COMMUNE) == 0
    assert "biết nút này và khóa đang ký" in capsys.readouterr().out
    assert at_police(*words, "--private", "--suspend") == 0
    assert known(police.store, COMMUNE).keys
    assert "tạm ngừng" in (at_police("list"), capsys.readouterr().out)[1]


@pytest.mark.parametrize(("words", "says"), [
    (("add", "urn:x", "--url", "ftp://x"), "must be an https address"),
    (("add", "urn:x", "--url", "https://x.invalid", "--kind", "pull"), "needs --keys"),
    (("test", "urn:nobody"), "There is no node urn:nobody"),
    (("compare", "urn:nobody"), "There is no node urn:nobody"),
])
def test_what_cannot_be_is_refused_with_what_is_wrong(
    at_police: Command, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str,
) -> None:
    assert at_police(*words) == 1
    assert says in capsys.readouterr().err


def test_another_node_at_the_address_and_keys_that_nobody_vouches_for_are_refused(
    three_nodes: list[Site], at_police: Command, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commune, police, insurance = three_nodes
    was = known(police.store, COMMUNE).keys
    at = ("add", COMMUNE, "--procedures", "M001", "--private", "--url")
    assert at_police(*at, insurance.base) == 1
    assert "It is node urn:test:insurance that answers" in capsys.readouterr().err
    make_key(tmp_path / "foreign.json")
    commune.identity = Identity(COMMUNE, read_keys(tmp_path / "foreign.json"))
    assert at_police(*at, commune.base) == 1
    assert "No known key vouches" in capsys.readouterr().err
    assert known(police.store, COMMUNE).keys == was
    (tmp_path / "told.json").write_text(json.dumps(commune.identity.public()), encoding="utf-8")
    assert at_police(*at, commune.base, "--keys", str(tmp_path / "told.json")) == 0
    assert known(police.store, COMMUNE).keys == commune.identity.public()


def test_a_new_key_is_announced_learned_and_only_then_signs(
    three_nodes: list[Site], at_police: Command, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    police = three_nodes[1]
    running = Keyring(POLICE, tmp_path / "police.json")  # what the police's server holds
    old = running().keys[0]
    assert at_police("rotate") == 0
    assert "đã công bố" in capsys.readouterr().out
    assert (running().keys[0], len(running().keys)) == (old, 2)
    assert at_police("rotate") == 0
    assert "bắt đầu ký" in capsys.readouterr().out
    assert running().keys[0] != old
    # The commune has not asked for the new key: the police learn it from their own test.
    assert at_police("test", COMMUNE) == 1
    said = capsys.readouterr().err
    assert "node-key-unknown" in said
    assert "motcua node test" in said
    police.identity = running()
    shown = requests.get(f"{police.base}/api/v1/node", timeout=20).json()
    assert list(shown["keys"]) == list(running().public())
