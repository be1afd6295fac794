"""The list of fields over HTTP."""

from fastapi import APIRouter, Depends

from sixclear.common.web.access import Access
from sixclear.common.web.route import TransactionalRoute
from sixclear.feedback.field.rules import case_fields
from sixclear.feedback.field.schemas import CaseFieldList

router = APIRouter(route_class=TransactionalRoute, tags=["public copies"])


@router.get(
    "/fields",
    operation_id="listCaseFields",
    dependencies=[Depends(Access.public("The list of fields ships with the product."))],
)
async def list_case_fields() -> CaseFieldList:
    """The fields that a case can be of, all of them, in the order in which a form shows them."""
    return CaseFieldList.model_validate(case_fields(), from_attributes=True)
