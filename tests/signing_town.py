"""A test certificate authority, keys of officials, a stand-in that signs remotely, and the town."""

from __future__ import annotations

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import papers_town
import served
import town
from answering import answering
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from http_town import Issuer, Person, Town, running
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfWriter

from api.settings import Settings
from engine.clock import Clock
from engine.jobs import Calls, wake, wake_calls
from engine.links.connectors import Registry
from engine.office import Office, Services, Wakes
from engine.signatures.signing import Pen
from engine.store import Store
from engine.store.files import Files

#: Who signs: the leader and an officer of the commune.
LEADER = town.official(town.COMMUNE, "leader").id
OFFICER = town.official(town.COMMUNE, "one_stop_officer").id
PASSPHRASE = "mật khẩu của khóa"
CONNECTOR = "ky-so"
VARIABLE = "MOTCUA_SECRET_KY_SO"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2027, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Authority:
    """A certificate with its key, and those above it."""

    certificate: x509.Certificate
    key: Any = field(repr=False)
    above: tuple[x509.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def serial(self) -> str:
        return f"{self.certificate.serial_number:x}"

    @property
    def pen(self) -> Pen:
        """What signs with it, without a connector."""
        above = tuple(one.public_bytes(Encoding.DER) for one in self.above)
        return Pen(self.der, above, lambda data: self.sign_digest(sha256(data).digest()))

    def p12(self, passphrase: str = PASSPHRASE) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"key", self.key, self.certificate, self.above[:1],
            serialization.BestAvailableEncryption(passphrase.encode()),
        )

    def sign_digest(self, digest: bytes) -> bytes:
        hashed = utils.Prehashed(hashes.SHA256())
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(digest, ec.ECDSA(hashed))
        return bytes(self.key.sign(digest, padding.PKCS1v15(), hashed))

    def revoking(self, *revoked: Authority, since: datetime) -> bytes:
        """The authority's list of revoked certificates, PEM."""
        made = (x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
                .last_update(since).next_update(since + timedelta(days=30)))
        for one in revoked:
            made = made.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
                .revocation_date(since).build())
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def issue(
    name: str, by: Authority | None = None, *, authority: bool = False, elliptic: bool = False,
    dates: tuple[datetime, datetime] = (SINCE, UNTIL), stamping: bool = False,
    person: str | None = None, uses: tuple[bool, bool] | None = None,
) -> Authority:
    """Issue a certificate; without `by` it signs itself.

    `uses` are those for digital signatures and non-repudiation, where not the usual ones.
    """
    key: Any = (ec.generate_private_key(ec.SECP256R1()) if elliptic
                else rsa.generate_private_key(65537, 2048))
    said = [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if person:  # as the authorities of Viet Nam write it
        said.append(x509.NameAttribute(NameOID.USER_ID, f"CCCD:{person}"))
    subject, issuer_key = x509.Name(said), by.key if by else key
    made = (
        x509.CertificateBuilder().subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dates[0]).not_valid_after(dates[1])
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(
            *(uses or (not authority, not authority)), uses == (False, False), False, False,
            authority, authority, False, False,
        ), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
            issuer_key.public_key()), critical=False)
    )
    if stamping:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = made.add_extension(usage, critical=True)
    above = (by.certificate, *by.above) if by else ()
    return Authority(made.sign(issuer_key, hashes.SHA256()), key, above)


@dataclass(frozen=True)
class Country:
    """A root, an authority below it, and officials' certificates."""

    root: Authority
    below: Authority
    leader: Authority
    officer: Authority
    expired: Authority
    stranger: Authority
    stamper: Authority


def country() -> Country:
    root = issue("Root CA thử nghiệm", authority=True)
    below = issue("CA công vụ thử nghiệm", root, authority=True)
    other = issue("CA không ai biết", authority=True)
    return Country(
        root, below,
        leader=issue("Lê Thị Lãnh Đạo", below, person="040099001234"),
        officer=issue("Trần Văn Một Cửa", below, elliptic=True, person="040099005678"),
        expired=issue("Lê Thị Lãnh Đạo", below, dates=(SINCE, SINCE + timedelta(days=30))),
        stranger=issue("Lê Thị Lãnh Đạo", other),
        stamper=issue("TSA thử nghiệm", root, stamping=True),
    )


