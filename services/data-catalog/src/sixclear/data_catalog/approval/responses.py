"""What everyone is told of an approved version: its entity tag."""


def public_tag(epoch: int, number: int | None, passed: str | None = None) -> str:
    """The strong tag of an approved version, and what time or `Accept` makes of it (`passed`, see `etags.etag`).

    A draft moves the version of its entity, so that would tell everyone that there is one; the number it does not. The
    letter keeps the tag from being a version in `If-Match`.
    """
    ending = f"-{passed}" if passed else ""
    return f'"{epoch}.n{number}{ending}"'
