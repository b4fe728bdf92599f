"""Connectors (trình kết nối): what does service tasks in place of people, named by configuration.

A connector takes the inputs of one task and says what came of it; it never touches a dossier.
"""

from engine.links.connectors.orders import (
    Connector,
    Done,
    Failed,
    Mistake,
    Order,
    Policy,
    Sheet,
    Signed,
)
from engine.links.connectors.registry import Registry, read_registry
from engine.links.connectors.trusting import read_trust

__all__ = [
    "Connector", "Done", "Failed", "Mistake", "Order", "Policy", "Registry", "Sheet", "Signed",
    "read_registry", "read_trust",
]
