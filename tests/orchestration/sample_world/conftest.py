import pytest

from orchestration.sample_world.simulation import simulate


@pytest.fixture(scope="session")
def small_world():
    return simulate(range(300), days=60, seed=1)


@pytest.fixture(scope="session")
def big_world():
    """Big enough that planted effects show above the noise."""
    return simulate(range(10_000), days=180, seed=2)
