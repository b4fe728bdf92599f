"""Forms (biểu mẫu): from a form-js schema and what was sent to clean answers, or every fault.

The schema that form-js draws in the browser is the one that the server holds answers against.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError

from engine.errors import Invalid
from engine.forms.data import clean_data
from engine.forms.drawn import Form, read_form
from engine.forms.faults import faults

__all__ = ["APPLICANT", "PAPER", "Form", "clean", "clean_data", "clean_plain", "read_form"]


def clean(
    schema: Mapping[str, Any], answers: Mapping[str, Any], *, pointer: str = "/answers",
) -> dict[str, Any]:
    """Return the answers as the form takes them: known keys, NFC text, finite numbers.

    A box that was not ticked is False; other optional fields left out stay out. Raises Invalid with
    a Fault for each place below `pointer`, also for keys unknown or hidden by the form's condition.
    """
    form = Form.of(schema)
    try:
        return form.load(answers)
    except ValidationError as error:
        found = faults(error, pointer)
        raise Invalid(
            f"Thông tin gửi lên có {len(found)} chỗ cần sửa.",
            f"What was sent has {len(found)} places to mend.", found, code="answers-invalid",
        ) from error


def clean_plain(answers: Mapping[str, Any], *, pointer: str = "/answers") -> dict[str, Any]:
    """Return answers where no form is drawn: only the texts `reason`, `note` and `result`."""
    return clean(_PLAIN, answers, pointer=pointer)


def _texts(**validate: Mapping[str, Any]) -> Form:
    return Form({"type": "default", "components": [
        {"type": "textarea" if key in {"reason", "note", "because"} else "textfield", "key": key,
         "validate": dict(rules)}
        for key, rules in validate.items()
    ]})


_PLAIN = _texts(reason={"maxLength": 2000}, note={"maxLength": 2000}, result={"maxLength": 200})

#: Who hands a dossier in (người nộp), as Decree 61/2018 art. 17 has the receipt name them.
APPLICANT: Mapping[str, Any] = MappingProxyType(_texts(
    name={"required": True, "minLength": 2, "maxLength": 200},
    id_number={"pattern": r"^([0-9]{9}|[0-9]{12}|[A-Za-z][0-9]{7,8})$", "maxLength": 12},
    phone={"validationType": "phone"}, email={"validationType": "email"},
    address={"maxLength": 500},
))

#: What is said of a paper (giấy tờ): its name, why it is asked for anew, why it is withdrawn.
PAPER: Mapping[str, Any] = MappingProxyType(_texts(
    name={"maxLength": 300}, because={"maxLength": 2000}, reason={"maxLength": 2000},
    note={"maxLength": 2000},
))
