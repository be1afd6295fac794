"""HTTP in and out of the data catalogue; no SQL, no rules."""

from sixclear.data_catalog.routes import entries, lists, registration

ROUTERS = (entries.router, registration.router, lists.router)
