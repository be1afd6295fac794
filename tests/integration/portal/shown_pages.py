"""The pages that everybody reads, each at an address that the stand-in knows."""

from tests.integration.portal.public_records import COPY_ID, PROPOSAL_ID

from sixclear.common.ids import stable_id

TASK = f"/tasks/{stable_id('task', '0')}"
UNIT = f"/organisations/{stable_id('organisation', '48')}"
DOCUMENT = f"/results/documents/{stable_id('document', '1')}"
INDICATOR = "/results/indicators/online-services"
COPY = f"/feedback/public/{COPY_ID}"
PROPOSAL = f"/feedback/proposals/{PROPOSAL_ID}"
# Without their own service there is no page of these.
RECORDS = (TASK, UNIT, INDICATOR, DOCUMENT, COPY, f"{COPY}/endorse", PROPOSAL)
PAGES = [
    "/",
    "/?as_of=2025-12-04",
    "/?programme=demonstration",
    "/tasks",
    "/tasks?q=none",
    TASK,
    "/organisations",
    "/organisations?q=quang+nam",
    UNIT,
    "/results",
    "/results?as_of=2025-12-04&organisation=01",
    INDICATOR,
    "/results/documents?type=law",
    DOCUMENT,
    "/results/money",
    "/results/scores",
    "/feedback",
    "/feedback?body=48",
    "/embed",
    "/embed?body=48",
    "/embed/feedback?body=48",
    "/feedback/mailbox",
    "/feedback/desk",
    "/feedback/public",
    "/feedback/public?answered=false",
    COPY,
    f"{COPY}/endorse",
    "/feedback/proposals",
    PROPOSAL,
    "/feedback/statistics",
    "/feedback/statistics?organisation=01&year=2025",
    "/verify",
    "/log",
    "/own/sign-in",
    "/catalogue",
    "/problems/stale-version",
    "/styleguide",
]
DATA_PATHS = {
    "/": "monitoring",
    "/tasks": "tasks",
    UNIT: "monitoring",
    "/results": "monitoring",
    "/catalogue": "data-catalog",
    "/feedback/public": "feedback",
    "/feedback/proposals": "feedback",
    "/feedback/statistics": "monitoring",
}
