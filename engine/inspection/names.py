"""Names of files (tên tệp): never trusted, cleaned to something that can only be read."""

from __future__ import annotations

from unicodedata import category, normalize

MOST = 120
#: What Windows or a shell would read as more than a letter.
_RESERVED = frozenset('<>:"/\\|?*\x7f')


def clean_name(sent: str | None, suffix: str) -> str:
    """Return a file name to show, with the suffix that the content has whatever the name claimed.

    No folders, controls, invisible or turning characters; at most MOST letters before the suffix.
    """
    bare = normalize("NFC", (sent or "")[:4 * MOST]).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        " " if category(c) in {"Zs", "Zl", "Zp"} else c
        for c in bare if category(c)[0] != "C" and c not in _RESERVED
    )
    stem, dot, _ = kept.rpartition(".")
    stem = " ".join((stem if dot else kept).split()).strip(". ")
    return (stem[:MOST].rstrip(". ") or "giay-to") + suffix
