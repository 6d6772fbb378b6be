import pytest

from orchestration.landing import load_contracts

CONTRACT = """
sources:
  - name: pos
    schema: raw_pos
    config: {meta: {landing_format: csv}}
    tables:
      - name: receipts
        description: One row per receipt.
        config: {meta: {landing_file: "receipts_{date}.csv"}}
        columns: [{name: receipt_no, data_type: varchar}, {name: total, data_type: varchar}]
      - name: returns
        description: One row per return.
        config: {meta: {landing_file: "returns_{date}.csv"}}
        columns: [{name: receipt_no, data_type: varchar}]
"""


@pytest.fixture
def data_folder(tmp_path, monkeypatch):
    """A data folder of the test's own."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("THROUGHLINE_QUIET_SECONDS", "0")
    return tmp_path / "data"


@pytest.fixture
def contracts(tmp_path):
    """A company with one source of two tables."""
    folder = tmp_path / "contracts" / "pos"
    folder.mkdir(parents=True)
    (folder / "_pos__sources.yml").write_text(CONTRACT)
    return load_contracts(folder.parent)


@pytest.fixture
def deliver(data_folder):
    """Put a file of `pos` into its landing folder."""

    def put(name, *lines):
        folder = data_folder / "landing" / "pos"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("\n".join(lines) + "\n")

    return put
