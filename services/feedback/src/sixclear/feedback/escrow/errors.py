"""Refusals of records that an escrow key was destroyed."""

from sixclear.common.errors import DomainError


class EscrowKeyUnknown(DomainError):
    code, status, title = "escrow-key-unknown", 404, "No such escrow key"
    meaning = "Of this month the service has no public escrow key, or one with another fingerprint."
    remedy = "Compare month and fingerprint with the file in `public/escrow/`."


class EscrowKeyNeeded(DomainError):
    code, status, title = "escrow-key-needed", 409, "This escrow key is still needed"
    meaning = "The days of this month are not over, or keys of cases are still wrapped for its key."
    remedy = "Keep the private key until `SIXCLEAR_FEEDBACK_ERASURE_DAYS` after the month began, and record it then."


class EscrowKeyRecorded(DomainError):
    code, status, title = "escrow-key-recorded", 409, "Something else is recorded of this key"
    meaning = "The key of this month was recorded as destroyed with another fingerprint or day."
    remedy = "Read `GET /escrow-destructions`. A record is never changed."