def one_page(width: int = 300) -> bytes:
    """A whole PDF of one page."""
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(width, 300)
    writer.write(out)
    return out.getvalue()


def looping() -> bytes:
    """A whole PDF whose page tree is its own child, so that its reader goes round."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"]
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (b"xref\n0 3\n0000000000 65535 f \n%strailer\n<</Root 1 0 R/Size 3>>\n"
                  b"startxref\n%d\n%%%%EOF\n" % (table, len(out)))


def configuration(
    folder: Path, known: Country, officials: Mapping[str, Authority] | None = None, **more: Any,
) -> dict[str, Any]:
    """Connectors with one that signs by files of keys; `more` are settings of it, or replace."""
    (folder / "root.pem").write_bytes(known.root.pem)
    signers = officials or {LEADER: known.leader, OFFICER: known.officer}
    told = {}
    for name, one in signers.items():
        file = folder / f"{name}.p12"
        file.write_bytes(one.p12())
        told[name] = {"file": str(file), "serial": one.serial, "passphrase": VARIABLE}
    return {
        "connectors": {CONNECTOR: {
            "kind": "sign", "officials": told, "attempts": 3, "pause": 0.05, **more,
        }},
        "signatures": {"anchors": [str(folder / "root.pem")]}, "private_hosts": ["127.0.0.1"],
    }


@dataclass
class Place:
    """The town with a connector that signs: its server, its office, and a worker on demand."""

    here: Town
    store: Store
    office: Office
    clock: Clock
    registry: Registry
    settings: Settings

    @property
    def files(self) -> Files:
        return Files(self.settings.files, self.settings.home, self.settings.file_bounds)

    @property
    def worker(self) -> Calls:
        return Calls(
            self.store, self.office, self.clock, self.registry, files=lambda: self.files)

    def reading(self, name: str, size: int) -> bytes:
        with self.files.reading(name, size) as file:
            return file.read()

    @property
    def leader(self) -> Person:
        return self.here.person(town.COMMUNE, "leader")

    @property
    def officer(self) -> Person:
        return self.here.person(town.COMMUNE, "one_stop_officer")

    def with_result(self, content: bytes | None = None) -> str:
        """A dossier that holds a result, not signed yet, as its paper 1."""
        code = papers_town.register(self.here)
        made = papers_town.hand_in(
            self.officer, code, papers_town.RESULT, content or one_page(), copy="electronic",
            file_name="ket-qua.pdf",
        )
        assert made.status_code == 201, made.text
        return code

    def papers(self, code: str, component: str = papers_town.RESULT) -> list[dict[str, Any]]:
        return list(papers_town.item(self.officer, code, component)["papers"])

    def paper(self, code: str, number: int, component: str = papers_town.RESULT) -> dict[str, Any]:
        return next(p for p in self.papers(code, component) if p["number"] == number)

    def ask(self, person: Person, code: str, number: int, **more: Any) -> Any:
        component = more.pop("component", papers_town.RESULT)
        etag = more.pop("etag", None) or self.paper(code, number, component)["etag"]
        key = more.pop("key", None)
        return person.post(
            f"/dossiers/{code}/signatures", {"paper": number, **more}, etag=etag, key=key)

    def pending(self, code: str) -> list[dict[str, Any]]:
        answer = self.officer.get(f"/dossiers/{code}/signatures")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def work(self, seconds: float = 20, *, until: Callable[[], bool]) -> None:
        """Let a worker look again and again until something has come to be."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, "nothing came of it"
            self.worker.drain()
            time.sleep(0.02)

    def settle(self, code: str) -> None:
        """Let a worker do whatever waits, until no asked signature is under way or may be tried."""
        self.work(until=lambda: all(p["state"] == "incident" for p in self.pending(code)))

    def content(self, code: str, number: int) -> bytes:
        return self.officer.get(f"/dossiers/{code}/components/{number}/content").content


