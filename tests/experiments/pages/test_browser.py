"""The page in a real browser: nothing on its console, nothing wider than its window, and text that can be read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest
from PIL import Image

from experiments.pages.committed import Result
from experiments.pages.page import page

CHROMIUM, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
FLAGS = [
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
WIDTHS, SCHEMES = (400, 1600), ("light", "dark")
READABLE = 4.5  # WCAG 2.1, success criterion 1.4.3
CONTRASTS = """
const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
const luminance = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
const behind = tag => {
  for (; tag; tag = tag.parentElement) {
    const c = numbers(getComputedStyle(tag).backgroundColor);
    if (c.length < 4 || c[3] === 1) return c;
    if (c[3] !== 0) throw new Error("a half transparent background: " + tag.outerHTML.slice(0, 80));
  }
  throw new Error("no background");
};
const found = new Map();
for (const tag of document.body.querySelectorAll("*")) {
  if (![...tag.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim())) continue;
  const text = numbers(getComputedStyle(tag).color), back = behind(tag);
  const [light, dark] = [luminance(text), luminance(back)].sort((a, b) => b - a);
  const ratio = (light + 0.05) / (dark + 0.05);
  const key = tag.tagName + "." + tag.className + " " + text + " on " + back;
  found.set(key, ratio);
}
return [...found];
"""


@pytest.fixture(scope="module")
def browser(results: list[Result], tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Chromium with the page of results/ open, every fold of it unfolded."""
    if not (CHROMIUM and DRIVER):
        pytest.skip("chromium and chromedriver are not installed (Debian: apt-get install chromium chromium-driver)")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    folder = tmp_path_factory.mktemp("browser")
    (folder / "report.html").write_text(page(results, "0123456789ab"), encoding="utf-8")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in [*FLAGS, f"--user-data-dir={folder / 'profile'}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        driver.get((folder / "report.html").as_uri())
        yield driver
    finally:
        driver.quit()


def look(browser, width: int, scheme: str) -> None:
    """A window of such a width, unfolded."""
    size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.execute_script("document.querySelectorAll('details').forEach(fold => fold.open = true)")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window_and_all_text_can_be_read(browser, width, scheme, tmp_path):
    look(browser, width, scheme)
    inner, whole = browser.execute_script("return [innerWidth, document.scrollingElement.scrollWidth]")
    assert inner == width >= whole
    inside = "return [...document.querySelectorAll('p, h1, h2, h3, dl, img, summary, nav')].filter(tag => {"
    inside += "const box = tag.getBoundingClientRect(); return box.right > innerWidth || box.left < 0})"
    inside += ".filter(tag => !tag.closest('.scroll')).map(tag => tag.outerHTML.slice(0, 80))"
    assert browser.execute_script(inside) == []
    contrasts = dict(browser.execute_script(CONTRASTS))
    assert len(contrasts) > 20 and {key: ratio for key, ratio in contrasts.items() if ratio < READABLE} == {}
    background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert browser.save_screenshot(str(tmp_path / "shot.png"))
    with Image.open(tmp_path / "shot.png") as shot:
        corner = shot.convert("RGB").getpixel((2, 2))
        assert shot.size == (width, 1000) and len(shot.convert("RGB").getcolors(10**6)) > 50
    assert background == f"rgb({corner[0]}, {corner[1]}, {corner[2]})" and (sum(corner) < 150) == (scheme == "dark")


@pytest.mark.slow
def test_the_contrast_is_wcags(browser):
    """Of #777 on white it is 4.48, a textbook case just too low."""
    look(browser, 1600, "light")
    browser.execute_script("document.querySelector('.lede').style.cssText = 'color: #777; background: #fff'")
    try:
        (ratio,) = (ratio for key, ratio in browser.execute_script(CONTRASTS) if key.startswith("P.lede"))
    finally:
        browser.execute_script("document.querySelector('.lede').removeAttribute('style')")
    assert ratio == pytest.approx(4.478, abs=0.001)


@pytest.mark.slow
def test_images_are_shown_and_nothing_is_asked_of_a_network(browser):
    look(browser, 1600, "light")
    shown = browser.execute_script("return [...document.images].map(image => [image.complete, image.naturalWidth > 0])")
    assert shown and all(complete and drawn for complete, drawn in shown)
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
    asked = {request["request"]["url"] for request in sent if request["documentURL"].endswith("/report.html")}
    assert asked and {url.partition(":")[0] for url in asked} <= {"file", "data"}
    assert browser.get_log("browser") == []
    links = browser.execute_script("return [...document.querySelectorAll('.claims a')].map(a => a.hash)")
    assert links and all(
        browser.execute_script("return !!document.querySelector(arguments[0])", link) for link in links
    )


@pytest.mark.slow
def test_on_paper_it_is_light_and_unfolded(browser):
    look(browser, 1600, "dark")
    browser.execute_script("document.querySelectorAll('details').forEach(fold => fold.open = false)")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    size = {"width": 760, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    heights = (
        "return [...document.querySelectorAll('.result table')].map(table => table.getBoundingClientRect().height)"
    )
    assert min(browser.execute_script(heights)) > 10
    assert browser.execute_script("return document.scrollingElement.scrollWidth") <= 760
    assert browser.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    contrasts = dict(browser.execute_script(CONTRASTS))
    assert {key: ratio for key, ratio in contrasts.items() if ratio < READABLE} == {}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
