# mypy: ignore-errors
"""What a program of a body does with the client that openapi-python-client makes of tasks' OpenAPI document."""

import os
from uuid import UUID

from sixclear_tasks_client import AuthenticatedClient
from sixclear_tasks_client.api.organisations import register_programme
from sixclear_tasks_client.api.progress import report_progress_in_bulk
from sixclear_tasks_client.api.tasks import get_task, list_tasks, patch_task, put_task
from sixclear_tasks_client.models import BulkProgressItem, PatchTaskBody, ProgrammeEntry, TaskProposal

ADDRESS, NAME = os.environ["ADDRESS"], "python-client"
owner = AuthenticatedClient(base_url=ADDRESS, token=os.environ["OWNER"])
lead = AuthenticatedClient(base_url=ADDRESS, token=os.environ["LEAD"])


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


entry = {"slug": NAME, "name_vi": "Chương trình", "name_en": "Programme", "resolution": "57-NQ/TW", "owner": "P57"}
assert register_programme.sync_detailed(client=owner, body=ProgrammeEntry.from_dict(entry)).status_code == 201

made = [put_task.sync_detailed(client=owner, body=proposal(n), idempotency_key=f"{NAME}-{n}") for n in (1, 2, 3)]
tasks: list[UUID] = [answer.parsed.task_id for answer in made]
again = put_task.sync_detailed(client=owner, body=proposal(1), idempotency_key=f"{NAME}-1")
assert (again.parsed.task_id, again.headers["Idempotency-Replayed"]) == (tasks[0], "true")

items = [BulkProgressItem(source=NAME, external_id=f"NV-{n}", percent=10 * n, text="Đã khởi động") for n in (1, 2, 3)]
assert report_progress_in_bulk.sync(client=lead, body=items).reported == 3

seen: list[UUID] = []
cursor = None
while True:
    page = list_tasks.sync(client=owner, programme=NAME, limit=2, cursor=cursor)
    seen += [item.task_id for item in page.items]
    cursor = page.next_
    if not cursor:
        break
assert sorted(seen) == sorted(tasks)

version = get_task.sync_detailed(tasks[0], client=owner).headers["ETag"]
body = PatchTaskBody.from_dict({"title": "Nhiệm vụ đã sửa"})
changed = patch_task.sync_detailed(tasks[0], client=owner, body=body, if_match=version)
assert changed.parsed.title == "Nhiệm vụ đã sửa"
stale = patch_task.sync_detailed(tasks[0], client=owner, body=body, if_match=version)
assert (stale.status_code, stale.parsed.code) == (412, "stale-version")
