"""The patterns of texts in requests, each of which `validation` says in words. None is compiled with `re`, whose `$`
lets a newline follow; long lengths stand apart, they would swell them.
"""

SLUG = r"^[a-z0-9][a-z0-9-]{0,78}[a-z0-9]$"
CODE = r"^[A-Za-z0-9._-]{1,80}$"
EDITION = r"^[A-Za-z0-9._-]{1,20}$"
SHA256 = r"^[0-9A-Fa-f]{64}$"
TRACE = r"^[0-9a-f]{32}$"
LINK = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s\x00-\x1f\x7f-\x9f]{3,}$"
