"""The public area."""

from sixclear.common.web.access import Access
from sixclear.portal.shell.areas import Area, MenuItem
from sixclear.portal.words.languages import N_

PUBLIC = Area(
    name="public",
    access=Access.public("three publics: progress, responsibility and results are public; feedback needs no account"),
    cache_control="private, no-cache",
    menu=(
        MenuItem("/tasks", N_("Nhiệm vụ")),
        MenuItem("/organisations", N_("Cơ quan")),
        MenuItem("/results", N_("Kết quả đo được")),
        MenuItem("/feedback", N_("Góp ý")),
        MenuItem("/catalogue", N_("Danh mục dữ liệu")),
    ),
)
