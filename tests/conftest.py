import pytest

from tests.company import Company, generate_and_run

# Fixtures that take long and serve many files: whoever shares one runs in the same process.
SHARED_FIXTURES = ("company", "stage", "dbt")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        shared = (name for name in SHARED_FIXTURES if name in item.fixturenames)
        item.add_marker(pytest.mark.xdist_group(next(shared, item.path.stem)))


@pytest.fixture(scope="session")
def company(tmp_path_factory) -> Company:
    """300 customers over 90 days, built once for every file that asks."""
    return generate_and_run(tmp_path_factory.mktemp("company"), customers=300, days=90)
