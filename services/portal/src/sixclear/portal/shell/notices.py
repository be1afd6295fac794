"""Mails that say that there is news: in which language a form asks for them."""

from collections.abc import Mapping

# What feedback writes mails in.
_LANGUAGES = frozenset({"vi", "en", "ar"})


def notice_language(fields: Mapping[str, str]) -> str:
    """The language of the page that the form was filled in on, where mails are written in it; else Vietnamese."""
    asked = fields.get("notice_language", "")
    return asked if asked in _LANGUAGES else "vi"
