"""Refusals of requests on files."""

from sixclear.common.errors import DomainError


class FileNotFound(DomainError):
    code, status, title = "file-not-found", 404, "File not found"
    meaning = "No file with this identifier is there for the caller."
    remedy = "Check the identifier. A file that nothing names is taken out a day after it was sent: send it again."


class FileKindRefused(DomainError):
    code, status, title = "file-kind-refused", 422, "This kind of file is not taken"
    meaning = "The content is none of the kinds that are taken, has macros, or is not what its name says."
    remedy = "Send a PDF, a picture (PNG, JPEG, WebP) or a document (DOCX, XLSX, PPTX, ODT, ODS, ODP) without macros."


class FileHasMacros(DomainError):
    code, status, title = "file-has-macros", 422, "The document has macros"
    meaning = "The document holds macros or controls that run on the computer of the one who opens it."
    remedy = "Save it as DOCX, XLSX, PPTX or OpenDocument without macros, or as PDF, and send that file."


class FileRedacted(DomainError):
    code, status, title = "file-redacted", 422, "This content was blacked out"
    meaning = "Your organisation sent the same content before, and it was blacked out by decision."
    remedy = "Take the personal data out of the file, then send it."


class TooManyFilesWaiting(DomainError):
    code, status, title = "too-many-files-waiting", 409, "Too many files wait to be named"
    meaning = "The caller's organisation has sent files that nothing names yet, as many as may wait."
    remedy = "Name the files in evidence, or wait: what nothing names is taken out after a day."


class FilesNotSetUp(DomainError):
    code, status, title = "files-not-set-up", 503, "This installation takes no files yet"
    meaning = "Its operator has named no place where files are kept (SIXCLEAR_TASKS_FILES)."
    remedy = "Give evidence as a link by `url`, or ask the operator to name a place for files."
