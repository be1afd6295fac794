"""Exports of other systems become rows of our imports; what does not fit is said at its place, and never guessed.

The forms are those of DHIS2's `/api/metadata` and `/api/dataValueSets` and of OpenProject's `/api/v3/work_packages` and
CSV export; the contents are made up.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from sixclear.launcher.__main__ import main

PLAN: dict[str, Any] = {
    "programme": "plan",
    "source": "old",
    "assigned_by": "province",
    "assigning_organisation": "75",
    "organisations": {"ImspTQPwCqd": "25999", "Phường Biên Hòa": "25999"},
    "fields": {},
}
METADATA = {
    "organisationUnits": [{"id": "ImspTQPwCqd", "code": "OU_1", "name": "Phường Biên Hòa"}],
    "categoryOptionCombos": [{"id": "cat1", "name": "nữ"}],
    "dataElements": [
        {"id": "deHoSo", "name": "Hồ sơ số hóa", "description": "Số hồ sơ"},
        {"id": "deTyLe", "name": "Tỷ lệ số hóa"},
    ],
    "dataSets": [
        {
            "id": "ds1",
            "periodType": "Monthly",
            "dataSetElements": [{"dataElement": {"id": "deHoSo"}}, {"dataElement": {"id": "deTyLe"}}],
            "organisationUnits": [{"id": "ImspTQPwCqd"}],
        },
        {"id": "ds2", "periodType": "SixMonthlyApril", "organisationUnits": []},
    ],
}
VALUES = {
    "dataSet": "ds1",
    "period": "202512",
    "orgUnit": "ImspTQPwCqd",
    "dataValues": [
        {"dataElement": "deHoSo", "categoryOptionCombo": "cat1", "value": "12", "comment": "Đã kiểm tra"},
        {"dataElement": "deHoSo", "categoryOptionCombo": "cat2", "value": "30"},
        {"dataElement": "deTyLe", "value": "45", "lastUpdated": "2025-12-15T09:00:00.000+0700"},
        {"dataElement": "deTyLe", "period": "2025Q9", "value": "1"},
        {"dataElement": "deTyLe", "period": "202511", "value": "9", "deleted": True},
    ],
}
PACKAGES = {
    "_type": "WorkPackageCollection",
    "total": 5,
    "count": 2,
    "pageSize": 2,
    "offset": 1,
    "_embedded": {
        "elements": [
            {
                "_type": "WorkPackage",
                "id": 17,
                "subject": "Số hóa hồ sơ",
                "description": {"format": "markdown", "raw": "Toàn bộ", "html": "<p>Toàn bộ</p>"},
                "dueDate": "2026-01-31",
                "percentageDone": 40,
                "updatedAt": "2025-12-15T02:00:00.123Z",
                "_links": {
                    "project": {"href": "/api/v3/projects/1", "title": "Phường Biên Hòa"},
                    "status": {"href": "/api/v3/statuses/7", "title": "In progress"},
                    "assignee": {"href": "/api/v3/users/9", "title": "Nguyễn Văn A"},
                },
            },
            {
                "_type": "WorkPackage",
                "id": 18,
                "subject": "Nghiệm thu",
                "date": "2026-02-28",
                "percentageDone": None,
                "_links": {
                    "project": {"href": "/api/v3/projects/2", "title": "Phường khác"},
                    "status": {"href": "/api/v3/statuses/1", "title": "New"},
                },
            },
        ]
    },
}


@pytest.fixture
def read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `sixclear read` on one file: the exit code, the rows, and what was said."""

    def run(system: str, kind: str, name: str, content: Any, *more: str, **plan: Any) -> tuple[int, list[Any], str]:
        mapping, file = tmp_path / "mapping.json", tmp_path / name
        mapping.write_text(json.dumps(PLAN | plan), encoding="utf-8")
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        code = main(["read", system, str(file), "--mapping", str(mapping), "--as", kind, *more])
        told = capsys.readouterr()
        return code, [json.loads(line) for line in told.out.splitlines()], told.err

    return run


def test_metadata_of_dhis2_are_recurring_tasks(read: Any) -> None:
    code, rows, said = read("dhis2", "tasks", "metadata.json", METADATA)
    assert rows == [
        {
            "programme": "plan",
            "source": "old",
            "assigned_by": "province",
            "assigning_organisation": "75",
            "external_id": f"{element}/ImspTQPwCqd",
            "title": title,
            **described,
            "lead_organisation": "25999",
            "kind": "recurring",
            "recurrence": "FREQ=MONTHLY;BYMONTHDAY=-1",
        }
        for element, title, described in (
            ("deHoSo", "Hồ sơ số hóa", {"description": "Số hồ sơ"}),
            ("deTyLe", "Tỷ lệ số hóa", {}),
        )
    ]
    assert code == 1
    assert "data set ds2: its periods (SixMonthlyApril) have no rule here" in said


def test_values_of_dhis2_are_one_report_for_an_element_a_unit_and_a_period(read: Any, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(METADATA), encoding="utf-8")
    metadata = ("--metadata", str(tmp_path / "m.json"))
    code, rows, said = read("dhis2", "reports", "values.json", VALUES, *metadata, percentages=["deTyLe"])
    assert rows == [
        {
            "source": "old",
            "external_id": "deHoSo/ImspTQPwCqd",
            "text": "Hồ sơ số hóa: 12 (nữ); 30 (cat2)\nĐã kiểm tra",
            "period": "2025-12",
        },
        {
            "source": "old",
            "external_id": "deTyLe/ImspTQPwCqd",
            "text": "Tỷ lệ số hóa: 45",
            "percent": 45,
            "period": "2025-12",
            "occurred_at": "2025-12-15T02:00:00+00:00",
        },
    ]
    assert (code, "the period 2025Q9 has no name here" in said) == (1, True)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("2025", "2025"),
        ("2025Q4", "2025-Q4"),
        ("202503", "2025-03"),
        ("2025W7", "2025-W07"),
        ("20250309", "2025-03-09"),
    ],
)
def test_periods_of_dhis2_have_our_names(read: Any, theirs: str, ours: str) -> None:
    head = "dataelement,period,orgunit,categoryoptioncombo,attributeoptioncombo,value,storedby,lastupdated,comment\n"
    code, rows, _ = read("dhis2", "reports", "values.csv", f"{head}e,{theirs},u,c,a,5,x,,\n")
    assert (code, rows) == (0, [{"source": "old", "external_id": "e/u", "text": "e: 5", "period": ours}])


