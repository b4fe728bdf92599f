"""Paths (chuỗi chứng thư): from a signer's certificate up to an authority that is trusted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    ValidationError,
)

from engine.signatures.trust import Trust

#: Certificates for signing have one of these; the law's make no difference between them.
_USAGE = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False,
)


class Context:
    """What is trusted, at a moment; the network is never asked."""

    def __init__(self, trust: Trust, at: datetime) -> None:
        self._trust, self._at = trust, at

    async def status(self, embedded: Any) -> Any:
        """Return what pyHanko says of a signature; raise its errors."""
        return await async_validate_pdf_signature(
            embedded, self._context(), key_usage_settings=_USAGE,
        )

    async def problem(
        self, certificate: Any, beside: Iterable[Any], revoked_by: datetime,
    ) -> str | None:
        """Return what is wrong with a certificate, as a status, None where nothing is."""
        validator = CertificateValidator(
            certificate, intermediate_certs=list(beside), validation_context=self._context(),
        )
        try:
            path = await validator.async_validate_path()
            # With a time stamp nobody else looks at what the certificate is for.
            _USAGE.validate(certificate)
        except PathBuildingError:
            return "unknown-ca"
        except ExpiredError:
            return "expired"
        except NotYetValidError:
            return "not-yet-valid"
        except (PathValidationError, ValidationError):
            return "untrusted"
        chain = [one.dump() for one in path][::-1]
        return "revoked" if self._trust.revoked(chain, revoked_by) else None

    def _context(self) -> Any:
        return ValidationContext(
            trust_roots=[x509.Certificate.load(der) for der in self._trust.anchors],
            other_certs=[x509.Certificate.load(der) for der in self._trust.others],
            moment=self._at, allow_fetching=False,
        )
