"""Nodes that die: servers, workers and databases, alone and together; nothing lost or doubled."""

from __future__ import annotations

import pytest
from faulty import ready
from linked_drawings import CODE, OF_THREE
from settling import STEPS, Nodes

pytestmark = pytest.mark.crash


def test_a_receiver_that_is_killed_at_random_takes_everything_in_once(pair: Nodes) -> None:
    def trouble(at: Nodes) -> None:
        at.police.kill("serve")
        at.police.start("serve")
        ready(at.police)

    pair.settle(trouble)


def test_a_sender_whose_worker_is_killed_in_the_middle_of_deliveries_loses_none(
    pair: Nodes,
) -> None:
    def trouble(at: Nodes) -> None:
        node = at.random.choice((at.commune, at.police))
        node.kill("worker")
        node.start("worker")

    pair.settle(trouble)


def test_a_database_that_is_killed_loses_nothing_that_was_acknowledged(pair: Nodes) -> None:
    def trouble(at: Nodes) -> None:
        at.random.choice((at.commune, at.police)).kill_postgres()

    pair.settle(trouble)


def test_a_sender_that_dies_between_commit_and_delivery_delivers_when_it_lives_again(
    pair: Nodes,
) -> None:
    pair.commune.kill("worker")
    codes = pair.register()
    while pair.commune.work():
        pass
    waiting = "SELECT count(*) FROM outbox WHERE state = 'waiting'"
    assert pair.commune.count(waiting) == len(codes)
    pair.commune.start("worker")
    pair.finish(codes, STEPS[CODE])


def test_three_nodes_settle_what_two_of_them_work_on_at_once_while_each_of_them_dies(
    pair: Nodes,
) -> None:
    def trouble(at: Nodes) -> None:
        node, what = at.random.choice(at.all), at.random.choice(("serve", "worker"))
        node.kill(what)
        node.start(what)

    pair.fail("lost answer", share=0.2)
    pair.settle(trouble, OF_THREE)
