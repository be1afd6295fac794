"""Who may read what is made of ratings."""

from sixclear.common.web.access import Access

EVERYONE = Access.public("How content senders are is public; figures of fewer than five are not told.")
