"""Lineage of columns: the page that dbt-colibri draws, where `make lineage` has installed it.

It has an environment of its own, since it needs another SQL parser than ours. Drawing takes 15
CPU-seconds, so the page of the version before is taken where no model has changed.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orchestration.paths import PROJECT_DIR, documentation_path

TOOL = PROJECT_DIR / ".lineage" / "bin" / "colibri"
FILE = "lineage.html"
_TIMEOUT_SECONDS = 600
# It is drawn by its own script and asks for nothing, whatever that script would like to tell.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline' 'unsafe-eval' blob:; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; worker-src blob:; base-uri 'none'; form-action 'none'\">"
)


def draw_lineage(
    manifest: Mapping[str, Any], catalog: Mapping[str, Any], folder: Path, tool: Path = TOOL
) -> bool:
    """Write the page into the folder; False where it cannot be drawn, which stops nothing.

    `manifest` is that of a build: it is read for its compiled SQL, which is not in the page.
    """
    if not tool.exists():
        return False
    mark = f"<!-- models {_fingerprint(manifest, catalog)} -->"
    before = documentation_path().with_name(FILE)
    if before.exists() and mark in before.read_text(encoding="utf-8"):
        text = before.read_text(encoding="utf-8")
    else:
        drawn = _drawn(manifest, catalog, tool)
        if drawn is None:
            return False
        text = drawn.replace("<head>", f"<head>{mark}{_POLICY}", 1)
    if _POLICY not in text:
        return False
    (folder / FILE).write_text(text, encoding="utf-8")
    return True


def _drawn(manifest: Mapping[str, Any], catalog: Mapping[str, Any], tool: Path) -> str | None:
    with TemporaryDirectory() as name:
        work = Path(name)
        (work / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        (work / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
        try:
            subprocess.run(  # noqa: S603 - our own arguments
                [
                    *(str(tool), "generate", "--light", "--disable-telemetry"),
                    *("--manifest", "manifest.json", "--catalog", "catalog.json"),
                    *("--output-dir", "out"),
                ],
                cwd=work,
                env={"PATH": os.environ.get("PATH", ""), "DO_NOT_TRACK": "1", "HOME": name},
                capture_output=True,
                timeout=_TIMEOUT_SECONDS,
                check=True,
            )
            return (work / "out" / "index.html").read_text(encoding="utf-8")
        except (OSError, subprocess.SubprocessError):
            return None


def _fingerprint(manifest: Mapping[str, Any], catalog: Mapping[str, Any]) -> str:
    checksums = [
        [unique_id, node["checksum"]["checksum"]]
        for unique_id, node in sorted(manifest["nodes"].items())
        if node.get("checksum")
    ]
    columns = {unique_id: list(table["columns"]) for unique_id, table in catalog["nodes"].items()}
    return hashlib.sha256(json.dumps([checksums, columns], sort_keys=True).encode()).hexdigest()