@contextmanager
def opened(
    store: Store, clock: Clock, folder: Path, configured: Mapping[str, Any],
) -> Iterator[Place]:
    """Open the town with these connectors; its sample procedure is in force."""
    registry = served.registry(folder, configured)
    settings = Settings(
        folder, files=str(folder / "files"), connectors=folder / "connectors.json")
    office = Office(
        store, clock, None, Wakes(wake, None, wake_calls),
        services=Services(registry.names, registry.topics, registry.officials),
        files=lambda: Files(settings.files, settings.home),
    )
    issuer = Issuer(clock)
    with running(store, clock, issuer, office=office, settings=settings) as base:
        papers_town.open_procedure(office, clock)  # type: ignore[arg-type]
        yield Place(Town(base, issuer), store, office, clock, registry, settings)
    registry.close()


def held_remotely(
    folder: Path, known: Country, signer: RemoteSigner, **more: Any,
) -> dict[str, Any]:
    """The leader's and the officer's certificates in files, their keys at the service."""
    told = configuration(folder, known)
    officials = {}
    for name, one in ((LEADER, known.leader), (OFFICER, known.officer)):
        file = folder / f"{name}.pem"
        file.write_bytes(one.pem + known.below.pem)
        officials[name] = {"certificate": str(file), "serial": one.serial, "credential": name}
    told["connectors"][CONNECTOR] = {
        "kind": "sign", "officials": officials, "remote": signer.section(), "attempts": 3,
        "pause": 0.05, **more,
    }
    return told


class RemoteSigner:
    """A service that holds keys: hash in, signature out; or whatever a test makes it answer."""

    def __init__(self, *keys: Authority) -> None:
        self.keys = {one.serial: one for one in keys}
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Callable[[RemoteSigner, dict[str, Any]], tuple[int, bytes]] = signing
        self.port = 0

    def section(self, **more: Any) -> dict[str, Any]:
        """The section `remote` of a connector."""
        return {
            "method": "POST", "url": f"http://127.0.0.1:{self.port}/sign",
            "body": {"hash": "{{ digest }}", "credential": "{{ credential }}",
                     "serial": "{{ serial }}"},
            "signature": "body.signature", "timeout": 1, **more,
        }


def signing(signer: RemoteSigner, asked: dict[str, Any]) -> tuple[int, bytes]:
    """Answer with the signature over the hash that was sent."""
    made = signer.keys[asked["serial"]].sign_digest(b64decode(asked["hash"]))
    return 200, json.dumps({"signature": b64encode(made).decode()}).encode()


@contextmanager
def remote(*keys: Authority) -> Iterator[RemoteSigner]:
    """Serve a remote signer on this machine until the block ends."""
    signer = RemoteSigner(*keys)

    def answering(sent: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        asked = json.loads(sent)
        signer.asked.append(asked)
        signer.headers.append(headers)
        return signer.answer(signer, asked)

    with posting(answering) as signer.port:
        yield signer


def stamping(known: Country) -> Callable[[bytes], bytes]:
    """A time-stamping authority by pyHanko's own maker of tokens: request in, answer out."""
    key = known.stamper.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption())
    store = SimpleCertificateStore()
    store.register(asn1_x509.Certificate.load(known.root.der))
    maker = DummyTimeStamper(
        asn1_x509.Certificate.load(known.stamper.der), keys.PrivateKeyInfo.load(key),
        certs_to_embed=store, fixed_dt=SINCE.replace(month=11, day=9, hour=1),
    )

    def answer(request: bytes) -> bytes:
        made: bytes = maker.request_tsa_response(tsp.TimeStampReq.load(request)).dump()
        return made

    return answer


@contextmanager
def posting(
    answer: Callable[[bytes, dict[str, str]], tuple[int, bytes]],
) -> Iterator[int]:
    """Serve POST requests by a function until the block ends; yield the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            status, body = answer(sent, {k.lower(): v for k, v in self.headers.items()})
            served.send(self, status, body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing of callers that hung up."""

    server = Server(("127.0.0.1", 0), Handler)
    with answering(server):
        yield server.server_port
