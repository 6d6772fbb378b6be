import pytest

from orchestration.identity.phones import e164


@pytest.mark.parametrize(
    ("raw", "country", "expected"),
    [
        pytest.param("600 100 200", "PL", "+48600100200", id="national"),
        pytest.param("0048 600-100-200", "PL", "+48600100200", id="international prefix"),
        pytest.param("+44 (0)20 7946 0018", "PL", "+442079460018", id="another country's"),
        pytest.param("600100200", None, None, id="national from nowhere"),
        pytest.param("22 310 45 67 ext. 12", "PL", "+48223104567;ext=12", id="extension"),
        pytest.param("+48 22 310 45 67 x15", "PL", "+48223104567;ext=15", id="short extension"),
        pytest.param("tel:+48223104567;ext=7", "PL", "+48223104567;ext=7", id="RFC 3966"),
        pytest.param(
            "+48223104567,,123#", "PL", "+48223104567;ext=123", id="dialled after a pause"
        ),
        pytest.param("+48223104567p123", "PL", "+48223104567;ext=123", id="dialled pause"),
        pytest.param(
            "+48 22 310 45 67 wew. 12", "PL", "+48223104567;ext=12", id="Polish extension"
        ),
        pytest.param("030 1234567 Durchwahl 5", "DE", "+49301234567;ext=5", id="German extension"),
        pytest.param("01 23 45 67 89 poste 5", "FR", "+33123456789;ext=5", id="French extension"),
        pytest.param("12", "PL", None, id="too short"),
        pytest.param("anonymous", "PL", None, id="no number"),
    ],
)
def test_a_number_has_one_form(raw, country, expected):
    assert e164(raw, country) == expected
