"""Code lists: read, drafted, approved, withdrawn."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sixclear.common.entity import next_version
from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key
from sixclear.common.use_case import Context, Expect
from sixclear.data_catalog.approval import service as approval
from sixclear.data_catalog.approval.access import readable_owners, reads_whole, require_keeper
from sixclear.data_catalog.approval.errors import VersionNotFound
from sixclear.data_catalog.approval.schemas import ApproveStep, WithdrawStep
from sixclear.data_catalog.code_list import repository
from sixclear.data_catalog.code_list.errors import CodeListNotFound, CodeListNotInForce
from sixclear.data_catalog.code_list.models import CodeList, CodeListVersion
from sixclear.data_catalog.code_list.repository import Listed
from sixclear.data_catalog.code_list.responses import is_expired
from sixclear.data_catalog.code_list.schemas import CodeListContent, CodeListDescription
from sixclear.data_catalog.organisation import service as organisations

_WHAT = "The code list"
_OWNER = "#/owner_organisation_id"


async def list_code_lists(ctx: Context, after: tuple[str, UUID] | None, limit: int) -> Sequence[Listed]:
    """Approved code lists in the order of their codes."""
    return await repository.list_code_lists(ctx.session, after=after, limit=limit)


async def get_code_list(ctx: Context, code: str) -> CodeList:
    """The approved code list with this code; raises CodeListNotFound."""
    row = await repository.find_code_list(ctx.session, code)
    if row is None or row.status != "approved":
        raise CodeListNotFound("List them at /code-lists.")
    return row


async def get_version(ctx: Context, code: str, number: int) -> tuple[CodeList, CodeListVersion]:
    """A version that was approved once, also one that a newer one superseded. Raises VersionNotFound."""
    row = await repository.find_code_list(ctx.session, code)
    found = None if row is None else await repository.find_version(ctx.session, row.code_list_id, number)
    if row is None or found is None or found.approved_at is None:
        raise VersionNotFound("The code list or this version of it is not known.")
    return row, found


async def get_own(ctx: Context, code: str) -> tuple[CodeList, CodeListVersion | None]:
    """The code list with its draft, for those who keep and approve it; raises CodeListNotFound."""
    row = await repository.find_code_list(ctx.session, code)
    if row is None or not await reads_whole(ctx, row.owner_organisation_id):
        raise CodeListNotFound("No code list that you keep has this code.")
    return row, await repository.find_version(ctx.session, row.code_list_id, row.draft_number)


async def put_draft(
    ctx: Context, described: CodeListDescription, expect: Expect
) -> tuple[CodeList, CodeListVersion | None, bool]:
    """Register a code list by its first draft, or write a draft of its next version; True when it is new.

    What says the same again changes nothing.
    """
    named = await organisations.referenced(ctx, {_OWNER: described.owner_organisation_id})
    row = await repository.find_or_wait(ctx.session, described.code)
    owner = named.get(_OWNER) or (ctx.caller.own_organisation() if row is None else row.owner_organisation_id)
    require_keeper(ctx, owner, "write code lists of another organisation")
    if row is not None and row.owner_organisation_id != owner:
        require_keeper(ctx, row.owner_organisation_id, "write this code list: another organisation keeps its code")
    expect(row)
    content = _content(described)
    is_new = row is None
    if row is None:
        row = _new(described, owner)
        ctx.session.add(row)
    draft = await repository.find_version(ctx.session, row.code_list_id, row.draft_number)
    if approval.says_so_already(row, draft, content):
        return row, draft, False
    if draft is None:
        draft = CodeListVersion(code_list_id=row.code_list_id)
    approval.write_draft(ctx, row, draft, content)
    await ctx.session.flush()
    ctx.session.add(draft)
    await ctx.session.flush()
    return row, draft, is_new


async def approve(ctx: Context, code: str, step: ApproveStep, expect: Expect) -> CodeList:
    """Approve the draft of a code list; another person than who wrote it."""
    row = await _locked(ctx, code, expect)
    draft = await repository.find_version(ctx.session, row.code_list_id, row.draft_number)
    _, at = approval.approve(ctx, _WHAT, row, draft, step)
    assert draft is not None
    before = await repository.find_version(ctx.session, row.code_list_id, row.approved_number)
    fields = approval.set_approved(ctx, draft, before, at)
    names = (row.code, draft.content["name_vi"], draft.content["name_en"])
    _apply(ctx, row, fields | {"search_text": fold(" ".join(filter(None, names)))})
    await ctx.session.flush()
    return row


async def withdraw(
    ctx: Context, code: str, step: WithdrawStep, expect: Expect
) -> tuple[CodeList, CodeListVersion | None]:
    """Withdraw the approved version of a code list; a draft stays."""
    row = await _locked(ctx, code, expect)
    number = approval.require_approved(_WHAT, row)
    version = await repository.find_version(ctx.session, row.code_list_id, number)
    assert version is not None
    at = ctx.fact_time(step.occurred_at, row.decided_at)
    _apply(ctx, row, approval.set_withdrawn(version, step.reason, at))
    await ctx.session.flush()
    return row, await repository.find_version(ctx.session, row.code_list_id, row.draft_number)


async def known(ctx: Context, codes: Collection[str]) -> set[str]:
    """The forms of those of these codes that code lists have of which the caller may know.

    One that was never approved is known to who reads its draft.
    """
    found = await repository.find_standings(ctx.session, codes)
    drafts = any(row.status == "draft" for row in found)
    owners = await readable_owners(ctx) if drafts else ()
    return {
        row.folded_key
        for row in found
        if row.status != "draft" or owners is None or row.owner_organisation_id in owners
    }


async def number_in_force(ctx: Context, code: str) -> int:
    """The number of the approved version of a code list; raises CodeListNotInForce without one, or after its end."""
    row = await repository.find_code_list(ctx.session, code)
    if row is None or row.approved_number is None or is_expired((row.content or {}).get("valid_until"), ctx.now):
        raise CodeListNotInForce("The draft names a code list that is not in force.")
    return row.approved_number


async def _locked(ctx: Context, code: str, expect: Expect) -> CodeList:
    row = await repository.find_code_list(ctx.session, code, lock=True)
    if row is None:
        raise CodeListNotFound("No code list has this code.")
    expect(row)
    return row


def _apply(ctx: Context, row: CodeList, fields: dict[str, object]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    next_version(row, ctx.now, ctx.now, published=False)


def _new(described: CodeListDescription, owner: UUID) -> CodeList:
    key = folded_key(described.code)
    return CodeList(
        code_list_id=stable_id("code_list", key),
        code=described.code,
        folded_key=key,
        owner_organisation_id=owner,
        status="draft",
        last_number=0,
        search_text="",
        demonstration=described.demonstration,
        version=0,
    )


def _content(described: CodeListDescription) -> dict[str, object]:
    return described.model_dump(mode="json", include=set(CodeListContent.model_fields))
