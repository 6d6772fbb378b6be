import duckdb
import pytest

from orchestration.paths import published_path
from orchestration.publishing import versions
from orchestration.publishing.inputs import is_published
from orchestration.warehouse import build_state


@pytest.fixture
def published(customers, publish_marts):
    """Publish versions with 1, 2 … rows."""

    def publish_versions(count):
        for rows in range(1, count + 1):
            customers(rows, inputs=f"inputs {rows}")
            publish_marts("dim_customers")

    return publish_versions


def published_rows():
    with duckdb.connect(str(published_path().resolve()), read_only=True) as connection:
        return connection.execute("select count(*) from marts.dim_customers").fetchall()[0][0]


def test_rolling_back_goes_to_the_version_before(published):
    published(3)

    assert versions.roll_back() == 2

    assert published_rows() == 2


def test_rolling_back_goes_to_the_version_asked_for(published):
    published(3)

    assert versions.roll_back(1) == 1

    assert published_rows() == 1


def test_there_is_nothing_before_the_first_version(published):
    published(1)

    with pytest.raises(versions.NoVersionError, match=r"there are \[1\]"):
        versions.roll_back()


def test_a_version_after_a_rollback_gets_a_new_number(published, customers, publish_marts):
    published(3)
    versions.roll_back()
    customers(9)

    publish_marts("dim_customers")

    assert versions.current_version() == 4
    assert published_rows() == 9


def test_nothing_new_does_not_undo_a_rollback(published):
    published(3)

    versions.roll_back()

    assert is_published("inputs 3")


@pytest.mark.parametrize(
    "inputs",
    [pytest.param("inputs 2", id="an older build"), pytest.param("other", id="new inputs")],
)
def test_other_inputs_are_something_new(published, inputs):
    published(3)

    assert not is_published(inputs)


def test_a_build_under_way_is_something_new(published):
    published(3)

    build_state.forget_build()

    assert not is_published("inputs 3")
