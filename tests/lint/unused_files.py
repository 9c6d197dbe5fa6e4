"""Finds statements in include/sql and templates of the web that nothing uses: `python -m tests.lint.unused_files`.

A statement is used if a module has its name, "billing/open_run", as a text, or if one has the beginning of its name in
an f-string, f"billing/{step}", and one the rest, "open_run". A template is used if a module or another template names
it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from multitv.installation import REPOSITORY

SQL = Path("include/sql")
WEB = Path("plugins/multitv/web")
# Run by the migrations, not by name.
_BY_MIGRATIONS = ("schema", "functions", "triggers", "grants")


def unused_statements(root: Path = REPOSITORY) -> list[str]:
    """Return the paths of statements that no module under plugins/ names."""
    modules = "\n".join(path.read_text(encoding="utf-8") for path in sorted((root / "plugins").rglob("*.py")))
    beginnings = set(re.findall(r'f"([a-z_]+/[a-z_]*){', modules))
    found = []
    for path in sorted((root / SQL).rglob("*.sql")):
        name = path.relative_to(root / SQL).with_suffix("").as_posix()
        rests = [name.removeprefix(beginning) for beginning in beginnings if name.startswith(beginning)]
        if not name.startswith(_BY_MIGRATIONS) and not any(f'"{used}"' in modules for used in (name, *rests)):
            found.append(path.relative_to(root).as_posix())
    return found


def unused_templates(root: Path = REPOSITORY) -> list[str]:
    """Return the paths of templates that no module and no other template names."""
    templates = sorted((root / WEB).glob("*/templates/*.html"))
    users = {path: path.read_text(encoding="utf-8") for path in (*templates, *(root / WEB).rglob("*.py"))}
    found = []
    for path in templates:
        name = re.escape(f"{path.parent.parent.name}/{path.name}")
        if not any(re.search(rf"[\"']{name}[\"']", text) for user, text in users.items() if user != path):
            found.append(path.relative_to(root).as_posix())
    return found


def main() -> int:
    """Print what nothing uses, and return 1 if there is any."""
    unused = unused_statements() + unused_templates()
    for path in unused:
        print(f"{path}: nothing uses it, delete it")  # noqa: T201, what a linter says
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())
