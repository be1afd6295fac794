"""The sheet as a workbook, and a workbook that came back as the sheet: which column is which member. Pure.

The first row of each sheet is hidden and has the names of the columns, the second one their headings.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
from pydantic import ValidationError

from sixclear.common.spreadsheets.writing import Column
from sixclear.common.spreadsheets.writing import Sheet as Written
from sixclear.common.web import patterns
from sixclear.common.web.validation import field_errors
from sixclear.tasks.sheet.errors import SheetNotRead, SheetTooLong
from sixclear.tasks.sheet.schemas import (
    KINDS,
    MOST_ROWS,
    ROWS,
    CellProblem,
    Kind,
    ReportRow,
    Row,
    Sheet,
    SheetRow,
    ValueRow,
)

Cells = dict[str, Any]
One = TypeVar("One")
_GUIDE = "Hướng dẫn"
_YES = "x"
_OUTCOMES = {"Đồng ý": "granted", "Không đồng ý": "refused"}
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_HOW = (
    "Điền các cột không khóa. Để trống những gì không thay đổi; đánh dấu x ở cột Không thay đổi để báo cáo là không có "
    "thay đổi.",
    "Không xóa dòng đầu đang ẩn và các cột đang ẩn. Gửi lại nguyên tệp: gửi hai lần cũng không ghi hai lần.",
    "Nộp tệp này là nộp báo cáo của kỳ.",
)


@dataclass(frozen=True, slots=True)
class Placed(Generic[One]):
    """A row that was sent, and where it stood; `cells` are the addresses of its members in a workbook."""

    sheet: str
    row: int
    item: One
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sent:
    """A sheet that was sent, and the rows of it that cannot be read."""

    period: str
    programme: str | None
    rows: Mapping[Kind, Sequence[Placed[Any]]]
    unread: Sequence[SheetRow]


def _hidden(name: str) -> Column:
    return Column(name, name, hidden=True)


def _told(name: str, heading: str, width: int = 14) -> Column:
    return Column(heading, name, width)


def _asked(name: str, heading: str, width: int = 24, choices: tuple[str, ...] = ()) -> Column:
    return Column(heading, name, width, fillable=True, choices=choices)


_REPORT = (
    *(_hidden("tasks"), _hidden("etags")),
    *(_told("programme", "Chương trình"), _told("code", "Mã"), _told("title", "Nhiệm vụ", 44)),
    *(_told("period", "Kỳ"), _told("deadline", "Hạn", 17)),
    *(_told("last_at", "Báo cáo trước lúc", 17), _told("last_percent", "Báo cáo trước (%)", 10)),
    _told("last_text", "Nội dung báo cáo trước", 36),
    *(_asked("percent", "Tiến độ (%)", 10), _asked("text", "Kết quả trong kỳ", 44)),
    *(_asked("difficulty", "Khó khăn"), _asked("cause", "Nguyên nhân"), _asked("remedy", "Giải pháp")),
    *(_asked("expected_on", "Dự kiến xong ngày", 14), _asked("no_change", "Không thay đổi", 10, (_YES,))),
)
_LINK = _asked("title_of_evidence", "Tên minh chứng", 30), _asked("url", "Địa chỉ minh chứng", 40)
_OF_TASK = _hidden("task"), _told("task_title", "Nhiệm vụ", 44)
_SHEETS: Mapping[Kind, tuple[str, tuple[Column, ...]]] = {
    "tasks": ("Nhiệm vụ", _REPORT),
    "periods": ("Kỳ báo cáo", _REPORT),
    "milestones": (
        "Mốc",
        (_hidden("id"), *_OF_TASK, _told("title", "Mốc", 36), _told("deadline", "Hạn", 17), *_LINK),
    ),
    "urges": (
        "Đôn đốc",
        (
            *(_hidden("id"), *_OF_TASK, _told("said_by", "Cơ quan", 30), _told("text", "Nội dung", 44)),
            *(_told("answer_by", "Trả lời trước", 17), _asked("answer", "Trả lời", 44)),
        ),
    ),
    "evidence": (
        "Minh chứng",
        (_hidden("id"), *_OF_TASK, _told("title", "Bị từ chối", 36), _told("reason", "Lý do", 36), *_LINK),
    ),
    "decisions": (
        "Chờ quyết định",
        (
            *(_hidden("id"), *_OF_TASK, _told("kind", "Đề nghị"), _told("asked_by", "Cơ quan đề nghị", 30)),
            *(_told("reason", "Lý do", 36), _told("decide_by", "Quyết định trước", 17)),
            *(_asked("outcome", "Quyết định", 16, tuple(_OUTCOMES)), _asked("word", "Ý kiến", 36)),
        ),
    ),
    "values": (
        "Chỉ tiêu",
        (
            *(_hidden("id"), _hidden("base"), _hidden("status")),
            *(_told("name", "Chỉ tiêu", 44), _told("unit", "Đơn vị tính"), _told("organisation", "Mã cơ quan", 10)),
            *(_told("organisation_name", "Cơ quan", 30), _asked("number", "Giá trị", 14)),
            *(_asked("numerator", "Tử số", 14), _asked("denominator", "Mẫu số", 14)),
            *(_asked("note", "Giải trình", 36), _asked("correction", "Lý do sửa", 36)),
        ),
    ),
}
_TASKS = _SHEETS["tasks"][0]
# What the hidden columns of a sheet are called.
_HIDDEN = (frozenset({"tasks", "etags"}), frozenset({"id", "task"}), frozenset({"id", "base"}))
_BY_TITLE: Mapping[str, Kind] = {title: kind for kind, (title, _) in _SHEETS.items()}
_IDS: Mapping[Kind, str] = {
    "milestones": "milestone_id",
    "urges": "urge_id",
    "evidence": "evidence_id",
    "decisions": "decision_id",
}


def written(sheet: Sheet) -> list[Written]:
    """The sheets of the workbook; those without a row are left out, but for the tasks."""
    assert sheet.organisation is not None, "a sheet that is answered names its body"
    guide = [
        ("organisation", "Đơn vị", sheet.organisation.code),
        (None, "", sheet.organisation.name),
        ("period", "Kỳ", sheet.period),
        ("programme", "Chương trình", sheet.programme),
        *((None, "", line) for line in _HOW),
    ]
    columns = _hidden("field"), Column("Mục", "label", 16), Column("Nội dung", "value", 90)
    found = [Written(_GUIDE, columns, _given(guide))]
    for kind in KINDS:
        title, columns_of_kind = _SHEETS[kind]
        listed: Sequence[Row] = getattr(sheet, kind)
        if listed or kind == "tasks":
            cells = [_cells(kind, row) for row in listed]
            found.append(Written(title, columns_of_kind, _given(_ordered(columns_of_kind, cells))))
    return found


async def _given(rows: Iterable[Sequence[Any]]) -> AsyncIterator[Sequence[Any]]:
    for row in rows:
        yield row


def _ordered(columns: Sequence[Column], rows: Iterable[Cells]) -> Iterable[list[Any]]:
    return ([row.get(column.name or "") for column in columns] for row in rows)


def _cells(kind: Kind, row: Row) -> Cells:
    if isinstance(row, ReportRow):
        told = {} if row.answer is None else row.answer.model_dump()
        last = {} if row.last is None else {f"last_{name}": value for name, value in row.last}
        named = {name: _joined(getattr(one, name) for one in row.tasks) for name in ("programme", "code")}
        refs = {"tasks": " ".join(str(one.task_id) for one in row.tasks)}
        refs["etags"] = " ".join(one.etag or "-" for one in row.tasks)
        last["last_at"] = last.pop("last_occurred_at", None)
        return (
            {**refs, **named, "title": row.tasks[0].title, "period": row.period, "deadline": row.deadline} | last | told
        )
    if isinstance(row, ValueRow):
        told = {} if row.answer is None else row.answer.model_dump(exclude={"reason"})
        base = row.base and row.base.model_dump_json(exclude_none=True)
        return row.model_dump(exclude={"base", "answer"}) | told | {"id": row.indicator, "base": base}
    shown = row.model_dump(exclude={"answer"})
    return {"id": str(shown.pop(_IDS[kind])), "task": str(shown.pop("task_id")), **shown}


def _joined(values: Iterable[str | None]) -> str:
    return "; ".join(dict.fromkeys(value for value in values if value))


def sent_as_json(sheet: Sheet) -> Sent:
    """A sheet that came as JSON."""
    listed = {kind: [Placed(kind, place, row, {}) for place, row in enumerate(getattr(sheet, kind))] for kind in KINDS}
    return Sent(sheet.period, sheet.programme, listed, [])


def read(cells: Iterable[tuple[str, int, Sequence[Any] | None]], codes: Sequence[str]) -> Sent:
    """The sheet that a workbook holds; `codes` are those of the body that sends it.

    Rows that are wrong are told with their cells. Raises SheetNotRead for a workbook that is no sheet, or is of another
    body, and SheetTooLong.
    """
    names: dict[str, Sequence[Any]] = {}
    guide: dict[Any, Any] = {}
    listed: dict[Kind, list[Placed[Any]]] = {kind: [] for kind in KINDS}
    unread: list[SheetRow] = []
    for title, number, row in cells:
        if row is not None and title not in names:
            names[title] = row
            _check_names(title, row)
        elif row is None or _is_heading(names.get(title, ()), row):
            continue
        elif title == _GUIDE:
            told = dict(zip(names[title], row, strict=False))
            guide[told.get("field")] = told.get("value")
        elif (kind := _BY_TITLE.get(title)) is not None:
            placed = _read_row(kind, title, number, names[title], row)
            if isinstance(placed, SheetRow):
                unread.append(placed)
            else:
                listed[kind].append(placed)
            if max(len(listed[kind]), len(unread)) > MOST_ROWS:
                raise SheetTooLong
    asked, period = guide.get("programme"), guide.get("period")
    if guide.get("organisation") not in codes or not isinstance(period, str) or _TASKS not in names:
        raise SheetNotRead
    if asked is not None and not (isinstance(asked, str) and re.fullmatch(patterns.SLUG, asked)):
        raise SheetNotRead
    return Sent(period, asked, listed, unread)


def _check_names(title: str, names: Sequence[Any]) -> None:
    """Raises SheetNotRead for a sheet by whose first row no cell could be told, so that no answer of it is lost."""
    kind = _BY_TITLE.get(title)
    if kind is None:
        if any(pair.issubset(names) for pair in _HIDDEN):
            raise SheetNotRead  # it was named otherwise
        return
    columns = _SHEETS[kind][1]
    hidden, fillable = ({one.name for one in columns if getattr(one, of)} for of in ("hidden", "fillable"))
    if not hidden.issubset(names) or fillable.isdisjoint(names):
        raise SheetNotRead


def _is_heading(names: Sequence[Any], row: Sequence[Any]) -> bool:
    """A hidden column is called in both rows the same; the heading need not be the second row any more."""
    return any(name in ("tasks", "id") and name == cell for name, cell in zip(names, row, strict=False))


def _read_row(kind: Kind, title: str, number: int, names: Sequence[Any], row: Sequence[Any]) -> Placed[Any] | SheetRow:
    told = {str(name): value for name, value in zip(names, row, strict=False) if name is not None and value is not None}
    cells = {_MEMBERS.get(str(name), str(name)): f"{_letters(place)}{number}" for place, name in enumerate(names)}
    try:
        return Placed(title, number, ROWS[kind].model_validate(_ROWS[kind](told)), cells)
    except ValidationError as error:
        problems = []
        for one in field_errors(error.errors(include_url=False)):
            column = one["pointer"].rpartition("/")[2]
            problems.append(CellProblem(column=column, cell=cells.get(column), code="invalid", detail=one["detail"]))
        return SheetRow(sheet=title, row=number, outcome="refused", problems=problems)


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# What a column fills that is called otherwise in the answer.
_MEMBERS = {"title_of_evidence": "title", "answer": "text", "word": "reason", "correction": "reason"}
_ANSWERED = ("percent", "text", "difficulty", "cause", "remedy", "expected_on")


def _report(told: Cells) -> Cells:
    ids, tags = str(told.get("tasks", "")).split(), str(told.get("etags", "")).split()
    refs = [
        {"task_id": task_id, "etag": None if tag == "-" else tag}
        for task_id, tag in zip(ids, [*tags, *["-"] * len(ids)], strict=False)
    ]
    answer = {name: _plain(name, told[name]) for name in _ANSWERED if name in told}
    marked = str(told.get("no_change", "")).strip().lower() == _YES
    return {"tasks": refs, "period": told.get("period"), "answer": answer or None, "no_change": marked}


def _plain(name: str, value: Any) -> Any:
    """A value as a request has it: a number or a day of this country may have been typed as text, text as a number."""
    if name == "percent" and isinstance(value, str):
        bare = value.strip().removesuffix("%").strip()
        return int(bare) if bare.isascii() and bare.isdigit() else value
    if name == "expected_on" and isinstance(value, str) and (found := _DAY.fullmatch(value.strip())):
        day, month, year = found.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    return value if name in ("percent", "expected_on") else str(value)


def _linked(kind: Kind) -> Callable[[Cells], Cells]:
    def row(told: Cells) -> Cells:
        answer = {"title": told.get("title_of_evidence"), "url": told.get("url")}
        return _identified(kind, told) | {"answer": _if_any(answer)}

    return row


def _if_any(answer: Cells) -> Cells | None:
    filled = {name: str(value) for name, value in answer.items() if value is not None}
    return filled or None


def _identified(kind: Kind, told: Cells) -> Cells:
    return {_IDS[kind]: told.get("id"), "task_id": told.get("task")}


def _urge(told: Cells) -> Cells:
    return _identified("urges", told) | {"answer": _if_any({"text": told.get("answer")})}


def _value(told: Cells) -> Cells:
    given = {name: told.get(name) for name in ("number", "numerator", "denominator")}
    words = {"note": told.get("note"), "reason": told.get("correction")}
    given |= {name: str(said) for name, said in words.items() if said is not None}
    answer = {name: said for name, said in given.items() if said is not None}
    base = told.get("base")
    return {
        "indicator": told.get("id"),
        "organisation": told.get("organisation") and str(told["organisation"]),
        "status": told.get("status"),
        "base": None if base is None else _read_base(str(base)),
        "answer": answer or None,
    }


def _read_base(told: str) -> Any:
    """What the service wrote there; what is no JSON any more is refused as no object."""
    try:
        return orjson.loads(told)
    except ValueError:
        return told


def _decision(told: Cells) -> Cells:
    outcome = told.get("outcome")
    word = None if outcome is None else _OUTCOMES.get(str(outcome), str(outcome))
    answer = None if word is None else _if_any({"outcome": word, "reason": told.get("word")})
    return _identified("decisions", told) | {"answer": answer}


_ROWS: Mapping[Kind, Callable[[Cells], Cells]] = {
    "tasks": _report,
    "periods": _report,
    "milestones": _linked("milestones"),
    "urges": _urge,
    "evidence": _linked("evidence"),
    "decisions": _decision,
    "values": _value,
}
