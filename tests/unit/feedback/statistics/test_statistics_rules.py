"""No figure of fewer than five cases is told by a table, and none follows from what is told."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import product

from hypothesis import example, given
from hypothesis import strategies as st

from sixclear.feedback.statistics.responses import records
from sixclear.feedback.statistics.rules import (
    LEAST,
    Counted,
    Statistics,
    Told,
    hidden_cells,
    named_groups,
    told_rows,
    too_few,
)

NUMBER = st.one_of(st.just(0), st.integers(0, 6), st.integers(0, 60))
TABLE = st.lists(st.lists(NUMBER, min_size=5, max_size=5), min_size=2, max_size=7)


def counted(table: Sequence[Sequence[int]], scores: Sequence[tuple[int, int, int]]) -> list[Counted]:
    """Groups with these states; of the answered so many rated as the scores have room for."""
    groups = []
    for number, (states, score) in enumerate(zip(table, scores, strict=False)):
        left, ratings = states[0] + states[1], []
        for asked in score:
            ratings.append(min(asked, left))
            left -= ratings[-1]
        groups.append(Counted("named", f"G{number:02}", None, None, tuple(states), (*ratings, left)))
    return groups


def may_be_otherwise(table: Sequence[Sequence[int]], hidden: frozenset[tuple[int, int]], row: int, column: int) -> bool:
    """Whether another table has the same margins and the same told cells, and another number here.

    Found without the rule: one case more or less here, and three others of the hidden cells changed to make up for it.
    """
    for other_row, other in product(range(len(table)), range(len(table[0]))):
        corners = {(row, column), (row, other), (other_row, column), (other_row, other)}
        if len(corners) < 4 or not corners <= hidden:
            continue
        less = table[row][column] and table[other_row][other]
        more = table[row][other] and table[other_row][column]
        if less or more:
            return True
    return False


@given(TABLE)
@example([[10, 0, 0, 0, 0], [10, 0, 0, 1, 0], [10, 0, 0, 0, 0]])
@example([[5, 1, 0, 0, 0], [5, 4, 0, 0, 0]])
def test_no_small_cell_follows_from_the_margins(table: list[list[int]]) -> None:
    table = [cells for cells in table if sum(cells) >= LEAST]
    if len(table) < 2:
        return
    hidden = hidden_cells(table)
    for row, column in product(range(len(table)), range(5)):
        if too_few(table[row][column]):
            assert may_be_otherwise(table, hidden, row, column), (table, row, column)


@given(TABLE)
def test_what_is_left_out_is_no_small_sum_either(table: list[list[int]]) -> None:
    table = [cells for cells in table if sum(cells) >= LEAST]
    hidden = hidden_cells(table) if len(table) > 1 else frozenset()
    for row in range(len(table)):
        assert not too_few(sum(table[row][column] for column in range(5) if (row, column) in hidden))
    for column in range(5):
        of_column = [row for row in range(len(table)) if (row, column) in hidden]
        assert len(of_column) in (0, len(table)) or not too_few(sum(table[row][column] for row in of_column))


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 12), max_size=12))
def test_groups_without_a_row_are_never_few_together(sizes: dict[str, int]) -> None:
    named = named_groups(sizes)
    rest = sum(size for group, size in sizes.items() if group not in named)
    assert all(sizes[group] >= LEAST for group in named)
    assert rest == 0 or rest >= LEAST or not named
    assert [group for group in sizes if group in named] == named


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 12), max_size=12), st.data())
def test_groups_that_may_not_have_a_row_are_never_alone_in_a_small_rest(
    sizes: dict[str, int], data: st.DataObject
) -> None:
    nameless = data.draw(st.sets(st.sampled_from(sorted(sizes)))) if sizes else set()
    named = named_groups(sizes, nameless)
    rest = sum(size for group, size in sizes.items() if group not in named)
    assert not nameless & set(named)
    assert not too_few(rest) or not named


def column_sums(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(cells) for cells in zip(*rows, strict=True)]


@given(TABLE, st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=7, max_size=7))
def test_a_whole_table_tells_states_and_ratings_of_nobody(
    table: list[list[int]], scores: list[tuple[int, int, int]]
) -> None:
    groups = counted(table, scores)
    told = told_rows(groups)
    assert sum(row.received for row in told) == sum(map(sum, table))
    if len(told) < 2:
        return  # the whole, which is told anyway
    for row in told:
        assert not any(too_few(number) for number in (*row.states, *row.ratings) if number is not None), told
        assert row.received >= LEAST
        if None in row.states[:2]:
            assert row.ratings == [None] * 4, "how many were answered would follow from how many rated"
    for part in ("states", "ratings"):
        sums = column_sums([getattr(one, part) for one in groups])
        for column, whole in enumerate(sums):
            cells = [getattr(row, part)[column] for row in told]
            left = whole - sum(cell for cell in cells if cell is not None)
            assert cells.count(None) != 1, "one hidden cell of a column is its sum without the others"
            assert cells.count(None) in (0, len(cells)) or not too_few(left)


def test_the_rates_of_what_is_not_told_are_not_told() -> None:
    few = Counted("named", "a", None, None, (30, 0, 0, 0, 0), (2, 0, 8, 20))
    many = Counted("named", "b", None, None, (60, 0, 0, 0, 0), (20, 20, 10, 10))
    rows = told_rows([few, many])
    whole = Told("whole", None, None, None, 90, (90, 0, 0, 0, 0), (22, 20, 18, 30))
    table = Statistics("kind", 2026, date(2026, 12, 1), datetime(2026, 12, 1, tzinfo=UTC), whole, 0, rows)
    of_all, record, _ = records([table])
    assert (of_all["by"], of_all["solved"], of_all["share"]) == ("all", 22, 0.3667)
    assert (record["solved"], record["share"], record["suppressed"]) == (None, None, "too_few")
