"""Refusals of requests on directives."""

from sixclear.common.errors import DomainError


class DirectiveNotFound(DomainError):
    code, status, title = "directive-not-found", 404, "Directive not found"
    meaning = "No directive has this identifier, or the one that has it was withdrawn."
    remedy = "Check the identifier, or enter the directive first."


class DirectiveInUse(DomainError):
    code, status, title = "directive-in-use", 409, "Tasks name this directive"
    meaning = "A directive is withdrawn when no task names it; proposals that are over do not count."
    remedy = "Send each task again with another directive or none, or refuse the proposals that name it."


class TooManyOpenDirectives(DomainError):
    code, status, title = "too-many-open-directives", 409, "Too many directives wait for a task"
    meaning = (
        "The organisation has entered as many directives in this programme of another body as may be there before the "
        "owner of the programme assigns a task that names them."
    )
    remedy = "Withdraw a directive that is not needed, or ask the owner of the programme to enter it."
