"""What every page of the client is held to: axe finds nothing, nothing is wider than the screen, the browser is quiet."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe

from .chromium import ChromiumPage


async def assert_accessible(page: ChromiumPage) -> None:
    """axe finds nothing, in the light and in the dark, also on a narrow screen; and nothing has to be scrolled sideways."""
    for scheme, width in (("light", 900), ("dark", 320)):
        await page.tab.emulate_media(color_scheme=scheme)
        await page.tab.set_viewport_size({"width": width, "height": 700})
        # A colour that is still changing is neither the one nor the other.
        await page.run(
            "() => Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition)"
            ".map((one) => one.finished)).then(() => true)")
        results = await Axe().run(page.tab)
        assert results.violations_count == 0, f"{scheme}: {results.generate_report()}"
        assert await page.run("() => document.documentElement.scrollWidth <= innerWidth"), f"wider than {width} pixels"
    await page.tab.emulate_media(color_scheme="light")
    await page.tab.set_viewport_size({"width": 900, "height": 700})


def assert_quiet(page: ChromiumPage, *expected: str) -> None:
    """The browser complained of nothing: no blocked script or request, no error of ours."""
    loud = [line for line in page.console if line.startswith("error") and not any(part in line for part in expected)]
    assert not loud, loud
