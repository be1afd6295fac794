"""Services and requests as GeoReport v2 has them, by its own names and in its own order."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sixclear.feedback.field.rules import CaseField, case_fields
from sixclear.feedback.open311.repository import Found
from sixclear.feedback.organisation.service import Briefs, brief

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-11-30 00:00"
CONTACT = "Gửi phản ánh, kiến nghị tại trang Phản ánh của hệ thống này."
NOTICE = (
    "Mã biên nhận: {code}. Hãy giữ kín: ai có mã sẽ mở được hộp thư của vụ việc, nơi có câu trả lời. / Receipt code:"
    " {code}. Keep it to yourself: it opens the mailbox with the answer."
)
_KINDS = {
    "feedback": "Phản ánh",
    "recommendation": "Kiến nghị",
    "initiative": "Sáng kiến",
    "solution": "Giải pháp",
}


def discovery(base: str) -> dict[str, Any]:
    """What is served where."""
    endpoint = {
        "specification": SPECIFICATION,
        "url": base,
        "changeset": CHANGESET,
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    return {"changeset": CHANGESET, "contact": CONTACT, "key_service": CONTACT, "endpoints": [endpoint]}


def services() -> list[dict[str, Any]]:
    """Every field of cases as a service."""
    return [
        {
            "service_code": field.code,
            "service_name": field.vi,
            "description": field.en,
            "metadata": True,
            "type": "realtime",
            "keywords": field.code.replace("-", ", "),
            "group": "feedback",
        }
        for field in case_fields().fields
    ]


def definition(code: str) -> dict[str, Any]:
    """What may be said beside the description: which kind it is, a title, and consent to a public copy."""
    kinds = [{"key": key, "name": name} for key, name in _KINDS.items()]
    yes_no = [{"key": "true", "name": "Đồng ý"}, {"key": "false", "name": "Không"}]
    about = "Đồng ý để tiêu đề, nội dung và câu trả lời được công khai sau khi đã bỏ dữ liệu cá nhân"
    return {
        "service_code": code,
        "attributes": [
            _attribute(1, "kind", "singlevaluelist", "Loại", kinds),
            _attribute(2, "title", "string", "Tiêu đề", []),
            _attribute(3, "consent", "singlevaluelist", about, yes_no),
        ],
    }


def _attribute(order: int, code: str, datatype: str, description: str, values: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "variable": True,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": None,
        "order": order,
        "description": description,
        "values": values,
    }


def requests_response(found: Sequence[Found], names: Briefs) -> list[dict[str, Any]]:
    """Public copies as service requests. Their days are those of the copies: no instant leads to a case."""
    fields = {field.code: field for field in case_fields().fields}
    return [_request(one, names, fields) for one in found]


def _request(found: Found, names: Briefs, fields: dict[str, CaseField]) -> dict[str, Any]:
    request_id, copy = found
    field = fields.get(copy.field or "", case_fields().fields[-1])
    place, body = brief(names, copy.place_id), brief(names, copy.organisation_id)
    return {
        "service_request_id": str(request_id),
        "status": "closed" if copy.answer is not None else "open",
        "status_notes": copy.answer,
        "service_name": field.vi,
        "service_code": field.code,
        "description": f"{copy.title}\n\n{copy.text}",
        "agency_responsible": body.name_vi if body else None,
        "service_notice": None,
        "requested_datetime": _midnight(copy.published_on),
        "updated_datetime": _midnight(copy.revised_on or copy.published_on),
        "expected_datetime": None,
        "address": place.name_vi if place else None,
        "address_id": place.code if place else None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00+07:00"


def posted_response(service_request_id: UUID, code: str) -> list[dict[str, Any]]:
    """What a post is answered: the identifier for the application, the receipt code for the person."""
    notice = NOTICE.format(code=code)
    return [{"service_request_id": str(service_request_id), "service_notice": notice, "account_id": None}]
