"""Connectors (trình kết nối): what does service tasks in place of people, named by configuration.

A connector takes the inputs of one task and says what came of it; it never touches a dossier.
"""

from engine.links.connectors.orders import Connector, Done, Failed, Mistake, Order, Policy
from engine.links.connectors.registry import Registry, read_registry

__all__ = [
    "Connector", "Done", "Failed", "Mistake", "Order", "Policy", "Registry", "read_registry",
]
