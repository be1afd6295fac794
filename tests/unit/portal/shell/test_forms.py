"""Forms of people without an account: limits, foreign sites, addresses to go back to."""

import pytest
from starlette.requests import Request

from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import local_path
from sixclear.portal.shell.forms import is_foreign, new_form_key
from sixclear.portal.shell.packing import FOR_FILES, FOR_PAGES, packing_of, refuses_plain


def request(**headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": pairs})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin", "origin": "https://sixclear.example", "host": "sixclear.example"},
        {"sec_fetch_site": "none", "host": "sixclear.example"},
        {"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"},
        {"origin": "https://sixclear.example", "host": "sixclear.example:443"},
        {"origin": "http://sixclear.example:80", "host": "Sixclear.example"},
        {"origin": "null", "sec_fetch_site": "same-origin", "host": "sixclear.example"},
        {"host": "sixclear.example"},
    ],
)
def test_own_forms_are_taken(headers: dict[str, str]) -> None:
    assert not is_foreign(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site", "host": "sixclear.example"},
        {"sec_fetch_site": "same-site", "host": "sixclear.example"},
        {"origin": "https://elsewhere.example", "host": "sixclear.example"},
        {"origin": "null", "host": "sixclear.example"},
        {"origin": "http://[", "host": "sixclear.example"},
        {"origin": "null", "host": ""},
        {"origin": "http://:80", "host": ""},
        {"origin": "https://sixclear.example:8443", "host": "sixclear.example"},
        {"origin": "null", "sec_fetch_site": "cross-site", "host": "sixclear.example"},
        {"origin": "http://sixclear.example]", "host": "sixclear.example"},
        {"origin": "", "host": "sixclear.example"},
        {"origin": "http://sixclear.example"},
        {"origin": "null"},
    ],
)
def test_forms_of_other_sites_are_refused(headers: dict[str, str]) -> None:
    assert is_foreign(request(**headers))


@pytest.mark.parametrize("own", ["https://sixclear.example", "https://sixclear.example:443"])
def test_a_form_from_an_origin_of_ours_is_taken_whatever_host_the_gateway_writes(own: str) -> None:
    seen = {"origin": "https://sixclear.example", "host": "portal:8000"}
    assert is_foreign(request(**seen))
    assert not is_foreign(request(**seen), [own])
    # Two origins of ours are two sites to a browser; no page can write another's `Origin`.
    assert not is_foreign(request(**{**seen, "sec_fetch_site": "cross-site"}), [own])
    assert is_foreign(request(origin="https://other.example", host="portal:8000", sec_fetch_site="cross-site"), [own])
    assert is_foreign(request(origin="http://sixclear.example", host="portal:8000"), [own])


@pytest.mark.parametrize("origin", ["sixclear.example", "https://sixclear.example/", "https://a b", "null", ""])
def test_an_origin_that_is_none_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(ValueError, match="must be origins"):
        Settings(own_origins=[origin])


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("GZIP", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, *", False),
        ("*;q=0", False),
        ("identity", False),
        ("gzip;q=x", False),
        ("gzip;q=nan", False),
        ("gzip;q=-1", False),
        ("gzip;level=9;q=0", False),
        ("gzip ; q = 0", False),
        ("identity, gzip;q=0.5", False),
        ("identity;q=0.5, gzip;q=0.5", True),
        ("identity;q=0, gzip", True),
        ("identity;q=0, *;q=0.1", True),
        ("gzip, *;q=0", True),
        ("identity;q=0", False),
        ("x-gzip", True),
        ("gzipped, xgzip", False),
        ("", False),
    ],
)
def test_packed_answers_are_for_those_who_take_them(header: str, taken: bool) -> None:
    assert (packing_of(request(accept_encoding=header), ["gzip"]) == "gzip") is taken


@pytest.mark.parametrize(
    ("header", "page", "file"),
    [
        ("gzip, deflate, br, zstd", "zstd", "br"),
        ("gzip, deflate, br", "gzip", "br"),
        ("br", "br", "br"),
        ("zstd", "zstd", None),
        ("zstd;q=0.1, gzip;q=0.2", "gzip", "gzip"),
        ("*", "gzip", "gzip"),
        ("br, identity;q=0", "br", "br"),
        ("identity, br;q=0.9, zstd;q=0.9", None, None),
        ("zstd;q=0, br;q=0", None, None),
        ("", None, None),
    ],
)
def test_the_packing_is_the_one_that_is_liked_best(header: str, page: str | None, file: str | None) -> None:
    asked = request(accept_encoding=header)
    assert (packing_of(asked, FOR_PAGES), packing_of(asked, FOR_FILES)) == (page, file)


@pytest.mark.parametrize(
    ("header", "refused"),
    [
        ("gzip", False),
        ("", False),
        ("*;q=0, identity", False),
        ("*", False),
        ("identity;q=0, gzip", True),
        ("gzip, *;q=0", True),
        ("identity;q=0.0", True),
    ],
)
def test_an_answer_that_is_not_packed_can_be_refused(header: str, refused: bool) -> None:
    assert refuses_plain(request(accept_encoding=header)) is refused


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", "https://x.example", "//x.example", "/\\x.example", "javascript:alert(1)", "/a\nb", "tasks"),
        *("/a\\b", "/\t/[", "/\t/x.example", "//[", "//", "/a?next=[\r", "http://["),
    ],
)
def test_only_own_paths_are_gone_back_to(value: str | None) -> None:
    assert local_path(value) == "/"


def test_an_own_path_is_kept_with_its_query() -> None:
    assert local_path("/tasks?q=đất&status=assigned") == "/tasks?q=đất&status=assigned"


def test_form_keys_are_never_the_same() -> None:
    assert len({new_form_key() for _ in range(1000)}) == 1000
