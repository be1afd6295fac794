# mypy: ignore-errors
"""What a program of a body does with the Python client that openapi-generator makes of tasks' OpenAPI document."""

import os

from openapi_client import ApiClient, Configuration, OrganisationsApi, ProgressApi, TasksApi
from openapi_client.exceptions import ApiException
from openapi_client.models import BulkProgressItem, PatchTaskRequest, ProgrammeEntry, TaskProposal

NAME = "python-generator"


def connect(token: str) -> ApiClient:
    """A client of the platform with a token."""
    return ApiClient(Configuration(host=os.environ["ADDRESS"], access_token=token))


owner, lead = connect(os.environ["OWNER"]), connect(os.environ["LEAD"])
tasks_api = TasksApi(owner)


def proposal(number: int) -> TaskProposal:
    """One task for G06, by the names of the document."""
    return TaskProposal.from_dict(
        {
            "programme": NAME,
            "title": f"Nhiệm vụ {number}",
            "source": NAME,
            "external_id": f"NV-{number}",
            "assigned_by": "central",
            "assigning_organisation": "P57",
            "lead_organisation": "G06",
            "responsible_position": {"title": "Cục trưởng", "organisation": "G06"},
            "product": "Cơ sở dữ liệu vận hành",
            "authority": "Quyết định trong phạm vi được giao",
            "deadline": os.environ["DEADLINE"],
            "assign": True,
        }
    )


entry = ProgrammeEntry(slug=NAME, name_vi="Chương trình", name_en="Programme", resolution="57-NQ/TW", owner="P57")
OrganisationsApi(owner).register_programme(entry)

tasks = [tasks_api.put_task(proposal(n), idempotency_key=f"{NAME}-{n}").task_id for n in (1, 2, 3)]
again = tasks_api.put_task_with_http_info(proposal(1), idempotency_key=f"{NAME}-1")
assert (again.data.task_id, again.headers["idempotency-replayed"]) == (tasks[0], "true")

items = [BulkProgressItem(source=NAME, external_id=f"NV-{n}", percent=10 * n, text="Đã khởi động") for n in (1, 2, 3)]
assert ProgressApi(lead).report_progress_in_bulk(items).reported == 3

seen, cursor = [], None
while True:
    page = tasks_api.list_tasks(programme=NAME, limit=2, cursor=cursor)
    seen += [item.task_id for item in page.items]
    cursor = page.next
    if not cursor:
        break
assert sorted(seen) == sorted(tasks)

version = tasks_api.get_task_with_http_info(tasks[0]).headers["etag"]
change = PatchTaskRequest(title="Nhiệm vụ đã sửa")
assert tasks_api.patch_task(tasks[0], change, if_match=version).title == "Nhiệm vụ đã sửa"
status = 200
try:
    tasks_api.patch_task(tasks[0], change, if_match=version)
except ApiException as refused:
    status = refused.status
assert status == 412
