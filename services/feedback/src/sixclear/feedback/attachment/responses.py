"""Files of cases as the API answers them."""

from sixclear.feedback.attachment.models import Attachment, facts_of
from sixclear.feedback.attachment.schemas import AttachmentView, OwnAttachment
from sixclear.feedback.sealing.values import CaseKey

_COLUMNS = ("attachment_id", "size", "sent_at", "state", "scanned_at")


def attachment_response(key: CaseKey, attachment: Attachment) -> AttachmentView:
    """A file as handlers see it."""
    facts, columns = facts_of(key, attachment), {name: getattr(attachment, name) for name in _COLUMNS}
    return AttachmentView.model_validate(columns | {"name": facts.name, "media_type": facts.media_type})


def own_attachment(key: CaseKey, attachment: Attachment) -> OwnAttachment:
    """A file as its sender sees it."""
    shown = attachment_response(key, attachment)
    return OwnAttachment(**shown.model_dump(), sha256=facts_of(key, attachment).sha256)
