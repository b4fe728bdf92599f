"""Settings (cấu hình): everything that a server takes from its environment, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from api.bounds import bounds, file_bounds, link_hold
from engine.codes import CIRCULAR_01, CodePattern
from engine.errors import Invalid
from engine.flow.limits import Bounds
from engine.inspection import Bounds as FileBounds
from engine.links.paper_links import HOURS
from engine.store.embedded import home as usual_home


@dataclass(frozen=True)
class Settings:
    """Where things are: the database, who proves identities, the checkpoint key, the folder.

    `embedded` is true where --embedded was given: then the database and the issuer of tokens are
    our own, for trying and testing alone; only then may `clock_file` tell the time. `codes` is how
    dossier codes are written, `papers` the folder of a department's own templates. `node` is the
    id under which other nodes know this one, `node_keys` the file of the keys that sign for it;
    `portal` is the file that describes the national portal, `link_hold` how long other nodes may
    use a link to a paper.
    """

    home: Path
    database_url: str = field(default="", repr=False)  # it may hold a password
    issuer: str = ""
    audience: str = ""
    checkpoint_key: Path | None = None
    embedded: bool = False
    clock_file: Path | None = None
    examination: Bounds = field(default_factory=Bounds)
    codes: CodePattern = field(default_factory=CodePattern)
    papers: Path | None = None
    files: str = field(default="", repr=False)  # a folder or a bucket's URL; "" in the home
    file_bounds: FileBounds = field(default_factory=FileBounds)
    node: str = ""
    node_keys: Path | None = None
    connectors: Path | None = None
    portal: Path | None = None
    link_hold: timedelta = timedelta(hours=HOURS)

    def __post_init__(self) -> None:
        """Refuse a clock that a file moves anywhere but in a demonstration."""
        if self.clock_file is not None and not self.embedded:
            raise Invalid(
                "--clock chỉ dùng được cùng --embedded: giờ của máy chủ thật không ai được chỉnh.",
                "--clock works with --embedded only: nobody may move a real server's time.",
                code="clock-without-embedded",
            )


def from_environment(
    environ: Mapping[str, str], *, embedded: bool = False, clock_file: Path | None = None,
) -> Settings:
    """Return the settings that the environment names; raise Invalid saying what is missing.

    With `embedded` the database and issuer are left empty here: wiring starts our own.
    """
    key, keys = environ.get("MOTCUA_CHECKPOINT_KEY"), environ.get("MOTCUA_NODE_KEYS")
    portal = environ.get("MOTCUA_PORTAL")
    settings = Settings(
        home=usual_home(), database_url=_driver(environ.get("MOTCUA_DATABASE_URL", "")),
        issuer=environ.get("MOTCUA_OIDC_ISSUER", ""),
        audience=environ.get("MOTCUA_OIDC_AUDIENCE", "motcua"),
        checkpoint_key=Path(key) if key else None, embedded=embedded, clock_file=clock_file,
        examination=bounds(environ), papers=_papers(environ.get("MOTCUA_PAPERS", "")),
        codes=CodePattern(environ.get("MOTCUA_CODE_PATTERN", "").strip() or CIRCULAR_01),
        files=environ.get("MOTCUA_FILES", "").strip(), file_bounds=file_bounds(environ),
        node=environ.get("MOTCUA_NODE", ""), node_keys=Path(keys) if keys else None,
        connectors=Path(environ["MOTCUA_CONNECTORS"]) if environ.get("MOTCUA_CONNECTORS") else None,
        portal=Path(portal) if portal else None, link_hold=link_hold(environ),
    )
    if not embedded:
        need_database(settings)
    return settings


def need_database(settings: Settings) -> str:
    """Return the database's URL; raise Invalid when none is named."""
    if not settings.database_url:
        raise Invalid(
            "Chưa biết cơ sở dữ liệu nào: hãy đặt MOTCUA_DATABASE_URL, hoặc thêm --embedded để "
            "dùng thử.",
            "No database is named: set MOTCUA_DATABASE_URL, or add --embedded to try things out.",
            code="no-database",
        )
    return settings.database_url


def need_issuer(settings: Settings) -> str:
    """Return the issuer of tokens; raise Invalid when none is named or it is not an https URL."""
    issuer = settings.issuer
    parts = urlsplit(issuer)
    loopback = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise Invalid(
            "MOTCUA_OIDC_ISSUER phải là địa chỉ https của nơi cấp mã đăng nhập, "
            f"hiện là «{issuer}».",
            f"MOTCUA_OIDC_ISSUER must be the https address of the OIDC issuer; it is {issuer!r}.",
            code="no-issuer",
        )
    return issuer


def _papers(text: str) -> Path | None:
    """Return the folder of templates; raise Invalid for one that is not there."""
    folder = Path(text) if text else None
    if folder is not None and not folder.is_dir():
        raise Invalid(
            f"MOTCUA_PAPERS chỉ tới {folder}, không phải thư mục; tạo bằng motcua papers "
            "templates.",
            f"MOTCUA_PAPERS names {folder}, which is no folder; make it with motcua papers "
            "templates.", code="papers-folder",
        )
    return folder


def _driver(url: str) -> str:
    """Return a database's URL with our driver, however the administrator writes it."""
    scheme, colon, rest = url.partition("://")
    named = scheme in {"postgresql", "postgres"}
    return f"postgresql+psycopg://{rest}" if colon and named else url
