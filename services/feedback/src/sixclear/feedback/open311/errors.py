"""Refusals in Open311's own form. No page of problems has them: their clients read status and description."""


class Open311Error(Exception):
    """A refusal as the specification has it: an HTTP status, and a sentence that says what to do."""

    def __init__(self, status: int, description: str, retry_after: str | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after
