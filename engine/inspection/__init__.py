"""Inspection (kiểm tra tệp): what a file really is, and whether it may lie in a dossier.

Names and declared types are never asked: the bytes say what they are, or the file is refused.
"""

from engine.inspection.kinds import MEDIA_TYPES, inspect
from engine.inspection.names import clean_name
from engine.inspection.refusing import Bounds, Refusal

__all__ = ["MEDIA_TYPES", "Bounds", "Refusal", "clean_name", "inspect"]
