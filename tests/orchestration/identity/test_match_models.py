import pytest

from orchestration.identity import match_models
from orchestration.identity.match_models import (
    NoModelError,
    named_model,
    versions,
    write_version,
)


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    return tmp_path


def model(record_count):
    return {"record_count": record_count}


def test_a_version_is_never_overwritten(data_folder):
    path = write_version(model(1)).path

    assert write_version(model(2)).number == 2
    assert path.stat().st_mode & 0o077 == 0
    assert [version.model["record_count"] for version in versions()] == [1, 2]


def test_a_model_is_named_by_version_or_file(data_folder):
    version = write_version(model(7))

    assert named_model("1") == named_model(str(version.path)) == version.model
    for name in ("2", str(data_folder / "none.json")):
        with pytest.raises(NoModelError):
            named_model(name)


def test_versions_ignore_other_files(data_folder):
    write_version(model(1))
    (match_models.identity_models_dir() / "notes.json").write_text("{}")

    assert [version.number for version in versions()] == [1]
