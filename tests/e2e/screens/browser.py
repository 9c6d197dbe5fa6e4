"""A person at the screens: a real Chromium, logged in by Airflow's own page, and what its console said meanwhile."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Frame,
    FrameLocator,
    Locator,
    Page,
    StorageState,
    ViewportSize,
    expect,
    sync_playwright,
)

from include.local import environment
from tests.support import system

if TYPE_CHECKING:
    from tests.e2e.conftest import RunningStack

# For a busy machine; a wait that ends sooner costs nothing.
PATIENCE_MS = 60_000
# The same for what waits for a run of a DAG.
DAG_MS = 300_000
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # What the browser writes itself, such as dates in their fields; it needs chromium-l10n, or stays English.
    "--lang=pt-BR",
)
# How the browser was left by the one who logged in, by the address of the stack.
_logged_in: dict[str, StorageState] = {}


@dataclass
class Person:
    """Somebody at a page. `provokes`: the refusals, by HTTP status, that they ask for on purpose."""

    stack: RunningStack
    page: Page
    provokes: set[int] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", self._note)

    def leave(self) -> None:
        """Stop listening; nothing that the console said meanwhile was an error."""
        self.page.remove_listener("console", self._hear)
        self.page.remove_listener("pageerror", self._note)
        assert self.complaints == []

    @property
    def frame(self) -> FrameLocator:
        """The screen, in the frame beside Airflow's navigation."""
        return self.page.frame_locator("iframe")

    @property
    def document(self) -> Frame:
        """The document that the frame shows, to run scripts in."""
        element = self.page.locator("iframe").element_handle()
        frame = element.content_frame()
        assert frame is not None
        return frame

    @property
    def dialog(self) -> Locator:
        return self.frame.get_by_role("dialog")

    def open(self, screen: str) -> FrameLocator:
        """Come to a screen by Airflow's own navigation."""
        if self.page.locator("iframe").count():
            # Airflow does not bring a screen back to its first page while that screen is shown.
            self.page.get_by_role("link", name="Início").first.click()
        else:
            self.page.goto(self.stack.api.address)
        self.page.get_by_role("button", name="Plugins", exact=True).click()
        self.page.get_by_role("menuitem", name="Multi TV").click()
        self.page.get_by_role("menuitem", name=screen).click()
        expect(self.frame.get_by_role("heading", level=1)).to_contain_text(screen)
        return self.frame

    def follow(self, path: str) -> FrameLocator:
        """Come to a screen by a link that somebody kept, or within the frame that is there already."""
        if self.page.locator("iframe").count():
            self.document.goto(f"{self.stack.api.address}/multitv/{path}")
        else:
            screen = re.split("[/?]", path)[0]
            self.page.goto(f"{self.stack.api.address}/plugin/multitv-{screen}/multitv/{path}")
        expect(self.frame.get_by_role("heading", level=1)).to_be_visible()
        return self.frame

    def visit(self, path: str) -> Page:
        """Come to the page of a screen itself, without Airflow around it."""
        self.page.goto(f"{self.stack.api.address}/multitv/{path}", wait_until="networkidle")
        return self.page

    def row(self, words: str | re.Pattern[str], region: str | None = None) -> Locator:
        """Find the rows that hold these words, of one table or of all."""
        within = self.frame.get_by_role("region", name=region, exact=True) if region else self.frame
        return within.get_by_role("row").filter(has_text=words)

    def reads(self, words: str) -> None:
        """Read the note that says what was done; by then the dialog is closed."""
        expect(self.frame.locator(".note.good").filter(has_text=words)).to_be_visible()
        expect(self.dialog).to_be_hidden()

    def _note(self, error: object) -> None:
        self.complaints.append(str(error))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        refused = re.search(r"the server responded with a status of (4\d\d)", message.text)
        if not refused or int(refused[1]) not in self.provokes:
            self._note(f"{message.text} ({message.location['url']})")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A Chromium for this folder. Not for all tests: Playwright keeps an event loop running in this thread."""
    program = system.browser()
    if program is None:
        pytest.fail("a browser is missing: python -m tests.support.system installs it")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=_OPTIONS, env={**os.environ, "LANGUAGE": "pt_BR"}
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def context(chromium: Browser, stack: RunningStack) -> Iterator[BrowserContext]:
    """A browser in which the administrator is logged in."""
    context = new_context(chromium, stack)
    yield context
    context.close()


def new_context(chromium: Browser, stack: RunningStack, viewport: ViewportSize = WIDE, **more: Any) -> BrowserContext:
    """Return a browser that speaks Portuguese, in which the administrator is logged in."""
    known = _logged_in.get(stack.api.address)
    context = chromium.new_context(
        locale="pt-BR", timezone_id="America/Sao_Paulo", viewport=viewport, storage_state=known, **more
    )
    context.set_default_timeout(PATIENCE_MS)
    if known is None:
        _log_in(context, stack)
        _logged_in[stack.api.address] = context.storage_state()
    return context


@pytest.fixture(scope="module")
def page(context: BrowserContext) -> Iterator[Page]:
    """A page for all tests of a module, since Airflow's own interface takes seconds to come up."""
    page = context.new_page()
    yield page
    page.close()


@pytest.fixture
def person(page: Page, stack: RunningStack) -> Iterator[Person]:
    """The administrator at a page, in whose console nothing may be an error at the end."""
    page.set_viewport_size(WIDE)
    person = Person(stack, page)
    yield person
    person.leave()


def _log_in(context: BrowserContext, stack: RunningStack) -> None:
    """Ask for a screen as a stranger, be sent to Airflow's login, and be back at the screen after it."""
    person = Person(stack, context.new_page(), provokes={401})
    person.page.goto(f"{stack.api.address}/plugin/multitv-painel")
    person.page.get_by_label("Username").fill(environment.USER)
    person.page.get_by_label("Password").fill(environment.password(stack.home))
    person.page.get_by_role("button", name="Sign in").click()
    expect(person.frame.get_by_role("heading", level=1)).to_have_text("Painel")
    person.leave()
    person.page.close()
