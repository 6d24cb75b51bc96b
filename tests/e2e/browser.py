# SPDX-License-Identifier: MIT
"""Chromium without a screen, for the tests of the pages: fresh at each start, offline but for loopback, and
watched: what the Content-Security-Policy stopped and what the console complained of is kept."""

import base64
import os
import shutil
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

from harness import PATIENCE

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars")

# Runs in each document before anything of it does, and is no part of it. It holds the page's clock: nothing
# that the page does now and then happens by itself, however long a test takes; tick() lets it happen once.
WATCHER = """
window.held = [];
window.setInterval = (doing) => window.held.push(doing);
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
window.alert = (text) => { window.owned = String(text); };
"""


class Browser:
    def __init__(self, scripts=True, width=1280, height=900, dark=False):
        self.directory = tempfile.mkdtemp(prefix="mqtlsd-browser.")
        options = webdriver.ChromeOptions()
        for flag in FLAGS:
            options.add_argument(flag)
        options.add_argument(f"--user-data-dir={self.directory}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        if not scripts:
            options.add_experimental_option(
                "prefs", {"profile.managed_default_content_settings.javascript": 2})
        self.driver = webdriver.Chrome(options=options,
                                       service=Service(shutil.which("chromedriver")))
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source=WATCHER)
        self.resize(width, height)
        self.media(dark=dark)

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.directory, ignore_errors=True)

    def cdp(self, method, **parameters):
        return self.driver.execute_cdp_cmd(method, parameters)

    def resize(self, width, height, mobile=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=mobile)

    def media(self, dark=False, kind=""):
        self.cdp("Emulation.setEmulatedMedia", media=kind, features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, url):
        self.driver.get(url)

    def run(self, script, *arguments):
        """A function body in the page; the policy of the page does not bind it."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def find_all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def texts(self, selector):
        """What is read there; in one go, as parts of the page may be exchanged at any moment."""
        return self.run("return [...document.querySelectorAll(arguments[0])].map("
                        "(e) => (e.innerText ?? e.textContent).trim());", selector)

    def addresses(self):
        """Where all links lead, of the HTML and of the SVG, and what the head loads."""
        return set(self.run("return [...document.querySelectorAll('[href]')].map("
                            "(e) => new URL(e.getAttribute('href'), document.baseURI).href);"))

    def keys(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def until(self, question, what):
        return WebDriverWait(self.driver, PATIENCE, poll_frequency=0.02).until(
            lambda _: question(), f"waited in vain for {what}")

    def tick(self):
        """What the page does now and then, it does now."""
        self.run("for (const doing of window.held) doing();")

    def complaints(self):
        """What was stopped or complained of since the last time."""
        violations = self.run("return window.violations.splice(0);")
        return violations + [f"{e['level']} {e['message']}" for e in self.driver.get_log("browser")]

    def screenshot(self, path):
        size = self.cdp("Page.getLayoutMetrics")["cssContentSize"]
        picture = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={
            "x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 8000), "scale": 1})
        with open(path, "wb") as f:
            f.write(base64.b64decode(picture["data"]))

    def print(self):
        """The page as PDF."""
        return base64.b64decode(self.cdp("Page.printToPDF", printBackground=True)["data"])


def keep_screenshot(browser, name):
    """For people: MQTLSD_SHOTS names a directory where pictures of the tests are kept."""
    directory = os.environ.get("MQTLSD_SHOTS")
    if directory:
        browser.screenshot(os.path.join(directory, name + ".png"))
