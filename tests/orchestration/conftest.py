import pytest


@pytest.fixture
def data_folder(tmp_path, monkeypatch):
    """A data folder of the test's own."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"
