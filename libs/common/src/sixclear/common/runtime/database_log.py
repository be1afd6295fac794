"""What a PostgreSQL server may write into its own log: that something failed, never the row or the value that failed.

An error that PostgreSQL logs has the failing row in its DETAIL, values in CONTEXT, and what was asked in STATEMENT.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# `terse` leaves out DETAIL, HINT, QUERY and CONTEXT. A statement would bring the values that stand in it, and with
# `log_parameter_max_length_on_error` those that it was given. The SQLSTATE (%e) tells what happened without them.
KEEPS_NO_ROWS: Mapping[str, str] = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_line_prefix": "%m [%p] %e ",
}

# Of these, what alone brings a row or a value into the log. Statements carry no values of ours: they go as parameters.
_SETTINGS = text(
    """SELECT name FROM pg_settings
       WHERE (name = 'log_error_verbosity' AND setting <> 'terse')
          OR (name = 'log_parameter_max_length_on_error' AND setting <> '0')
          OR (name = 'log_parameter_max_length' AND setting <> '0' AND EXISTS (
                SELECT FROM pg_settings AS asked
                WHERE (asked.name = 'log_statement' AND asked.setting <> 'none')
                   OR (asked.name LIKE 'log_min_duration_s%' AND asked.setting <> '-1')
                   OR (asked.name = 'log_transaction_sample_rate' AND asked.setting <> '0')))
       ORDER BY name"""
)


async def settings_that_log_rows(connection: AsyncConnection) -> Sequence[str]:
    """The settings of the server by which its log gets rows or values; empty where it keeps none."""
    return list((await connection.execute(_SETTINGS)).scalars())
