"""Refusals of addresses for notices."""

from sixclear.common.errors import DomainError


class NoticesNotSent(DomainError):
    code, status, title = "notices-not-sent", 409, "This installation sends no notices"
    meaning = "An address was given for notices, and no process of this installation sends mails."
    remedy = "Leave the address out, and look into the mailbox with the receipt code."
