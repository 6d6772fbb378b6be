import pytest

from orchestration.identity.phones import e164


@pytest.mark.parametrize(
    ("raw", "country", "expected"),
    [
        pytest.param("600 100 200", "PL", "+48600100200", id="national"),
        pytest.param("0048 600-100-200", "PL", "+48600100200", id="international prefix"),
        pytest.param("+44 (0)20 7946 0018", "PL", "+442079460018", id="another country's"),
        pytest.param("600100200", None, None, id="national from nowhere"),
        pytest.param("12", "PL", None, id="too short"),
        pytest.param("anonymous", "PL", None, id="no number"),
    ],
)
def test_a_number_has_one_form(raw, country, expected):
    assert e164(raw, country) == expected
