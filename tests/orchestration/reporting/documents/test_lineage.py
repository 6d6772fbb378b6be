import stat

import pytest

from orchestration.reporting.documents.lineage import draw_lineage

MANIFEST = {"nodes": {"model.a": {"checksum": {"checksum": "1"}, "compiled_code": "select 1"}}}
CATALOG = {"nodes": {"model.a": {"columns": {"n": {}}}}}


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """A tool that draws a page, counts how often, and sees nothing of the environment."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("A_SECRET", "of the job")
    path = tmp_path / "colibri"
    path.write_text(
        "#!/bin/sh\n"
        f"echo drawn >> {tmp_path}/times\n"
        "mkdir out\n"
        'echo "<html><head></head>$A_SECRET $DO_NOT_TRACK $*</html>" > out/index.html\n'
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_without_the_tool_nothing_is_drawn(tmp_path):
    assert not draw_lineage(MANIFEST, CATALOG, tmp_path, tmp_path / "no such tool")
    assert list(tmp_path.iterdir()) == []


def test_the_page_asks_for_nothing_and_its_tool_tells_nobody(tool, tmp_path):
    assert draw_lineage(MANIFEST, CATALOG, tmp_path, tool)

    page = (tmp_path / "lineage.html").read_text()
    assert "default-src 'none'" in page
    assert "of the job" not in page
    assert " 1 generate --light --disable-telemetry" in page


def test_models_that_did_not_change_are_not_drawn_again(tool, tmp_path):
    published = tmp_path / "data" / "published" / "docs"
    published.mkdir(parents=True)
    draw_lineage(MANIFEST, CATALOG, published, tool)

    assert draw_lineage(MANIFEST, CATALOG, tmp_path, tool)
    assert (tmp_path / "lineage.html").read_text() == (published / "lineage.html").read_text()
    assert (tmp_path / "times").read_text().count("drawn") == 1

    changed = {"nodes": {"model.a": {"checksum": {"checksum": "2"}}}}
    assert draw_lineage(changed, CATALOG, tmp_path, tool)
    assert (tmp_path / "times").read_text().count("drawn") == 2


def test_a_tool_that_fails_stops_nothing(tool, tmp_path):
    tool.write_text("#!/bin/sh\nexit 1\n")

    assert not draw_lineage(MANIFEST, CATALOG, tmp_path, tool)
