"""The committee's question on the demonstration's own requests: 18 databases of 7 ministries, not approved, and why."""

import orjson
import pytest
from sqlalchemy import insert
from tests.integration.data_catalog.conftest import STANDING_BODY, Service

from sixclear.common.ids import stable_id
from sixclear.data_catalog.organisation.models import Organisation
from sixclear.launcher.demo.catalogue_steps import catalogue_steps
from sixclear.launcher.demo.organisations import agencies
from sixclear.launcher.demo.steps import facts


@pytest.mark.asyncio
async def test_the_databases_that_are_not_approved_are_told_with_names_and_reasons(service: Service) -> None:
    known = {"name_en": None, "epoch": 1, "version": 1}
    bodies = [
        {"entity_id": stable_id("organisation", code), "code": code, "codes": [code], "name_vi": f"Tên {code}"} | known
        for code in agencies()
        if code not in {"G06", "G01"}
    ]
    async with service.database.transaction() as session:
        await session.execute(insert(Organisation), bodies)
    for step in catalogue_steps():
        if step.lane.startswith("DK-"):
            body = step.client.removeprefix("org-")
            organisation_id = STANDING_BODY if body == step.client else stable_id("organisation", body)
            scopes = ("catalog:write", "catalog:approve", "facts:past")
            headers = service.issuer.headers(*scopes, client_id=step.client, organisation_id=organisation_id)
            headers |= {"content-type": "application/json"}
            answer = await service.http.post(step.path, content=orjson.dumps(step.body), headers=headers)
            assert answer.status_code in (200, 201), answer.text
    page = await service.get("/dossiers", waiting="true", kind="database")
    stated = facts()["databases"]["registered_not_approved"]
    assert (page["total"], page["organisations"]) == (stated["databases"], stated["ministries"]) == (18, 7)
    assert len({one["owner"]["name_vi"] for one in page["items"]}) == 7
    for one in page["items"]:
        assert (one["turn"], one["why"]) == ("owner", ["returned", "documents_missing"])
        missing = [document for document in one["documents"] if document["state"] == "missing"]
        assert len(missing) == one["counts"]["missing"] == one["registration"]["missing_documents"] == 2
        # From Thursday 20 November to Thursday 4 December.
        assert {document["waiting"]["working_days"] for document in missing} == {10}
        assert {document["asked_by"]["code"] for document in missing} == {"P57"}
