"""Each folder of a page is shown, and each page is in the folder that it names."""

import importlib
from pathlib import Path

import sixclear.portal
from sixclear.portal.app import DEVELOPER_PAGES, PAGES
from sixclear.portal.pages.public.error.route import PAGE as ERROR

ROOT = Path(str(sixclear.portal.__file__)).parent / "pages"
FOLDERS = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*/*/route.py")}


def test_every_page_is_shown() -> None:
    # The error page has no address: it is shown in place of others.
    assert {page.folder for page in (*PAGES, *DEVELOPER_PAGES, ERROR)} == FOLDERS
    assert all(page.routes for page in (*PAGES, *DEVELOPER_PAGES))


def test_every_page_is_in_the_folder_that_it_names() -> None:
    for folder in FOLDERS:
        page = importlib.import_module(f"sixclear.portal.pages.{folder.replace('/', '.')}.route").PAGE
        assert page.folder == folder
        assert (ROOT / folder / "page.html").is_file()
