"""What an audit of the pinned packages found; ends in failure also if it could look nothing up.

`make audit` reads it what pip-audit prints as JSON.

An auditor that reaches no list of advisories skips every package and ends well: that is no answer.
"""

import json
import sys


def judged(report: str) -> tuple[list[str], bool]:
    """The report of pip-audit in words, and whether every package was looked up and is sound."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return ["the auditor gave no report: nothing was looked up"], False
    skipped = [package for package in packages if "skip_reason" in package]
    flawed = [package for package in packages if package.get("vulns")]
    told = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in "
        f"{', '.join(flaw['fix_versions']) or 'no version'}"
        for package in flawed
        for flaw in package["vulns"]
    ]
    if skipped:
        told.append(
            f"{len(skipped)} of {len(packages)} packages could not be looked up; of the first: "
            f"{skipped[0]['skip_reason']}"
        )
    looked_up = len(packages) - len(skipped)
    told.append(f"{looked_up} packages looked up, {len(flawed)} with known vulnerabilities")
    return told, bool(packages) and not skipped and not flawed


if __name__ == "__main__":
    words, is_sound = judged(sys.stdin.read())
    print("\n".join(words))
    sys.exit(0 if is_sound else 1)
