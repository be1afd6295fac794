"""`GET /elements/{code}` is a property of the Open Data Contract Standard, as contract tools fetch it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator
from tests.integration.data_catalog.conftest import Service, an_approved_code_list, an_approved_element, element

_SCHEMA_FILE = Path(__file__).parents[3] / "fixtures/odcs/property-3.1.0.schema.json"
SCHEMA = json.loads(_SCHEMA_FILE.read_text(encoding="utf-8"))
PERSON_ID = "/api/catalog/v1/elements/so-dinh-danh-ca-nhan"


def problems(told: Any) -> list[str]:
    """What keeps `told` from being a property by the schema of the standard."""
    return [error.message for error in Draft201909Validator(SCHEMA).iter_errors(told)]


def test_the_schema_refuses_what_is_no_property() -> None:
    assert problems({"name": "x", "logicalType": "text"})
    assert problems({"name": "x", "legalBasis": "Luật"})
    assert problems({"logicalType": "string"})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"type": "date", "min_length": None, "max_length": None, "pattern": None, "unit": "ngày"},
        {"type": "integer", "min_length": None, "max_length": None, "pattern": None, "personal": False},
        {"type": "array", "min_length": None, "max_length": None, "pattern": None, "name_en": None},
        {"code_list": "gioi-tinh", "coding_rule": "Một chữ số\nTheo danh mục", "source": "Sổ hộ tịch"},
        {"legal_basis": element()["legal_basis"] | {"url": "https://example.invalid/luat"}, "demonstration": True},
    ],
)
async def test_an_element_and_its_version_are_properties_of_the_standard(
    service: Service, changes: dict[str, Any]
) -> None:
    await an_approved_code_list(service)
    path = await an_approved_element(service, **changes)
    for told in (await service.get(path), await service.get(f"{path}/versions/1")):
        assert problems(told) == []
        assert (told["name"], told["description"]) == ("so-dinh-danh-ca-nhan", element()["definition"])


@pytest.mark.asyncio
async def test_what_the_standard_has_no_member_for_stands_under_custom_properties(service: Service) -> None:
    told = await service.get(await an_approved_element(service))
    assert (told["businessName"], told["logicalType"], told["classification"]) == (
        "Số định danh cá nhân",
        "string",
        "personal",
    )
    assert told["logicalTypeOptions"] == {"minLength": 12, "maxLength": 12, "pattern": "^[0-9]{12}$"}
    facts = {one["property"]: one["value"] for one in told["customProperties"]}
    assert (facts["version"], facts["legalBasis"], facts["legalArticle"]) == (
        1,
        "Luật Căn cước số 26/2023/QH15",
        "Điều 9, khoản 3",
    )


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("application/yaml", "application/yaml"),
        ("text/yaml;q=0.9, application/json;q=0.1", "application/yaml"),
        ("application/yaml, application/json", "application/json"),
        ("application/vnd.entropydata.odcs+json", "application/json"),
        ("text/html", "application/json"),
        ("image/png, */*;q=0", "application/json"),
        ("nonsense", "application/json"),
        ("*/*", "application/json"),
    ],
)
async def test_yaml_is_given_where_it_is_asked_for_and_json_otherwise(service: Service, accept: str, kind: str) -> None:
    await an_approved_element(service)
    for path in (PERSON_ID, f"{PERSON_ID}/versions/1"):
        response = await service.http.get(path, headers={"Accept": accept})
        assert (response.status_code, response.headers["content-type"]) == (200, kind)
        assert response.headers["vary"] == "Accept"
        plain = (await service.http.get(path)).json()
        assert yaml.safe_load(response.text) == plain, "JSON is YAML too"


@pytest.mark.asyncio
async def test_each_form_has_a_tag_of_its_own_and_is_the_same_until_a_version_is_approved(service: Service) -> None:
    await an_approved_element(service)
    tags = {}
    for accept in ("application/json", "application/yaml"):
        tags[accept] = (await service.http.get(PERSON_ID, headers={"Accept": accept})).headers["etag"]
        same = await service.http.get(PERSON_ID, headers={"Accept": accept, "If-None-Match": tags[accept]})
        assert (same.status_code, same.headers["vary"]) == (304, "Accept")
    assert len(set(tags.values())) == 2
    path = await an_approved_element(service, definition="Mã số của công dân.")
    new = await service.http.get(f"/api/catalog/v1{path}", headers={"If-None-Match": tags["application/json"]})
    assert new.status_code == 200


@pytest.mark.asyncio
async def test_tools_are_answered_directly(service: Service) -> None:
    await an_approved_element(service)
    head = await service.http.head(PERSON_ID)
    assert (head.status_code, head.headers["content-type"]) == (200, "application/json")
    other_case = await service.http.get(PERSON_ID.replace("so-dinh", "SO-DINH"))
    assert other_case.status_code == 200, "a code in another case is the same one"
