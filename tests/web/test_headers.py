"""What every answer tells the browser: run nothing but ours, guess nothing, keep nothing of a client."""

from __future__ import annotations

import pytest

from multitv.web.core.rendering import WEB
from tests.web.routes import PLACES, Place
from tests.web.visitor import HTMX, Visitor
from tests.web.world import World

FILES = sorted(path.relative_to(WEB).as_posix() for path in (WEB / "static").rglob("*") if path.is_file())


def policy(header: str) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


@pytest.mark.parametrize("place", [place for place in PLACES if not place.writes], ids=str)
def test_every_answer_is_held_by_its_headers(things: dict[str, object], op: Visitor, place: Place) -> None:
    headers = op.bearer if place.of_api else op.cookie
    for address in (place.at(things), place.address):
        answer = op.ask("GET", address, headers)
        assert answer.status_code < 500
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        told = policy(answer.headers["Content-Security-Policy"])
        assert told["default-src"] == told["base-uri"] == "'none'"
        assert told["script-src"] == told["style-src"] == told["frame-ancestors"] == told["form-action"] == "'self'"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_so_are_refusals_of_what_was_sent(stranger: Visitor, admin: Visitor) -> None:
    for answer in (
        stranger.get("/painel"),
        stranger.get("/painel", **HTMX),
        admin.get("/nada"),
        admin.ask("POST", "/faturamento/carregar", admin.cookie),
        admin.api("POST", "/client-plans/1/points", {"x": "y" * 70_000}),
        admin.ask("PUT", "/painel", admin.bearer),
    ):
        assert answer.status_code in (303, 401, 403, 404, 405, 413)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("file", FILES)
def test_a_file_of_the_pages_needs_no_login(stranger: Visitor, file: str) -> None:
    answer = stranger.get(f"/{file}")
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    kept = "public, max-age=31536000, immutable" if "/vendor/" in file else "no-cache"
    assert answer.headers["Cache-Control"] == kept
    if file.endswith((".js", ".css")):
        assert answer.headers["Content-Type"].split(";")[0] in ("text/javascript", "text/css")


def test_what_is_not_there_is_not_kept_for_a_year(stranger: Visitor) -> None:
    answer = stranger.get("/static/vendor/htmx-9.9.9/htmx.min.js")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/%2e%2e%2fapp.py", "/static/",
     "/static//etc/passwd", "/static/%00", "/static/vendor", "/static/..%5capp.py", "/static/" + "a" * 5000],
)  # fmt: skip
def test_nothing_but_those_files_is_given_away(stranger: Visitor, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code in (303, 307, 400, 404)
    assert "multitv" not in answer.text or "<!doctype html>" in answer.text
    assert "import " not in answer.text


def test_pages_name_only_files_that_are_there(world: World, viewer: Visitor) -> None:
    for path in ("/painel", "/clientes"):
        page = viewer.page(path)
        named = [element.attributes.get("src") or element.attributes.get("href", "") for element in page.elements]
        files = [name.removeprefix("/multitv/") for name in named if "/static/" in name]
        assert files
        assert set(files) <= set(FILES)


def test_a_download_is_a_file_and_not_a_page(world: World, viewer: Visitor) -> None:
    for ending, kind in {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats"}.items():
        answer = viewer.get(f"/faturamento/{world.counted}/lista.{ending}")
        assert answer.headers["Content-Type"].startswith(kind)
        name = f"faturamento-tv-{world.counted}.{ending}"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["Cache-Control"] == "no-store"
