"""What the page of verification shows; it reads nothing of any service."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VerifyView:
    """The page is the same for everyone."""