def test_work_packages_are_tasks_and_reports_without_persons(read: Any) -> None:
    code, rows, said = read("openproject", "tasks", "page.json", PACKAGES)
    assert [(row["external_id"], row["deadline"], row["lead_organisation"]) for row in rows] == [
        ("17", "2026-01-31", "25999")
    ]
    assert rows[0]["description"] == "Toàn bộ"
    assert "element 1: project: 'Phường khác' is not among `organisations`" in said
    assert "the page ends at 2 of 5 work packages" in said
    assert (code, "Nguyễn" in str(rows) + said) == (1, False)
    _, reports, _ = read("openproject", "reports", "page.json", PACKAGES)
    assert reports[0] == {
        "source": "old",
        "external_id": "17",
        "percent": 40,
        "text": "In progress",
        "occurred_at": "2025-12-15T02:00:00.123000+00:00",
    }
    assert "percent" not in reports[1], "what was not said is not zero"


def test_an_export_of_openproject_is_read_as_spreadsheets_write_it(read: Any) -> None:
    table = "ID;Subject;Status;Finish date;Project;% Complete\r\n7;Số hóa;Closed;31/01/2026;25999;100%\r\n;;;;;\r\n"
    content = table.encode("utf-8-sig")
    code, rows, _ = read("openproject", "tasks", "export.csv", content, day_format="%d/%m/%Y")
    assert (code, rows[0]["deadline"], rows[0]["title"]) == (0, "2026-01-31", "Số hóa")
    code, rows, _ = read("openproject", "reports", "export.csv", content, values={"text": {"Closed": "Đã đóng"}})
    assert (code, rows) == (0, [{"source": "old", "external_id": "7", "text": "Đã đóng", "percent": 100}])


def test_indices_of_a_table_are_named_by_the_mapping(read: Any) -> None:
    table = "Mã chỉ số\tTên\tĐơn vị\tĐầu mối\nCS-01\tHạ tầng\tPhường Biên Hòa\tChủ tịch\nCS-02\t\t25999\t\n"
    columns = {
        "external_id": "Mã chỉ số",
        "title": "Tên",
        "lead_organisation": "Đơn vị",
        "responsible_position.title": "Đầu mối",
    }
    code, rows, said = read("table", "tasks", "chi-so.csv", table, columns=columns)
    assert (code, len(rows)) == (1, 1)
    assert rows[0]["responsible_position"] == {"title": "Chủ tịch", "organisation": "25999"}
    assert "chi-so.csv row 3: nothing says title (Tên)" in said
    lines = '{"ma": "CS-01", "muc": "45,5%"}\n[]\n{"ma": "CS-02", "muc": "45%", "chu": "Đạt"}\n'
    columns = {"external_id": "ma", "percent": "muc", "text": "chu"}
    code, rows, said = read("table", "reports", "chi-so.ndjson", lines, columns=columns)
    assert rows == [{"source": "old", "external_id": "CS-02", "percent": 45, "text": "Đạt"}]
    assert "line 1: muc: '45,5%' is no whole percentage" in said
    assert "line 2: no JSON object" in said


def test_documents_of_a_table_are_directives(read: Any) -> None:
    columns = {"number": "Số", "issued_on": "Ngày", "issuer": "Cơ quan", "title": "Trích yếu"}
    table = "Số,Ngày,Cơ quan,Trích yếu\n57/KH,22/12/2024,P57,Kế hoạch\n58/KH,2024,P57,Kế hoạch\n"
    code, rows, said = read("table", "directives", "vb.csv", table, columns=columns, day_format="%d/%m/%Y")
    assert rows == [
        {"programme": "plan", "number": "57/KH", "issued_on": "2024-12-22", "issuer": "P57", "title": "Kế hoạch"}
    ]
    assert (code, "row 3: Ngày: '2024' is no day" in said) == (1, True)


@pytest.mark.parametrize(
    ("system", "kind", "name", "content", "words"),
    [
        ("dhis2", "directives", "m.json", METADATA, "no documents"),
        ("dhis2", "tasks", "m.json", {}, "no data sets"),
        ("dhis2", "reports", "v.json", [], "no data value set"),
        ("openproject", "tasks", "w.json", {"a": 1}, "no work packages"),
        ("openproject", "tasks", "w.json", "{", "no JSON"),
        ("table", "tasks", "t.csv", "Tên\n\xe9".encode("latin-1", "replace"), "not UTF-8"),
    ],
)
def test_a_file_that_is_something_else_is_said(
    read: Any, system: str, kind: str, name: str, content: Any, words: str
) -> None:
    code, rows, said = read(system, kind, name, content)
    assert (code, rows, words in said) == (1, [], True), said


def test_a_mapping_with_a_word_that_is_none_is_refused(read: Any) -> None:
    code, rows, said = read("table", "tasks", "t.csv", "a\n1\n", colums={})
    assert (code, rows, "colums" in said) == (1, [], True)
