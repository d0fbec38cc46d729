"""Pictures of every page that a story passes, at a desk's and a phone's width; and what each page is held to meanwhile."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.async_playwright import Axe

from .chromium import ChromiumPage
from .server import ROOT

_SETTLED = """() => Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition)
    .map((one) => one.finished)).then(() => true)"""
# A stage that fills the window is cut where its own boxes overflow; a page is as wide as what is in it.
_CUT = """() => {
    const wide = document.documentElement.scrollWidth > innerWidth;
    const cut = [...document.querySelectorAll("button, a, h1, h2, p, label, input")].filter((one) => {
        const box = one.getBoundingClientRect();
        const inside = one.closest(".visually-hidden, .table-scroll, [hidden], .toasts, .tabs");
        return box.width > 0 && !inside && (box.right > innerWidth + 1 || box.left < -1);
    });
    return wide || cut.length > 0 ? [wide, cut.map((one) => one.outerHTML.slice(0, 120))] : null;
}"""


class Gallery:
    """Keeps the pictures of one story."""

    def __init__(self, name: str) -> None:
        self.folder = ROOT / ".build/test/screenshots" / name
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("*.png"):
            old.unlink()
        self._count = 0

    async def look(self, page: ChromiumPage, name: str, whole: bool = True) -> None:
        """Two pictures, and on each axe finds nothing, nothing sticks out, and nothing has to be scrolled sideways."""
        self._count += 1
        for scheme, width in (("light", 1280), ("dark", 390)):
            await page.tab.emulate_media(color_scheme=scheme)
            await page.tab.set_viewport_size({"width": width, "height": 800})
            # A colour that is still changing is neither the one nor the other.
            await page.run(_SETTLED)
            await self._shoot(page, name, width, whole)
            results = await Axe().run(page.tab)
            assert results.violations_count == 0, f"{name}, {scheme}, {width}: {results.generate_report()}"
            cut = await page.run(_CUT)
            assert cut is None, f"{name}: wider than {width} pixels: {cut}"
        await page.tab.emulate_media(color_scheme="light")
        await page.tab.set_viewport_size({"width": 1280, "height": 800})

    async def glance(self, page: ChromiumPage, name: str) -> None:
        """The pictures alone, of what passes quickly."""
        self._count += 1
        for width in (1280, 390):
            await page.tab.set_viewport_size({"width": width, "height": 800})
            await self._shoot(page, name, width, False)
        await page.tab.set_viewport_size({"width": 1280, "height": 800})

    async def _shoot(self, page: ChromiumPage, name: str, width: int, whole: bool) -> None:
        path: Path = self.folder / f"{self._count:02}-{name}-{width}.png"
        await page.tab.screenshot(path=path, full_page=whole, animations="disabled")
