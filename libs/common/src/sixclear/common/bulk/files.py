"""What an operation makes of a file of items: one value for each, and the way that all of them go."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Protocol, runtime_checkable

from fastapi import Query
from prometheus_client import Counter
from pydantic import Field
from starlette.requests import Request

from sixclear.common.bulk import keys
from sixclear.common.bulk.items import FILES, Line, read_piece
from sixclear.common.bulk.results import FileResult
from sixclear.common.bulk.split import Piece, Splitter
from sixclear.common.use_case import Context
from sixclear.common.web.schemas import Schema

# Reads the lines that follow in the same file, a part at a time.
Later = Callable[[], AsyncGenerator[Sequence[Line[Any]]]]


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of a file that are taken in one transaction; `later` where the file is a job, which has others behind.

    `around` are all lines of the part, in their order, where some were taken before under keys of their own.
    """

    lines: Sequence[Line[Any]]
    later: Later | None = None
    around: Sequence[Line[Any]] | None = None

    @property
    def said(self) -> Sequence[Line[Any]]:
        """What the sender says here, now and before: what is a repetition is judged by all of it."""
        return self.lines if self.around is None else self.around


# What a use case makes of a part, given the service's own settings. It answers an item a line, in their order.
Apply = Callable[[Context, Part, bool, Any], Awaitable[FileResult]]

# Cuts a file into its items while it arrives, some at a time.
Cut = Callable[[AsyncIterator[bytes]], AsyncGenerator[Iterable[Piece]]]


async def cut_lines(parts: AsyncIterator[bytes]) -> AsyncGenerator[Iterable[Piece]]:
    """The items of NDJSON, or of one JSON array."""
    splitter = Splitter()
    async for part in parts:
        yield splitter.feed(part)
    yield splitter.end()


DryRun = Annotated[bool, Query(description="Check every item and write nothing.")]
Atomic = Annotated[
    bool,
    Query(
        description="All or nothing: where one item is refused, none is taken and the answer is 422 `bulk-refused`. "
        "Without it, a refused item stops no other. Such a file is never worked through as a job: beyond as many items "
        "as are taken at once it is refused with 413."
    ),
]


class OwnConditions(Schema):
    """What an item of a file says of itself, as the headers of a single request do."""

    if_match: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None,
        description="An `ETag` that you have read: the item is refused with `stale-version` when the version has "
        "changed since.",
    )
    idempotency_key: Annotated[str, Field(pattern=r"^[!-~]{1,255}$")] | None = Field(
        default=None,
        description="A key of this item: taken once, it is `unchanged` for a day in whichever file it comes again.",
    )


@runtime_checkable
class FileSource(Protocol):
    """Says what is made of the file of a request: a dependency of its route, `dependencies=[Depends(FILES)]`."""

    async def __call__(self) -> None:
        """Nothing to do when the route is called: `FileRoute` reads the value when it is made."""

    async def of(self, request: Request) -> "Files":
        """What is made of the file of this request, whose caller was admitted; raises what refuses it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Files:
    """What one operation makes of files; it is its own `FileSource`.

    `most` says by the service's settings how many items are taken at once, in one transaction: with more the file
    becomes a job, which takes as many at a time. `cuts` are ways to read media types beyond lines of JSON; with
    `read`, every file is cut, and a piece of it read so. `atomic_jobs`: a job is all or nothing too, see `jobs`.
    """

    operation: str
    item: type[Schema]
    result: type[FileResult]
    apply: Apply
    most: Callable[[Any], int]
    items_total: Counter
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    read: Callable[[Piece], Line[Any]] | None = None
    atomic_jobs: bool = False

    async def of(self, _request: Request) -> "Files":
        """Itself."""
        return self

    @property
    def types(self) -> tuple[str, ...]:
        """The media types that are read."""
        return (*FILES, *self.cuts)

    def line_of(self, piece: Piece) -> Line[Any]:
        """The item of a piece of a file."""
        return read_piece(piece.line, piece.raw, self.item) if self.read is None else self.read(piece)

    async def __call__(self) -> None:
        """Nothing to do when the route is called: `FileRoute` reads the value when it is made."""

    async def take(
        self,
        ctx: Context,
        part: Part,
        own: Any,
        *,
        dry_run: bool,
        atomic: bool = False,
        first: int = 0,
    ) -> FileResult:
        """What became of these lines in one transaction; `first` is the index of the first of them.

        Raises BulkRefused when it is `atomic` and an item is refused: the transaction must not be committed then.
        """
        keyed = await keys.look_up(ctx, self.operation, part.lines)
        around = keyed.said if keyed.hashes else None
        result = await self.apply(ctx, replace(part, lines=keyed.left, around=around), dry_run, own)
        if keyed.hashes:
            items = keyed.merged(result.results, self.result.item_result)
            result.results[:] = items
            result = result.counted()
            if not dry_run:
                await keys.keep(ctx, keyed, items)
        if first or keyed.hashes:
            for index, item in enumerate(result.results, first):
                item.index = index
        if atomic:
            result.require_all_taken()
        if not dry_run:
            for name in result.outcomes:
                self.items_total.labels(name).inc(result.count(name))
        return result
