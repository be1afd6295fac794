"""Refusals of requests on obstacles."""

from sixclear.common.errors import DomainError


class ObstacleNotFound(DomainError):
    code, status, title = "obstacle-not-found", 404, "Obstacle not found"
    meaning = "No obstacle that the caller may see has this identifier."
    remedy = "Check the identifier, or find the obstacle in the list of obstacles."
