"""Refusals of the public log: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class LogEmpty(DomainError):
    code, status, title = "log-empty", 404, "The public log has not begun"
    meaning = "Nothing was signed yet: the service has just been set up, or its log is closed."
    remedy = "Ask again after a minute."


class TileNotFound(DomainError):
    code, status, title = "tile-not-found", 404, "The log has no such tile"
    meaning = "The address is no tile's (C2SP tlog-tiles), or the log is not that large yet."
    remedy = "Read the checkpoint first, and ask for tiles of a log of its size."
