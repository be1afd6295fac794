"""A directive or document that does not belong in a programme is taken out of it when nothing names it."""

from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.directive import service as directives
from sixclear.tasks.directive.access import require_withdrawing_body
from sixclear.tasks.directive.errors import DirectiveInUse
from sixclear.tasks.directive.schemas import DirectiveWithdrawal
from sixclear.tasks.document import service as documents
from sixclear.tasks.document.access import require_keeping_body
from sixclear.tasks.document.errors import LegalDocumentInUse
from sixclear.tasks.document.schemas import DocumentWithdrawal
from sixclear.tasks.evidence.service import count_naming_document
from sixclear.tasks.task.service.find import count_naming


async def withdraw_directive(ctx: Context, directive_id: UUID, entry: DirectiveWithdrawal, expect: Expect) -> None:
    """Take a directive out of its programme; its history stays. Raises DirectiveInUse with the number of tasks.

    Its row is locked first, and a task holds the row that it is about to name: none comes to name a withdrawn one.
    """
    directive = await directives.locked(ctx, directive_id, expect)
    require_withdrawing_body(ctx, directive)
    naming = await count_naming(ctx, directive_id)
    if naming:
        raise DirectiveInUse(
            f"{naming} {'task names' if naming == 1 else 'tasks name'} it. Send each again with another directive or "
            "none; the programme's owner can refuse proposals."
        )
    await directives.withdraw(ctx, directive, entry)


async def withdraw_document(ctx: Context, document_id: UUID, entry: DocumentWithdrawal, expect: Expect) -> None:
    """Take a document out of its programme; its history stays. Raises LegalDocumentInUse.

    Its row is locked first, and evidence holds the row that it is about to name: none comes to name a withdrawn one.
    """
    document = await documents.locked(ctx, document_id, expect)
    require_keeping_body(ctx, document)
    naming = await count_naming_document(ctx, document_id)
    if naming:
        raise LegalDocumentInUse(f"{naming} {'piece' if naming == 1 else 'pieces'} of evidence name it.")
    await documents.withdraw(ctx, document, entry)
