"""Who files, who reads filings, and who decides on them."""

from sixclear.common.web.access import Access

PUBLIC = Access.public("Which body has reported to a programme, and which has not, is published to everyone.")
OBLIGATIONS = Access.public("Who reports on a programme how often is published to everyone.")
FILE = Access.scope("tasks:report", organisation="own")
OVERSEE = Access.scope("tasks:administer", organisation="own")
