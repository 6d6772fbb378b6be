import pytest

from tests.company import Company, generate_and_run


@pytest.fixture(scope="session")
def long_history(tmp_path_factory) -> Company:
    """16 months: enough for second purchases within a year and for silences that are churn."""
    return generate_and_run(tmp_path_factory.mktemp("long_history"), customers=600, days=480)
