"""The area of who handles cases for the hub."""

from sixclear.common.web.access import Access
from sixclear.portal.shell.areas import Area, MenuItem
from sixclear.portal.words.languages import N_

HUB = Area(
    name="hub",
    # Each page passes the token on, and shows what `feedback` answers to it; without one it shows nothing.
    access=Access.scope("feedback:handle"),
    cache_control="no-store",
    menu=(MenuItem("/own/cases", N_("Người nhận xét")),),
)
