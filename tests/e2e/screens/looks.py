"""How a page looks: in which theme, to axe-core, and on a picture."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Frame, Page, expect

RULES = {
    "light": {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # All that a change of colours can change.
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}
# What a picture of the documents may weigh.
MOST_BYTES = 150_000


def dress(page: Page | Frame, theme: str) -> None:
    """Have Airflow's theme changed, as a page hears of it from another window."""
    page.evaluate(
        "theme => { localStorage.setItem('theme', theme);"
        " window.dispatchEvent(new StorageEvent('storage', { key: 'theme', newValue: theme })); }",
        theme,
    )
    expect(page.locator(f"html[data-theme={theme}], html.{theme}")).to_be_attached()


def judge(page: Page | Frame, part: str | None = None) -> None:
    """Have axe-core look at a page, or a part of it by its selector, in both themes, and find nothing wrong."""
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    found = []
    for theme in ("dark", "light"):
        dress(page, theme)
        for rule in Axe().run(page, part, RULES[theme]).response["violations"]:
            found += [f"{theme}: {node['html'][:160]}: {node['failureSummary']}" for node in rule["nodes"][:3]]
    assert not found, "\n".join(found)


def picture(page: Page, path: Path) -> None:
    """Keep what a page looks like, in as few colours as do."""
    page.screenshot(path=path)
    with Image.open(path) as taken:
        taken.convert("RGB").quantize(192, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size < MOST_BYTES, path
