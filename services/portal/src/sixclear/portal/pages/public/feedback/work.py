"""What a form shows while too many submissions come: work of the reader's browser, or that it was open for a while.

A browser with script works when feedback asks for it. Any other form goes to the held lane, never to a refusal.
"""

import re
from collections.abc import Mapping
from typing import Any

from sixclear.portal.upstream.feedback import Receipt
from sixclear.portal.upstream.gateway import Gateway

NEEDED = "proof-of-work-needed"
# What the browser found, what the form was given, whether the browser can work at all, and the button to send without.
FIELDS = ("work", "form_token", "works", "unworked")
# They become headers, and a visitor can write anything there.
_WORK = re.compile(r"[A-Za-z0-9+/=]{1,2000}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")


def works(fields: Mapping[str, str]) -> bool:
    """Whether the browser says that it can work, and its reader did not choose to send without."""
    return fields.get("works") == "1" and "unworked" not in fields


async def submit(gateway: Gateway, body: Mapping[str, Any], key: str, fields: Mapping[str, str]) -> Receipt:
    """Sends a submission in one call: each is counted for the sender, and as load.

    Raises Refused with the code `NEEDED` for a browser that works, and for a form that was open too shortly.
    """
    work, token = fields.get("work", ""), fields.get("form_token", "")
    shown = {"Sixclear-Proof-Of-Work": work} if _WORK.fullmatch(work) else {}
    if not works(fields) and _TOKEN.fullmatch(token):
        shown["Sixclear-Form-Token"] = token
    return await gateway.feedback.submit(body, key, shown)


def refusal(fields: Mapping[str, str]) -> str:
    """What a form that must show something is told: its browser works now, or it waits and is sent again."""
    return "work" if works(fields) else "wait"
