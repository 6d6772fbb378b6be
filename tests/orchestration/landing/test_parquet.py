import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

READINGS = """
sources:
  - name: sensors
    schema: raw_sensors
    tables:
      - name: readings
        config:
          meta: {landing_format: parquet, landing_file: "readings_{date}*", landing_key: [id]}
        columns:
          - {name: id, data_type: bigint}
          - {name: "Dwell s", data_type: double}
          - {name: read_at, data_type: timestamp}
          - {name: zone, data_type: varchar, config: {meta: {landing_optional: true}}}
"""
AT = datetime.datetime(2026, 1, 2, 10, 0, 0, 123000)
GOOD = {"id": pa.array([2**62, 7]), "Dwell s": [1.5, None], "read_at": [AT, AT]}


@pytest.fixture
def sensors(place):
    place.declare("sensors", READINGS)
    return place


def deliver(place, columns, **options):
    path = place.folder / "readings_2026-01-02.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_every_value_becomes_text(sensors):
    deliver(sensors, GOOD | {"zone": ["entrance", "tills"]})

    sensors.land()

    assert sensors.query(
        'select id, "Dwell s", read_at, zone, _extra, _line from raw_sensors.readings'
    ) == [
        ("4611686018427387904", "1.5", "2026-01-02 10:00:00.123", "entrance", None, 1),
        ("7", None, "2026-01-02 10:00:00.123", "tills", None, 2),
    ]
    assert sensors.query("select counted_unit, lines, row_lines from ledger.loads") == [
        ("row", 2, 2)
    ]


def test_columns_are_matched_by_name_and_added_ones_kept_aside(sensors):
    deliver(
        sensors,
        {
            "read_at": [AT],
            "id": [1],
            "Dwell s": [2.0],
            "tags": [["a", "b"]],
            "price": [Decimal("1.10")],
        },
    )

    sensors.land()

    assert sensors.query('select id, "Dwell s", zone, _extra from raw_sensors.readings') == [
        ("1", "2.0", None, '{"tags": "[\\"a\\",\\"b\\"]", "price": "1.10"}')
    ]


def test_zoned_times_become_utc(sensors):
    zoned = pa.array([AT], pa.timestamp("us", tz="Europe/Warsaw"))
    deliver(sensors, {"id": [1], "Dwell s": [2.0], "read_at": zoned})

    sensors.land()

    assert sensors.query("select read_at from raw_sensors.readings") == [
        ("2026-01-02 10:00:00.123+00",)
    ]


def test_a_row_without_its_key_is_refused_alone(sensors):
    deliver(sensors, {"id": [None, 2], "Dwell s": [1.0, 2.0], "read_at": [AT, AT]})

    sensors.land()

    assert sensors.query("select id, _line from raw_sensors.readings") == [("2", 2)]
    assert [reject[:3] for reject in sensors.rejects()] == [(1, 1, "no_key")]


@pytest.mark.parametrize(
    ("columns", "reason_code", "named"),
    [
        pytest.param({"Dwell s": [1.0], "read_at": [AT]}, "header", "id", id="column missing"),
        pytest.param(GOOD | {"id": ["a", "b"]}, "wrong_type", "id", id="text for a number"),
        pytest.param(GOOD | {"read_at": ["x", "y"]}, "wrong_type", "read_at", id="text for a time"),
        pytest.param(GOOD | {"id": [1.5, 2.5]}, "wrong_type", "id", id="fraction for an id"),
    ],
)
def test_a_file_of_another_shape_is_quarantined(sensors, columns, reason_code, named):
    deliver(sensors, columns)

    sensors.land()

    assert sensors.quarantine_reason()[0] == reason_code
    assert named in sensors.quarantine_reason()[1]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:-40], id="cut"),
        pytest.param(lambda content: b"id,at\n1,2\n", id="CSV"),
        pytest.param(
            lambda content: content.replace(b"\x07" + bytes(7), b"\x08" + bytes(7)),
            id="flipped bit",
        ),
    ],
)
def test_a_damaged_file_is_quarantined(sensors, damage):
    path = deliver(
        sensors, GOOD, compression="none", use_dictionary=False, write_page_checksum=True
    )
    path.write_bytes(damage(path.read_bytes()))

    sensors.land()

    assert sensors.quarantine_reason()[0] == "parquet_damaged"
    assert sensors.query("select count(*) from raw_sensors.readings") == [(0,)]
