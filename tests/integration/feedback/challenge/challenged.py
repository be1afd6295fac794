"""What senders do while too many submissions come."""

from dataclasses import replace
from typing import Any

from altcha import Challenge, Payload, solve_challenge
from tests.integration.feedback.conftest import KEY, Service, submission

from sixclear.common.service_state import ServiceState
from sixclear.feedback.submission.dependencies import Parts


def ask_for_work(service: Service, mode: str = "always", above: int = 300) -> None:
    """Run the service with another setting."""
    state: ServiceState = service.app.state.service_state
    assert isinstance(state.own, Parts)
    settings = state.own.settings.model_copy(update={"proof_of_work": mode, "proof_of_work_above": above})
    service.app.state.service_state = replace(state, own=replace(state.own, settings=settings))


async def offered(service: Service) -> dict[str, Any]:
    """What a sender is given to show."""
    response = await service.http.get(f"{service.prefix}/challenge")
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    shown: dict[str, Any] = response.json()
    return shown


def solution_of(offer: dict[str, Any]) -> dict[str, str]:
    """The header with the work that an offer asks for."""
    challenge = Challenge.from_dict(offer["challenge"])
    solution = solve_challenge(challenge)
    assert solution is not None
    return {"Sixclear-Proof-Of-Work": Payload(challenge, solution).to_base64()}


def form_of(offer: dict[str, Any]) -> dict[str, str]:
    """The header of a form without script."""
    return {"Sixclear-Form-Token": offer["form_token"]}


async def a_held_submission(service: Service, key: str = KEY, **changes: Any) -> str:
    """What somebody sends by a form without script while work is asked for; answers its identifier."""
    ask_for_work(service)
    offer = await offered(service)
    service.clock.pass_by(seconds=10)
    sent = await service.send(submission(**changes), key, **form_of(offer))
    assert sent.status_code == 201, sent.text
    return str(sent.json()["submission_id"])
