"""The error that a person at a terminal reads: what is wrong, and the way out."""


class CannotStart(Exception):
    """The process cannot go on; `reason` says why, `way_out` what to do about it."""

    def __init__(self, reason: str, way_out: str) -> None:
        super().__init__(f"{reason} {way_out}")
        self.reason = reason
        self.way_out = way_out
