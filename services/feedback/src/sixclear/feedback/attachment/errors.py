"""Refusals of requests on files of cases: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class AttachmentNotFound(DomainError):
    code, status, title = "attachment-not-found", 404, "The case has no such file"
    meaning = "No file with this identifier is in the case, or it was erased."
    remedy = "Take the identifier from `files` of the case."


class AttachmentKindRefused(DomainError):
    code, status, title = "attachment-kind-refused", 422, "This kind of file is not taken"
    meaning = "The content is none of the kinds that are taken, runs programs, or is not what its name says."
    remedy = "Send one of the kinds that the detail names, without macros, under a name with its own ending."


class AttachmentUnreadable(DomainError):
    code, status, title = "attachment-unreadable", 422, "The file does not open"
    meaning = "The file is broken, has a password, or takes more time or memory to open than a file may."
    remedy = "Open it on your own computer, save it again without a password, or as a smaller PDF, and send that file."


class AttachmentInfected(DomainError):
    code, status, title = "attachment-infected", 422, "The file holds harmful software"
    meaning = "The scanner of this installation knows what is in the file as harmful. Nothing of it was kept."
    remedy = "Check your computer. Say in a message what the file was to show, or send a picture of it."


class AttachmentHeld(DomainError):
    code, status, title = "attachment-held", 409, "The file was not looked at yet"
    meaning = "The scanner of this installation does not answer. The file is kept, and shown to no handler before that."
    remedy = "Wait: it is looked at as soon as the scanner answers. If that lasts, tell the operators."


class AttachmentsFull(DomainError):
    code, status, title = "attachments-full", 409, "The case holds as many files as it may"
    meaning = "With this file the case would hold more files, or more bytes of files, than it may."
    remedy = "Put what belongs together into one PDF, or say in a message where it can be had."
