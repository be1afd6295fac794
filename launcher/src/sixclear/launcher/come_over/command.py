"""`sixclear read`: exports of another system as rows that our imports take, one a line."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from itertools import chain
from typing import Any

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher.come_over import dhis2, openproject, tables
from sixclear.launcher.come_over.plan import Plan, plan_in
from sixclear.launcher.come_over.rows import Fault, rows_of

_MOST_FAULTS = 100


def read(options: Namespace) -> int:
    """Write the rows of the files, and say what became none; 1 where something did."""
    plan = plan_in(options.mapping)
    faults = written = 0
    for row in _rows(options, plan):
        if isinstance(row, Fault):
            faults += 1
            if faults <= _MOST_FAULTS:
                print(f"{row.where}: {row.what}", file=sys.stderr)
        else:
            written += 1
            print(json.dumps(row, ensure_ascii=False))
    print(f"{written} rows, {faults} records that became none", file=sys.stderr)
    return 1 if faults else 0


def _rows(options: Namespace, plan: Plan) -> Iterator[dict[str, Any] | Fault]:
    kind = options.kind
    if options.system == "table":
        return chain.from_iterable(rows_of(tables.records_in(path), kind, plan, {}) for path in options.files)
    if kind == "directives":
        raise CannotStart(f"{options.system} has no documents that give tasks.", "Read them from a table.")
    if options.system == "openproject":
        read_packages = openproject.records_in
        return chain.from_iterable(
            rows_of(read_packages(path), kind, plan, openproject.columns_of(path, kind)) for path in options.files
        )
    if kind == "tasks":
        records = (dhis2.tasks_in(path, plan) for path in options.files)
    else:
        known = dhis2.metadata_in(options.metadata)
        records = (dhis2.reports_in(path, plan, known) for path in options.files)
    return chain.from_iterable(rows_of(one, kind, plan, dhis2.COLUMNS) for one in records)
