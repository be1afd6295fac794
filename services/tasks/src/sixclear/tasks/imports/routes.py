"""Files of rows in, what became of each row out; and the templates to fill in."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from sixclear.common.bulk.errors import BulkRefused, BulkTooLarge, TooManyJobs
from sixclear.common.bulk.files import DryRun, Files
from sixclear.common.bulk.incoming import ACCEPTED, OWN_ANSWERS, FileRoute, take_file
from sixclear.common.bulk.tables import CSV, XLSX
from sixclear.common.errors import NotFound, UnsupportedMediaType
from sixclear.common.spreadsheets.errors import ColumnsUnknown, WorkbookTooLarge, WorkbookUnreadable
from sixclear.common.web.access import Access
from sixclear.common.web.openapi import lines_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep
from sixclear.tasks.budget.access import KEEP
from sixclear.tasks.directive.access import ENTERING
from sixclear.tasks.document.access import ENTER
from sixclear.tasks.file.errors import FileHasMacros
from sixclear.tasks.imports.schemas import ImportKind, ImportResult, ImportRow, Mode, TableFormat
from sixclear.tasks.imports.service import template
from sixclear.tasks.imports.service.take import IMPORTS
from sixclear.tasks.indicator.access import DEFINE
from sixclear.tasks.milestone.access import PLAN
from sixclear.tasks.task import access
from sixclear.tasks.value.access import SUPPLY

router = APIRouter(route_class=FileRoute, tags=["tasks"])
templates = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

# Each kind has the rule of its single route. The address admits a caller with one scope of all, then by that rule.
_RULES: Mapping[ImportKind, Access] = {
    "directives": Access.scope("tasks:administer", organisation=ENTERING),
    "tasks": Access.scope("tasks:write", organisation=access.PROPOSING),
    "assignments": Access.scope("tasks:assign", "tasks:report", organisation="own"),
    "reports": access.REPORT,
    "periods": Access.scope("tasks:confirm", organisation=access.CONFIRMING),
    "milestones": PLAN,
    "results": Access.scope("tasks:report", "tasks:confirm", organisation="own"),
    "documents": ENTER,
    "indicators": DEFINE,
    "targets": DEFINE,
    "values": SUPPLY,
    "budgets": KEEP,
    "amounts": KEEP,
    "assessments": Access.scope("tasks:report", "tasks:administer", "tasks:confirm", organisation="own"),
}
SCOPES = ("tasks:administer", "tasks:write", "tasks:assign", "tasks:report", "tasks:confirm")
ANY = Depends(Access.scope(*SCOPES, organisation="own"))


class ByKind:
    """Which import the address names; its own rule admits the caller, too."""

    async def __call__(self) -> None:
        """Nothing to do when the route is called: `FileRoute` reads the value when it is made."""

    async def of(self, request: Request) -> Files:
        """The import of this request; raises NotFound, and what the single route raises for this caller."""
        kind = request.path_params["kind"]
        files = IMPORTS.get(kind)
        if files is None:
            raise NotFound(f"There is no such import. These are: {', '.join(IMPORTS)}.")
        await _RULES[kind].admit(request)
        return files


_FILE = (
    "One ImportRow in JSON a line, in UTF-8, or a JSON array of them. As CSV in UTF-8 (with or without its mark, cells "
    "between semicolons, commas or tabs) or as a workbook, the first row has the headings of the template."
)
_EXAMPLE = "Hệ thống nguồn;Mã trong hệ thống nguồn;Việc\r\nministry;NV-5;Giao\r\n"
_BODY = lines_of(ImportRow, _FILE)
_BODY["requestBody"]["content"] |= {
    CSV: {"schema": {"type": "string", "description": "A table, of any length."}, "example": _EXAMPLE},
    XLSX: {"schema": {"type": "string", "format": "binary", "description": "A workbook, within limits."}},
}
_REFUSALS = (
    NotFound,
    *(BulkTooLarge, BulkRefused, TooManyJobs, UnsupportedMediaType),
    *(ColumnsUnknown, WorkbookTooLarge, WorkbookUnreadable, FileHasMacros),
)
ModeParam = Annotated[
    Mode,
    Query(
        description="`each`: a refused row stops no other. `atomic`: where a row is refused, none is taken. A file "
        "that is taken at once is then one transaction, and the answer is 422 `bulk-refused`. One that becomes a job "
        "is checked whole first; should a row be refused afterwards, because something changed meanwhile, the job "
        "stops before the rows that are taken with it, and says how far it came."
    ),
]


@router.post(
    "/imports/{kind}",
    operation_id="importRows",
    dependencies=[ANY, Depends(ByKind()), OWN_ANSWERS],
    response_model=ImportResult,
    responses=ACCEPTED | problem_responses(*_REFUSALS),
    openapi_extra=_BODY,
)
async def import_rows(
    ctx: ContextDep, request: Request, kind: ImportKind, dry_run: DryRun = False, mode: ModeParam = "each"
) -> Any:
    """Take the rows of a file, each by the rules of the single route: NDJSON, CSV or a workbook (XLSX).

    The answer names each refused row at its cell, and what to do; a row that changes nothing is `unchanged`. A file
    with more rows than one transaction takes becomes a job: the answer is 202 with its address. Each kind needs the
    scope of its single route: `tasks:administer` for directives, documents, indicators and targets, `tasks:write` for
    tasks, `tasks:assign` or `tasks:report` for assignments, milestones, budgets and amounts, `tasks:report` for reports
    and values, `tasks:confirm` for periods and for values that come approved, one of both for results. Assessments are
    opened with `tasks:report` or `tasks:administer`, answered with `tasks:report`, verified with `tasks:confirm`.
    """
    return await take_file(ctx, request, IMPORTS[kind], dry_run=dry_run, atomic=mode == "atomic")


FormatParam = Annotated[TableFormat, Query(description="The form of the file.")]
_TEMPLATE: dict[str, Any] = {
    CSV: {"schema": {"type": "string"}, "example": template.as_csv("assignments").decode()},
    XLSX: {"schema": {"type": "string", "format": "binary"}},
}


@templates.get(
    "/imports/{kind}/template",
    operation_id="getImportTemplate",
    dependencies=[Depends(Access.public("A template has headings and no data."))],
    response_class=Response,
    responses={200: {"description": "A table without rows.", "content": _TEMPLATE}},
)
async def get_template(kind: ImportKind, format: FormatParam = "csv") -> Response:
    """The headings that the import of a kind takes, as a file to fill in. Columns may be left out."""
    headings = {"Content-Disposition": f'attachment; filename="{kind}.{format}"'}
    if format == "csv":
        return Response(template.as_csv(kind), 200, headings, CSV)
    return Response(await template.as_xlsx(kind), 200, headings, XLSX)
