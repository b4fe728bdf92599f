"""Soundness (tính đúng đắn): plays the token game of a scope to find where it gets stuck."""

from engine.flow.soundness.counts import quantity
from engine.flow.soundness.net import net_of
from engine.flow.soundness.pools import Letters, net_of_pools
from engine.flow.soundness.readable import unreadable
from engine.flow.soundness.search import MAX_WORK, Met, Outcome, search
from engine.flow.soundness.tokens import Net

__all__ = [
    "MAX_WORK", "Letters", "Met", "Net", "Outcome", "net_of", "net_of_pools", "quantity", "search",
    "unreadable",
]
