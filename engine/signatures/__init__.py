"""Signatures (chữ ký số): PAdES on PDF files, made and checked; the only home of pyHanko.

Nothing here knows a dossier, a network or a place where keys lie.
"""

from engine.signatures.checking import signatures_in
from engine.signatures.installed import need_signing
from engine.signatures.seen import STATUSES, VALID, Signature, told
from engine.signatures.trust import Trust

__all__ = ["STATUSES", "VALID", "Signature", "Trust", "need_signing", "signatures_in", "told"]
