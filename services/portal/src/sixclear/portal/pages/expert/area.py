"""The area of experts."""

from sixclear.common.web.access import Access
from sixclear.portal.shell.areas import Area, MenuItem
from sixclear.portal.words.languages import N_

EXPERT = Area(
    name="expert",
    # Each page passes the token on, and shows what `feedback` answers to it; without one it shows nothing.
    access=Access.scope("feedback:review"),
    cache_control="no-store",
    menu=(MenuItem("/own/reviews", N_("Nhận xét của tôi")),),
)
