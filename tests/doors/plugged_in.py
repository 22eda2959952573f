"""Packages for tests: the example's folder or files made here, installed without a network.

A package is installed when its code can be imported and its entry points stand in metadata on the path; that is what
pip does, and all that is done here, in a folder of the test's own.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "extension"


def install(project: Path, site: Path) -> list[str]:
    """Write the metadata of a project folder into `site`; answers what belongs on the path."""
    told = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    dist = site / f"{told['name'].replace('-', '_')}-{told['version']}.dist-info"
    dist.mkdir(parents=True, exist_ok=True)
    (dist / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {told['name']}\nVersion: {told['version']}\n", "utf-8"
    )
    lines = []
    for group, points in told["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items()), ""]
    (dist / "entry_points.txt").write_text("\n".join(lines), "utf-8")
    return [str(site), str(project / "src")]


def project(folder: Path, name: str, points: dict[str, dict[str, str]], files: dict[str, str]) -> Path:
    """A project of these modules and entry points: {port: {name: value}}."""
    text = [f'[project]\nname = "{name}"\nversion = "1.0"']
    for port, named in points.items():
        text += [
            f'\n[project.entry-points."firstbest.{port}"]',
            *(f'{key} = "{value}"' for key, value in named.items()),
        ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text("\n".join(text) + "\n", "utf-8")
    for path, code in files.items():
        written = folder / "src" / path
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(code, "utf-8")
    return folder
