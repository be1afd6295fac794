"""HTTP in and out of the feedback service; no SQL, no rules."""

from sixclear.feedback.routes import handling, intake, mailbox

ROUTERS = (intake.router, intake.desk_router, mailbox.router, handling.router)
