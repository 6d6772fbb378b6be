import pytest

# Fixtures that take long and serve many files: whoever shares one runs in the same process.
SHARED_FIXTURES = ("company", "stage", "dbt")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        shared = (name for name in SHARED_FIXTURES if name in item.fixturenames)
        item.add_marker(pytest.mark.xdist_group(next(shared, item.path.stem)))
