"""Files of cases where the service is deployed: slow lines are not cut, and the child that looks at files has room."""

import re

import pytest
from tests.contract.rendered import ROOT, compose, container, of

from sixclear.feedback.attachment import stripping

MEBIBYTE = 1024 * 1024
FILES_OF_CASES = {"/api/feedback/v1/mailbox/files": "feedback", "/feedback/mailbox/files": "portal"}


@pytest.mark.parametrize("overlay", ["dev", "prod"])
def test_the_route_never_cuts_a_file_that_arrives(overlay: str) -> None:
    (route,) = of(overlay, "HTTPRoute").values()
    rules = {match["path"]["value"]: rule for rule in route["spec"]["rules"] for match in rule["matches"]}
    for path, service in FILES_OF_CASES.items():
        assert rules[path]["backendRefs"][0]["name"] == service
        assert rules[path]["timeouts"] == {"request": "0s", "backendRequest": "0s"}


def test_the_gateway_of_compose_hands_a_file_on_while_it_arrives() -> None:
    text = (ROOT / "deploy/compose/gateway.conf").read_text()
    blocks = dict(re.findall(r"location ([^{]+?) \{(.+?)\n    \}", text, flags=re.DOTALL))
    for path, service in FILES_OF_CASES.items():
        for line in (f"set $service {service};", "proxy_request_buffering off;", "proxy_read_timeout 200s;"):
            assert line in blocks[path]


@pytest.mark.parametrize("overlay", ["dev", "prod"])
def test_feedback_has_room_for_the_child_beside_itself(overlay: str) -> None:
    needed = stripping.MEMORY // MEBIBYTE + 400
    limits = container(of(overlay, "Deployment")["feedback"])["resources"]["limits"]
    assert int(limits["memory"].removesuffix("Mi")) >= needed
    assert compose()["services"]["feedback"]["mem_limit"] == "1g"
    assert needed <= 1024
