"""Statements that are written as text, sent past the layers that other statements need.

A third of a report's CPU time was spent between `session.execute(text(…))` and the driver: the ORM's session, the key
of the statement in a cache, a context, a cursor's description, a greenlet. A text that is a constant needs none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Connection, Executable, TextClause, TextualSelect
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.engine.result import IteratorResult, Result, SimpleResultMetaData
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlalchemy.util.concurrency import greenlet_spawn

_PLAN = "_sixclear_plan"
_TEXTS = (TextClause, TextualSelect)


@dataclass(slots=True)
class _Plan:
    """How a statement is sent: its text with `$1`, and its parameters in their order with what prepares each.

    `statement` is what the plan is of: SQLAlchemy copies attributes when it makes one statement of another.
    `sql` is None where it goes the usual way: at first, for a text that is made for one use is not worth a plan.
    """

    statement: Executable
    sql: str | None = None
    parameters: Sequence[tuple[str, Any]] = ()
    sent_before: bool = False
    types: Sequence[TypeEngine[Any]] = ()
    columns: SimpleResultMetaData | None = None

    def values(self, given: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The values in their order; None where one is not given."""
        try:
            return tuple(
                [given[name] if prepare is None else prepare(given[name]) for name, prepare in self.parameters]
            )
        except KeyError:
            return None

    def columns_of(self, description: Sequence[Any], dialect: Dialect) -> SimpleResultMetaData:
        """Names of the columns, and what reads each where the statement says its type."""
        if self.columns is None:
            read = (
                [
                    kind._cached_result_processor(dialect, column[1])
                    for kind, column in zip(self.types, description, strict=True)
                ]
                if self.types
                else []
            )
            names = [column[0] for column in description]
            self.columns = SimpleResultMetaData(names, _processors=read if any(read) else None)
        return self.columns


class DirectSession(AsyncSession):
    """A session that sends constant texts directly on the connection of its transaction.

    Same transaction, same driver's connection, same prepared statements, events and errors: only what is between is
    left out. The result has no `rowcount`. What is no constant text goes the usual way.
    """

    _of: object = None
    _through: Connection | None = None

    async def execute(self, statement: Executable, params: Any = None, **options: Any) -> Result[Any]:
        """As SQLAlchemy's own."""
        if options or type(statement) not in _TEXTS or not (params is None or isinstance(params, dict)):
            return await super().execute(statement, params, **options)
        plan = _plan_of(statement, self)
        values = None if plan.sql is None else plan.values(params or {})
        if plan.sql is None or values is None:
            return await super().execute(statement, params)
        return await _send(await self._connected(), plan, plan.sql, values)

    async def _connected(self) -> Connection:
        """The connection of the transaction that runs now."""
        transaction, through = self.sync_session._transaction, self._through
        if through is None or transaction is None or transaction is not self._of or through.invalidated:
            through = self._through = (await self.connection()).sync_connection
            self._of = self.sync_session._transaction
        assert through is not None
        return through


def _plan_of(statement: Any, session: AsyncSession) -> _Plan:
    plan: _Plan | None = statement.__dict__.get(_PLAN)
    if plan is None or plan.statement is not statement:
        plan = statement.__dict__[_PLAN] = _Plan(statement)
    elif not plan.sent_before:
        plan.sent_before = True
        _fill(plan, session.get_bind().dialect)
    return plan


def _fill(plan: _Plan, dialect: Dialect) -> None:
    compiled = plan.statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    assert isinstance(compiled, SQLCompiler)
    if compiled.post_compile_params or compiled.literal_execute_params or compiled.positiontup is None:
        return
    if compiled._result_columns and not compiled._textual_ordered_columns:
        return
    plan.types = [column.type for column in compiled._result_columns]
    plan.parameters = [(name, _prepares(compiled, name, dialect)) for name in compiled.positiontup]
    plan.sql = compiled.string


def _prepares(compiled: SQLCompiler, name: str, dialect: Dialect) -> Any:
    """What makes a value of a parameter ready for the driver; None where nothing is to be done."""
    kind = compiled.binds[name].type
    if isinstance(kind, ARRAY) and kind.item_type.dialect_impl(dialect).bind_processor(dialect) is None:
        return None  # SQLAlchemy would copy the list, one call for each item
    return compiled._bind_processors.get(name)


async def _send(through: Connection, plan: _Plan, sql: str, values: tuple[Any, ...]) -> Result[Any]:
    connection: Any = through.connection.dbapi_connection
    cursor = connection.cursor()
    cursor._invalidate_schema_cache_asof = through.dialect._invalidate_schema_cache_asof  # type: ignore[attr-defined]
    try:
        heard = through.engine.dispatch  # of listeners on a single connection there are none here
        for before in heard.before_cursor_execute:
            sql, values = before(through, cursor, sql, values, None, False)
        await cursor._prepare_and_execute(sql, values)
        for after in heard.after_cursor_execute:
            after(through, cursor, sql, values, None, False)
    except BaseException as error:
        await greenlet_spawn(_refuse, through, sql, values, cursor, error)
        raise
    return IteratorResult(plan.columns_of(cursor.description or (), through.dialect), iter(cursor._rows))


def _refuse(through: Connection, sql: str, values: tuple[Any, ...], cursor: Any, error: BaseException) -> None:
    """Have SQLAlchemy say what failed, tell its listeners, and drop the connection where it is lost."""
    driver: Any = through.dialect.loaded_dbapi
    if isinstance(error, driver.InvalidCachedStatementError | driver.InternalServerError):
        through.dialect._invalidate_schema_cache()  # type: ignore[attr-defined]
    try:
        raise error
    except BaseException as failed:
        through._handle_dbapi_exception(failed, sql, values, cursor, None)
