"""What pages show: answers of the other services put together, with a plain word about what is missing."""

from sixclear.portal.service.home import HomeView, Tile, home
from sixclear.portal.service.records import (
    CatalogueView,
    OrganisationView,
    TasksView,
    TaskView,
    catalogue,
    organisation,
    organisations,
    task,
    tasks,
)
from sixclear.portal.upstream.parts import Parts

__all__ = [
    "CatalogueView",
    "HomeView",
    "OrganisationView",
    "Parts",
    "TaskView",
    "TasksView",
    "Tile",
    "catalogue",
    "home",
    "organisation",
    "organisations",
    "task",
    "tasks",
]
