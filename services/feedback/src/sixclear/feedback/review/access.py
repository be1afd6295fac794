"""Who reads and writes about reviews."""

from sixclear.common.web.access import Access
from sixclear.feedback.reviewer.access import REVIEW
from sixclear.feedback.submission.access import HANDLE, HUB, PUBLISH

EVERYONE = Access.public("By what experts judge is no secret: a sender can read it before sending.")
EXPERT, HANDLER, ASSIGNER, CONFIRMER = REVIEW, HANDLE, HUB, PUBLISH
