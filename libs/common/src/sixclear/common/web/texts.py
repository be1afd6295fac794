"""Text that the requests of more than one service carry."""

from typing import Annotated

from pydantic import StringConstraints

# No pattern here is compiled with `re`, whose `$` lets a newline follow; long lengths stand apart, they would swell it.
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,78}[a-z0-9]$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,80}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True)]
# RFC 3986 allows more; what a browser can open needs http or https.
Link = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00-\x1f]{3,}$", max_length=1998)]
