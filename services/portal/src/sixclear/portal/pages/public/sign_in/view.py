"""The page that asks for an access token."""

from dataclasses import dataclass

_REASONS = ("expired", "scope", "unreadable", "too-long")


@dataclass(frozen=True, slots=True)
class SignInView:
    """Where to go `next`, why the token before was not enough, and where the provider signs people in."""

    next: str
    why: str
    provider: str


def view_of(following: str, why: str, provider: str) -> SignInView:
    """What the page shows; a reason that no one gives is none."""
    return SignInView(following, why if why in _REASONS else "", provider)
