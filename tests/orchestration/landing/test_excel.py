import datetime

import openpyxl
import pytest

PULSE = """
sources:
  - name: employees
    schema: raw_employees
    tables:
      - name: pulse
        config:
          meta:
            landing_format: xlsx
            landing_file: "pulse_*.xlsx"
            landing_sheet: Pulse
            landing_header_rows: 2
            landing_key: [Team, Week]
        columns:
          - {name: Team, data_type: varchar}
          - {name: Week, data_type: varchar}
          - {name: "Wellbeing / Mood", data_type: varchar}
          - {name: "Wellbeing / Stress", data_type: varchar}
"""


@pytest.fixture
def employees(place):
    place.declare("employees", PULSE)
    return place


def deliver(place, rows, title="Pulse", merged=("A1:A2", "B1:B2", "C1:D1")):
    workbook = openpyxl.Workbook()
    workbook.active.title = "Notes"
    sheet = workbook.create_sheet(title)
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    path = place.folder / "pulse_1.xlsx"
    workbook.save(path)
    return path


HEADER = [["Team", "Week", "Wellbeing", None], [None, None, "Mood", "Stress"]]


def pulse(place):
    return place.query(
        'select Team, Week, "Wellbeing / Mood", "Wellbeing / Stress", _line '
        "from raw_employees.pulse order by _line"
    )


def test_merged_header_cells_name_each_column_under_them(employees):
    week = datetime.date(2026, 1, 5)
    deliver(employees, [*HEADER, ["T1", week, 5, 4.5], [], ["T2", week, "n/a", None]])

    employees.land()

    assert pulse(employees) == [
        ("T1", "2026-01-05T00:00:00", "5", "4.5", 3),
        ("T2", "2026-01-05T00:00:00", "n/a", None, 5),
    ]
    assert employees.query("select lines, header_lines, blank_lines from ledger.loads") == [
        (5, 2, 1)
    ]


def test_a_merged_value_belongs_to_every_row_that_it_covers(employees):
    deliver(
        employees,
        [*HEADER, ["T1", "2026-W01", 5, 4], [None, "2026-W02", 3, 2]],
        merged=("A1:A2", "B1:B2", "C1:D1", "A3:A4"),
    )

    employees.land()

    assert [row[:2] for row in pulse(employees)] == [("T1", "2026-W01"), ("T1", "2026-W02")]


def test_a_row_without_its_key_is_refused_alone(employees):
    deliver(employees, [*HEADER, ["T1", "2026-W01", 5, 4], ["Total", None, 5, 4]])

    employees.land()

    assert [row[0] for row in pulse(employees)] == ["T1"]
    assert [reject[:3] for reject in employees.rejects()] == [(4, 1, "no_key")]


@pytest.mark.parametrize(
    ("rows", "title", "reason_code"),
    [
        pytest.param([["Team", "Week", "x", "y"], ["", "", "", ""]], "Pulse", "header", id="names"),
        pytest.param(HEADER, "Another", "header", id="no such sheet"),
        pytest.param([], "Pulse", "empty", id="empty sheet"),
    ],
)
def test_a_sheet_of_another_shape_is_quarantined(employees, rows, title, reason_code):
    deliver(employees, rows, title, merged=())

    employees.land()

    assert employees.quarantine_reason()[0] == reason_code


def test_a_damaged_workbook_is_quarantined(employees):
    path = deliver(employees, HEADER)
    path.write_bytes(path.read_bytes()[:-200])

    employees.land()

    assert employees.quarantine_reason()[0] == "excel_damaged"
