"""HTTP in and out of the tasks service; no SQL, no rules."""

from sixclear.tasks.routes import organisations, progress, tasks

ROUTERS = (organisations.router, tasks.router, progress.router)
