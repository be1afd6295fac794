"""Why something was not sent, in a word that is no secret."""


class NotSent(Exception):
    """Nothing that counts as an answer came; `again` says whether another try may help.

    Its text is `code` alone. It never holds the address, what was sent or what came.
    """

    def __init__(self, code: str, *, again: bool = True) -> None:
        super().__init__(code)
        self.code, self.again = code, again
