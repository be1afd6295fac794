"""Every member of a row has a column that people can read, and no other column stands in a template."""

import pytest

from sixclear.common.bulk.tables import Columns
from sixclear.common.folding import fold
from sixclear.common.spreadsheets.errors import ColumnsUnknown
from sixclear.tasks.imports.rules import COLUMNS


@pytest.mark.parametrize("columns", COLUMNS.values(), ids=COLUMNS)
def test_a_template_has_each_member_of_a_row(columns: Columns) -> None:
    names = [column.name.partition(".")[0] for column in columns.columns]
    assert set(names) == set(columns.of_item.model_fields)
    headings = [fold(column.heading) for column in columns.columns]
    assert len(set(headings)) == len(headings)
    required = {name for name, field in columns.of_item.model_fields.items() if field.is_required()}
    assert {column.name for column in columns.columns if column.required} == required
    assert columns.named([column.heading for column in columns.columns]) == list(columns.columns)
    assert columns.named([column.name for column in columns.columns]) == list(columns.columns)


def test_headings_that_are_not_known_twice_or_missing_are_named() -> None:
    with pytest.raises(ColumnsUnknown) as refused:
        COLUMNS["milestones"].named(["TEN MOC", "Hạn chót", "Tên mốc", None])
    told = [(one["pointer"], one["code"]) for one in refused.value.errors]
    assert told == [("#/1", "column-unknown"), ("#/2", "column-twice"), ("#", "column-missing")]
