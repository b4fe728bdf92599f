"""Birth, residence and health insurance for a child: a commune, the police and social insurance,
each at a node of its own, one dossier."""

from __future__ import annotations

from linked import M001, Site, play


def test_one_dossier_goes_through_three_nodes_to_the_returned_result(
    three_nodes: list[Site],
) -> None:
    commune, police, _ = three_nodes
    code = commune.register(M001)
    play(three_nodes, code, "happy")
    assert commune.dossier(code).standing.status == "returned"
    for site in three_nodes:
        assert site.open(code) == []
        site.need_whole(code)
    assert police.dossier(code).links.origin == "urn:test:commune"
    assert set(commune.dossier(code).links.peers) == {
        "urn:test:police", "urn:test:insurance",
    }
    parts = commune.dossier(code).links.peers["urn:test:police"].parts
    assert [part["status"] for part in parts] == ["finished"]
