"""The examples of feedback's OpenAPI document are what the life of a submission asks and is answered."""

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from fastapi import FastAPI
from tests.contract.feedback.after_the_answer import what_a_sender_does
from tests.contract.feedback.clocks import the_clocks_of_a_submission
from tests.contract.feedback.reviewed_initiative import the_review_of_an_initiative
from tests.contract.feedback.test_feedback_examples import an_idea_is_taken_up, the_life_of_a_submission
from tests.integration.feedback.campaign.campaigned import an_answered_campaign
from tests.integration.feedback.challenge.challenged import a_held_submission
from tests.integration.feedback.conftest import KEY, Service, service, submission
from tests.integration.feedback.endorsement.endorsed import a_copy_that_is_endorsed
from tests.integration.feedback.link.linked import two_cases_of_one_need
from tests.integration.feedback.own_submission.letters import a_letter_and_what_became_of_it
from tests.integration.feedback.publication.released import MISTAKE, the_life_of_a_public_copy
from tests.integration.feedback.sealing.escrowed import an_escrow_key_that_is_over
from tests.integration.feedback.transparency.made_witnesses import MadeWitnesses

from sixclear.common.testing.http_examples import Exchanges
from sixclear.common.testing.route_costs import RouteCosts
from sixclear.feedback.challenge import rules
from sixclear.feedback.review.rules import LABELS
from sixclear.feedback.review.service import assigning

__all__ = ["service"]

EXAMPLES = Path(__file__).parents[3] / "services/feedback/src/sixclear/feedback/data/http-examples.json"

STATEMENTS = Path(__file__).parent / "statements.json"


@pytest.mark.asyncio
async def test_every_operation_shows_what_is_asked_and_answered(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A reviewer's letter is by chance, and an example must be the same every time.
    monkeypatch.setattr(assigning, "randbelow", lambda _: LABELS.index("G"))
    # So is a challenge.
    monkeypatch.setattr("altcha.v2.secrets", SimpleNamespace(token_bytes=lambda length: bytes(range(length))))
    monkeypatch.setattr(rules, "secrets", SimpleNamespace(token_bytes=lambda length: bytes(range(length))))
    exchanges = Exchanges(cast(FastAPI, service.app), service.http)
    costs = RouteCosts(cast(FastAPI, service.app), service.http, service.database)
    opening = await the_life_of_a_submission(service)
    # Nothing is signed yet: salts are random, and an example must be the same every time.
    assert (await service.public("/mailbox/statements", opening)).status_code == 200
    case, copy = await the_life_of_a_public_copy(service, opening)
    await a_copy_that_is_endorsed(service, copy)
    await two_cases_of_one_need(service)
    changed = await service.public("/mailbox/code", opening, **{"Idempotency-Key": "a-new-code-" + KEY})
    assert changed.status_code == 200, changed.text
    await what_a_sender_does(service)
    await the_clocks_of_a_submission(service)
    # One page: a cursor has an identifier by chance.
    hub = service.headers("feedback-hub")
    listed = await service.http.get(f"{service.prefix}/transfers", params={"state": "accepted"}, headers=hub)
    assert listed.status_code == 200, listed.text
    await MadeWitnesses(service, tmp_path, "university").sequencer(tmp_path / "files").run()
    idea = await an_idea_is_taken_up(service)
    shown = await service.http.get(f"{service.prefix}{idea}/proposal", headers=service.headers("feedback-hub"))
    assert shown.status_code == 200, shown.text
    await the_review_of_an_initiative(service)
    await a_letter_and_what_became_of_it(service)
    counted = await service.http.get(f"{service.prefix}/no-answers", params={"organisation": "G06"})
    assert counted.status_code == 200, counted.text
    destroyed = an_escrow_key_that_is_over(tmp_path / "keys")
    recorded = await service.post("custodian", "/escrow-destructions", destroyed)
    assert recorded.status_code == 201, recorded.text
    # Whole: an address that goes on is of an identifier by chance.
    asked = await service.http.get(f"{service.prefix}/identity-requests", headers=service.headers("custodian"))
    assert asked.status_code == 200, asked.text
    names = ("feedback-hub", "auditor", "custodian", "expert-1")
    readers = [partial(service.headers, client_id) for client_id in names]
    await exchanges.read_everything(*readers, tile="entries/000.p/2")
    withdrawn = await service.post("feedback-publisher", f"/submissions/{case}/publication/withdraw", MISTAKE)
    assert withdrawn.status_code == 200, withdrawn.text
    await an_answered_campaign(service)
    held = await a_held_submission(service, "held-" + KEY)
    refused = await service.send(submission(), "asked-for-work-" + KEY)
    assert refused.status_code == 428, refused.text
    released = await service.post("feedback-hub", f"/submissions/{held}/release", {})
    assert released.status_code == 200, released.text
    exchanges.same_as(EXAMPLES)
    costs.same_as(STATEMENTS)
