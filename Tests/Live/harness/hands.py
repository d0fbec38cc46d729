"""How somebody uses a page: by clicks, or by the keyboard alone. One way to tell a story for both."""

from __future__ import annotations

import abc
from typing import Any

from .chromium import ChromiumPage
from .page import Page

_FOCUS = """id => {
    const at = document.activeElement, wanted = document.querySelector(`[data-testid="${id}"]`);
    if (at === wanted) return "there";
    const inGroup = at?.type === "radio" && wanted?.type === "radio" && at.name === wanted.name;
    return inGroup ? "in its group" : "elsewhere";
}"""
"""Whether an element has the focus. Of radio buttons Tab reaches one, and arrows the others."""


class Hands(abc.ABC):
    """Somebody's hands."""

    page: Page

    @abc.abstractmethod
    async def press(self, testid: str) -> None:
        """Presses a button or follows a link."""

    @abc.abstractmethod
    async def choose(self, testid: str) -> None:
        """Chooses one of several."""

    @abc.abstractmethod
    async def write(self, testid: str, text: str) -> None:
        """Writes into a field, in place of what stands there."""

    @abc.abstractmethod
    async def dismiss(self) -> None:
        """Closes the dialog that is open."""


class Clicks(Hands):
    """Clicks, as a mouse or a finger makes them."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, testid: str) -> None:
        await self.page.click(testid)

    async def choose(self, testid: str) -> None:
        await self.page.click(testid)

    async def write(self, testid: str, text: str) -> None:
        await self.page.type(testid, text)

    async def dismiss(self) -> None:
        await self.page.run("() => document.querySelector('dialog[open] [aria-label=Close]').click()")


class Keyboard(Hands):
    """Real keys, and nothing else: what Tab does not reach is not reached."""

    most = 150
    """More than any page has to be stepped over."""

    def __init__(self, page: ChromiumPage) -> None:
        self.page = page
        self.keys = page.tab.keyboard

    async def reach(self, testid: str) -> None:
        """Moves the focus there."""
        await self.page.ready(testid)
        for _ in range(self.most):
            match await self.page.run(_FOCUS, testid):
                case "there":
                    return
                case "in its group":
                    await self.keys.press("ArrowDown")
                case _:
                    await self.keys.press("Tab")
        raise AssertionError(f"Tab does not reach {testid}; the page says {await self.page.page_text()!r}")

    async def press(self, testid: str) -> None:
        await self.reach(testid)
        await self.keys.press("Enter")

    async def choose(self, testid: str) -> None:
        await self.reach(testid)
        # Arrows choose on the way; the one that had the focus from the beginning may not be chosen yet.
        await self.keys.press("Space")

    async def write(self, testid: str, text: str) -> None:
        await self.reach(testid)
        await self.keys.press("Control+A")
        await self.keys.insert_text(text)

    async def dismiss(self) -> None:
        await self.keys.press("Escape")


async def value_of(page: Page, testid: str) -> Any:
    """What stands in a field."""
    return await page.run("id => document.querySelector(`[data-testid=\"${id}\"]`)?.value ?? null", testid)
