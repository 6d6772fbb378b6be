import pytest

from orchestration.identity.names import split_full_name


@pytest.mark.parametrize(
    ("full_name", "expected"),
    [
        pytest.param("Anna Nowak", ("Anna", "Nowak"), id="two words"),
        pytest.param("Nowak, Anna Maria", ("Anna Maria", "Nowak"), id="surname first"),
        pytest.param("Anna Maria Nowak", ("Anna Maria", "Nowak"), id="middle name"),
        pytest.param("Ludwig van Beethoven", ("Ludwig", "van Beethoven"), id="particle"),
        pytest.param("Maria de la Cruz", ("Maria", "de la Cruz"), id="particles"),
        pytest.param("Dr. John Smith Jr.", ("John", "Smith"), id="title and suffix"),
        pytest.param("Smith, Jr., John", ("John", "Smith"), id="suffix before the comma"),
        pytest.param("John Smith, Jr.", ("John", "Smith"), id="suffix after the comma"),
        pytest.param("Madonna", (None, "Madonna"), id="one word"),
        pytest.param("  ", (None, None), id="blank"),
        pytest.param("-", (None, None), id="no letters"),
        pytest.param("高 军", ("高", "军"), id="other script"),
    ],
)
def test_a_full_name_is_cut_in_two(full_name, expected):
    assert split_full_name(full_name) == expected
