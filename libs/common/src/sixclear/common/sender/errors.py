"""Why something was not sent, in a word that is no secret."""


class NotSent(Exception):
    """Nothing that counts as an answer came; `again` says whether another try may help, `down` whether the receiver
    would take nothing else either.

    Its text is `code` alone. It never holds the address, what was sent or what came.
    """

    def __init__(self, code: str, *, again: bool = True, down: bool = False) -> None:
        super().__init__(code)
        self.code, self.again, self.down = code, again, down
