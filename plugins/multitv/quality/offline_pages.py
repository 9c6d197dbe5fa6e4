"""Makes Great Expectations' pages complete without the internet: nothing of them is loaded from elsewhere."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

# What loads by itself: style sheets, scripts, pictures.
_LOADED = re.compile(
    r"<link\b[^>]*\bhref\s*=\s*[\"']?(?:https?:)?//[^>]*>"
    r"|<script\b[^>]*\bsrc\s*=\s*[\"']?(?:https?:)?//[^>]*>.*?</script\s*>"
    r"|<img\b[^>]*\bsrc\s*=\s*[\"']?(?:https?:)?//[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
# Buttons and tables that only work with the scripts, and a footer with links to the makers.
_SCRIPT = re.compile(r"<script\b.*?</script\s*>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"(\b(?:href|src|action)\s*=\s*[\"']?)(?:https?:)?//[^\"'\s>]*", re.IGNORECASE)
_IN_STYLE = re.compile(r"@import[^;]*;|url\(\s*[\"']?(?:https?:)?//[^)]*\)", re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_STYLE = (
    "<style>body{font-family:sans-serif;line-height:1.4;max-width:75rem;margin:1rem auto;padding:0 1rem}"
    ".collapse,.tab-pane{display:block!important}.modal,footer{display:none!important}"
    "table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2rem .5rem;text-align:left;"
    "vertical-align:top}</style>"
)


def make_offline(site: Path) -> None:
    """Rewrite all pages of a site, and its index as a list of them, since the original needs scripts from elsewhere."""
    pages = sorted(page for page in site.rglob("*.html") if page != site / "index.html")
    for page in pages:
        page.write_text(_offline(page.read_text(encoding="utf-8")), encoding="utf-8")
    links = [page.relative_to(site).as_posix() for page in pages]
    (site / "index.html").write_text(_index(links), encoding="utf-8")


def _offline(page: str) -> str:
    page = _SCRIPT.sub("", _LOADED.sub("", page))
    page = _IN_STYLE.sub("", _ADDRESS.sub(r"\g<1>#", page))
    return _HEAD_END.sub(lambda end: _STYLE + end[0], page, count=1)


def _index(links: list[str]) -> str:
    rows = "".join(f'<li><a href="{escape(link)}">{escape(_called(link))}</a></li>' for link in links)
    return (
        '<!DOCTYPE html><html lang="pt-BR"><head><meta charset="utf-8"><title>Conferência dos dados</title>'
        f"{_STYLE}</head><body><h1>Conferência dos dados</h1><ul>{rows}</ul></body></html>\n"
    )


def _called(link: str) -> str:
    """Return the words for a page: validations/<suite>/<run>/<time>/<batch>.html, expectations/<suite>.html."""
    kind, *rest = link.removesuffix(".html").split("/")
    return f"{'Resultado' if kind == 'validations' else 'Regras'}: {rest[0] if rest else kind}"
