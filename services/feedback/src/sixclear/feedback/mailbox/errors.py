"""Refusals of requests to a mailbox: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class MailboxNotFound(DomainError):
    code, status, title = "mailbox-not-found", 404, "No mailbox opens with this code"
    meaning = "The receipt code is not one that was given out, or a character of it is wrong."
    remedy = "Check every character of the code, then type it again. The letters I, L, O and U are not used."


class MailboxFull(DomainError):
    code, status, title = "mailbox-full", 409, "The mailbox is full"
    meaning = "The case holds as many messages as it may; a question that stops the clock, and its reply, find room."
    remedy = "As its sender, wait for the answer. As a handler, answer, or ask for what lacks (`askCompletion`)."
