"""Soundness (tính đúng đắn): plays the token game of a scope to find where it gets stuck."""

from engine.flow.soundness.net import Net, net_of
from engine.flow.soundness.search import Outcome, search

__all__ = ["Net", "Outcome", "net_of", "search"]
