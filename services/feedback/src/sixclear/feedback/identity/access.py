"""Who decides on requests to know who a sender is."""

from sixclear.common.web.access import Access

CUSTODIAN = Access.scope("feedback:custodian")
