"""Who may see a proposal, and who may act on it: as on its case."""

from sixclear.common.web.access import Access
from sixclear.feedback.submission.access import HANDLE, PUBLISH

__all__ = ["EVERYONE", "HANDLE", "PUBLISH"]

EVERYONE = Access.public("What became of an accepted idea is public; nothing of its case or its sender is told.")
