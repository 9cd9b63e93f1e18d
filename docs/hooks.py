"""What mkdocs adds by itself: a page of API reference for each module, and the folders' pages in the navigation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("mpc", "protocols")
FOLDERS = {
    "Reference": {"Protocols": "protocols"},
    "Explanation": {"Differential privacy": "privacy", "Algorithms": "algorithms", "Decisions": "decisions"},
}
"""By part of the site, the folders whose pages it lists, by their titles."""


def on_config(config: Any) -> Any:
    """Append the folders and the API reference to their parts, pages in order of name, the index first."""
    parts = {title: pages for part in config.nav for title, pages in part.items()}
    for part, folders in FOLDERS.items():
        for title, folder in folders.items():
            pages = sorted((ROOT / "docs" / folder).glob("*.md"), key=lambda page: (page.stem != "index", page.stem))
            parts[part].append({title: [f"{folder}/{page.name}" for page in pages]})
    parts["Reference"].append({"API": [{name: f"api/{name}.md"} for name in modules()]})
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages of the API reference."""
    for name in modules():
        files.append(File.generated(config, f"api/{name}.md", content=f"# {name}\n\n::: {name}\n"))
    return files


def modules() -> list[str]:
    """Every module with a public name of its own, by its full name; the face `mpc` first."""
    found = []
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if not any(part.startswith("_") for part in name.split(".")):
                found.append(name)
    return found
