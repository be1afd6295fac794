"""Elements: read by everyone, drafted one by one or by file, approved, withdrawn."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import orjson

from sixclear.common.change import Change
from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect, ReferenceUnknown, unknown_reference
from sixclear.data_catalog.approval import service as approval
from sixclear.data_catalog.approval.access import readable_owners, reads_whole, require_keeper
from sixclear.data_catalog.approval.errors import VersionNotFound
from sixclear.data_catalog.approval.schemas import ApproveStep, WithdrawStep
from sixclear.data_catalog.code_list import service as code_lists
from sixclear.data_catalog.element import repository
from sixclear.data_catalog.element.errors import ElementNotFound
from sixclear.data_catalog.element.models import Element, ElementVersion
from sixclear.data_catalog.element.recording import ELEMENT
from sixclear.data_catalog.element.repository import ElementFilter
from sixclear.data_catalog.element.schemas import ElementContent, ElementDescription
from sixclear.data_catalog.entry import service as entries
from sixclear.data_catalog.organisation import service as organisations

_WHAT = "The element"
_OWNER, _LIST = "#/owner_organisation_id", "#/code_list"


async def list_elements(
    ctx: Context, narrow: ElementFilter, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Element]:
    """Approved elements that are public, in the order of their codes."""
    return await repository.list_elements(ctx.session, narrow, after=after, limit=limit)


async def count_elements(ctx: Context, narrow: ElementFilter) -> int:
    """How many elements the list has, as `count_up_to` says it."""
    return await repository.count_elements(ctx.session, narrow)


async def get_element(ctx: Context, code: str) -> Element:
    """The element with this code, approved and public; raises ElementNotFound."""
    element = await repository.find_element(ctx.session, code)
    if element is None or element.restricted or element.status != "approved":
        raise ElementNotFound("List them at /elements.")
    return element


async def get_version(ctx: Context, code: str, number: int) -> tuple[Element, ElementVersion]:
    """A version that was approved once and is public, whatever came after it. Raises VersionNotFound."""
    element = await repository.find_element(ctx.session, code)
    if element is None or element.restricted:
        raise VersionNotFound("The element or this version of it is not known.")
    version = await repository.find_version(ctx.session, element.element_id, number)
    if version is None or version.approved_at is None or version.content["restricted"]:
        raise VersionNotFound("The element or this version of it is not known.")
    return element, version


async def list_versions(ctx: Context, code: str, before: int | None, limit: int) -> Sequence[ElementVersion]:
    """The versions of an element that were approved as public, the newest first. Raises ElementNotFound."""
    element = await repository.find_element(ctx.session, code)
    found: Sequence[ElementVersion] = ()
    if element is not None and not element.restricted:
        found = await repository.list_versions(ctx.session, element.element_id, before=before, limit=limit)
    if not found and before is None:
        raise ElementNotFound("List them at /elements.")
    return found


async def known(ctx: Context, codes: Collection[str]) -> Mapping[str, Element]:
    """Those of these elements of which the caller may know, by the forms of their codes: approved public ones, own."""
    found = await repository.find_coded(ctx.session, codes)
    hidden = any(row.restricted or row.status != "approved" for row in found)
    owners = await readable_owners(ctx) if hidden else ()
    return {
        row.folded_key: row
        for row in found
        if (row.status == "approved" and not row.restricted) or owners is None or row.owner_organisation_id in owners
    }


async def list_own(
    ctx: Context, status: str | None, *, drafts: bool, after: tuple[str, UUID] | None, limit: int
) -> tuple[Sequence[Element], Mapping[UUID, ElementVersion]]:
    """The elements of the bodies whose drafts the caller reads, with their drafts."""
    owners = await readable_owners(ctx)
    rows = await repository.list_kept(ctx.session, owners, status, drafts=drafts, after=after, limit=limit)
    return rows, await repository.find_drafts(ctx.session, rows)


async def get_own(ctx: Context, code: str) -> tuple[Element, ElementVersion | None]:
    """The element with its draft, for those who keep and approve it; raises ElementNotFound."""
    element = await repository.find_element(ctx.session, code)
    if element is None or not await reads_whole(ctx, element.owner_organisation_id):
        raise ElementNotFound("No element that you keep has this code.")
    return element, await draft_of(ctx, element)


async def still_readable(ctx: Context, answer: bytes) -> bytes:
    """What the caller may read now of an answer that was kept for it, of whatever is kept in this service.

    Raises ElementNotFound, CodeListNotFound, EntryNotFound.
    """
    told: Any = orjson.loads(answer) if answer else None
    if not isinstance(told, dict):
        return answer
    if "element_id" in told:
        await get_own(ctx, told["code"])
        return answer
    if "code_list_id" in told:
        await code_lists.get_own(ctx, told["code"])
        return answer
    return await entries.still_readable(ctx, answer)


async def draft_of(ctx: Context, element: Element) -> ElementVersion | None:
    """The draft of an element, where there is one."""
    return await repository.find_version(ctx.session, element.element_id, element.draft_number)


async def put_draft(
    ctx: Context, described: ElementDescription, expect: Expect
) -> tuple[Element, ElementVersion | None, bool]:
    """Register an element by its first draft, or write the draft of its next version; True when it is new.

    What says the same again changes nothing. Raises ReferenceUnknown, OrganisationNotAllowed, and what `expect` raises.
    """
    drafting = await Drafting.load(ctx, [described])
    # What another body keeps is refused before its version is compared: the refusal would tell that version.
    planned = drafting.plan(described)
    expect(drafting.known.get(folded_key(described.code)))
    await drafting.write([planned])
    return planned.element, planned.draft, planned.outcome == "registered"


async def approve(ctx: Context, code: str, step: ApproveStep, expect: Expect) -> Element:
    """Approve the draft of an element as it was read; another person than who wrote it.

    One that becomes restricted is withdrawn for everyone else in the same transaction.
    """
    element = await _locked(ctx, code, expect)
    draft = await draft_of(ctx, element)
    change, at = approval.approve(ctx, _WHAT, element, draft, step)
    assert draft is not None
    number = None
    if draft.content["code_list"] is not None:
        number = await code_lists.number_in_force(ctx, draft.content["code_list"])
    draft.content = draft.content | {"code_list_number": number}
    before = await repository.find_version(ctx.session, element.element_id, element.approved_number)
    restricted: bool = draft.content["restricted"]
    if restricted and not element.restricted and before is not None:
        await record(ctx, element, Change("withdrawn", {}), at, ELEMENT)
    fields = approval.set_approved(ctx, draft, before, at)
    fields |= {"restricted": restricted, "search_text": _search_text(element.code, draft.content)}
    await record(ctx, element, Change(change, fields), at, ELEMENT)
    return element


async def withdraw(ctx: Context, code: str, step: WithdrawStep, expect: Expect) -> Element:
    """Withdraw the approved version of an element; a draft stays."""
    element = await _locked(ctx, code, expect)
    number = approval.require_approved(_WHAT, element)
    version = await repository.find_version(ctx.session, element.element_id, number)
    assert version is not None
    at = ctx.fact_time(step.occurred_at, element.decided_at)
    fields = approval.set_withdrawn(version, step.reason, at)
    await record(ctx, element, Change("withdrawn", fields), at, ELEMENT, reason=step.reason)
    return element


async def _locked(ctx: Context, code: str, expect: Expect) -> Element:
    element = await repository.find_element(ctx.session, code, lock=True)
    if element is None:
        raise ElementNotFound("No element has this code.")
    expect(element)
    return element


def _search_text(code: str, content: Mapping[str, Any]) -> str:
    words = (code, content["name_vi"], content["name_en"], content["definition"])
    return fold(" ".join(filter(None, words)))


@dataclass(slots=True)
class Planned:
    """What a description comes to: the element, its draft, and what is written into it."""

    element: Element
    draft: ElementVersion | None
    content: dict[str, Any]
    outcome: Literal["registered", "drafted", "unchanged"]


@dataclass(frozen=True, slots=True)
class Drafting:
    """Descriptions that are taken in one transaction, with all that they name."""

    ctx: Context
    # By the forms of their codes; their rows are locked.
    known: Mapping[str, Element]
    drafts: Mapping[UUID, ElementVersion]
    owners: Mapping[str, UUID]
    lists: Collection[str]

    @classmethod
    async def load(cls, ctx: Context, described: Sequence[ElementDescription]) -> "Drafting":
        """What these descriptions name, with a few statements for all of them."""
        known = await repository.lock_coded(ctx.session, {one.code for one in described})
        drafts = await repository.find_drafts(ctx.session, known.values())
        owners = {}
        for reference in {one.owner_organisation_id for one in described if one.owner_organisation_id}:
            try:
                owners[reference] = (await organisations.referenced(ctx, {_OWNER: reference}))[_OWNER]
            except ReferenceUnknown:
                continue
        lists = await code_lists.known(ctx, {one.code_list for one in described if one.code_list})
        return cls(ctx, known, drafts, owners, lists)

    def plan(self, described: ElementDescription) -> Planned:
        """What a description comes to. Nothing is written. Raises ReferenceUnknown, OrganisationNotAllowed."""
        element = self.known.get(folded_key(described.code))
        owner = self._owner(described, element)
        require_keeper(self.ctx, owner, "write elements of another organisation")
        if element is not None and element.owner_organisation_id != owner:
            require_keeper(self.ctx, element.owner_organisation_id, "write this element: another body keeps its code")
        if described.code_list is not None and folded_key(described.code_list) not in self.lists:
            raise ReferenceUnknown(errors=[unknown_reference(_LIST, "code-list")])
        content = described.model_dump(mode="json", include=set(ElementContent.model_fields))
        if element is None:
            return Planned(_new(described, owner), None, content, "registered")
        draft = self.drafts.get(element.element_id)
        same = approval.says_so_already(element, draft, content)
        return Planned(element, draft, content, "unchanged" if same else "drafted")

    async def write(self, planned: Sequence[Planned]) -> None:
        """Write the drafts of what was planned; what says the same again is passed over."""
        changed = [one for one in planned if one.outcome != "unchanged"]
        drafts = []
        for one in changed:
            draft = one.draft or ElementVersion(element_id=one.element.element_id)
            approval.write_draft(self.ctx, one.element, draft, one.content)
            one.draft = draft
            drafts.append(draft)
        await repository.store(self.ctx.session, [one.element for one in changed], drafts)

    def _owner(self, described: ElementDescription, element: Element | None) -> UUID:
        reference = described.owner_organisation_id
        if reference is None:
            return self.ctx.caller.own_organisation() if element is None else element.owner_organisation_id
        if reference not in self.owners:
            raise ReferenceUnknown(errors=[unknown_reference(_OWNER, "organisation")])
        return self.owners[reference]


def _new(described: ElementDescription, owner: UUID) -> Element:
    key = folded_key(described.code)
    return Element(
        element_id=stable_id("element", key),
        code=described.code,
        folded_key=key,
        owner_organisation_id=owner,
        status="draft",
        restricted=False,
        last_number=0,
        search_text="",
        demonstration=described.demonstration,
        version=0,
    )
