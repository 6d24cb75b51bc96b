#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The pages in Chromium, with scripts and without: everything is there both ways, hostile names stay text,
the policy stops what is not ours, search, keyboard and fresh news work, and so do a phone, the dark,
paper and 3,000 endpoints. tidy has nothing to say about any of them."""

import html
import re
import ssl
import subprocess
import unittest
import urllib.parse
import urllib.request

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import harness
from browser import Browser, keep_screenshot
from harness import Estate, end_process, needs, quoted, until

HOSTILE_CN = "</bdi></p><script>alert(1)</script>\"'`&<img src=x onerror=alert(2)> \u202egnp.exe \U0001f4a9"
HOSTILE_NAME = "<script>alert(3)</script>\" onfocus=alert(4) x='\U0001f92f \u05e9\u05dc\u05d5\u05dd"

RECIPE = f"""
name=root ca=yes cn="E2E Root" days-before=1000 days-after=3000
name=good issuer=root cn=QM1 o=Example days-before=10 days-after=200 eku=server key-slot=1
name=soon issuer=root cn=QM2 o=Example days-before=300 days-after=20 eku=server key-slot=2
name=gone issuer=root cn=QM3 o=Example days-before=300 days-after=-3 eku=server key-slot=3
name=hostile issuer=root o=Example subject-hex=2.5.4.3:utf8:{HOSTILE_CN.encode().hex()} days-before=10 days-after=90 eku=server key-slot=4
name=other issuer=root cn=QM5 o=Other days-before=10 days-after=300 eku=server key-slot=5
"""


def tidy(test, markup, what):
    result = subprocess.run(["tidy", "-e", "-q", "-utf8"], input=markup, capture_output=True,
                            timeout=60, check=False)
    test.assertEqual((result.stdout + result.stderr).decode(), "", what)


def address_of(name):
    return "/endpoint/" + urllib.parse.quote(name, safe="")


# Every text that can be seen, with the contrast of its colours by WCAG 2.1 (1.4.3).
CONTRASTS = """
const parse = (text) => {
  const n = text.match(/[\\d.]+/g).map(Number);
  return { rgb: n.slice(0, 3), alpha: n.length > 3 ? n[3] : 1 };
};
const light = (rgb) => {
  const [r, g, b] = rgb.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const colour = parse(getComputedStyle(e).backgroundColor);
    if (colour.alpha === 1) return colour.rgb;
  }
  return [255, 255, 255];
};
const low = [];
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== "");
  const box = element.getBoundingClientRect();
  if (!own || box.width < 2 || element.closest("svg")) continue;
  const style = getComputedStyle(element);
  const size = parseFloat(style.fontSize);
  const wanted = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700) ? 3 : 4.5;
  const [a, b] = [light(parse(style.color).rgb), light(ground(element))];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (contrast < wanted)
    low.push(`${element.tagName}.${element.className} ${contrast.toFixed(2)} ${element.textContent.slice(0, 30)}`);
}
return [...new Set(low)];
"""


@needs("chromium", "chromedriver", "openssl", "tidy")
class Small(unittest.TestCase):
    """Seven endpoints, one for each way in which the page shows one."""

    @classmethod
    def setUpClass(cls):
        cls.estate = Estate(RECIPE)
        cls.browser = cls.plain = None
        try:
            cls.ports = {n: cls.estate.openssl(n, n) for n in ("good", "soon", "gone", "hostile")}
            cls.ports["cipher"] = cls.estate.openssl("cipher", "other", "-tls1_2", "-cipher",
                                                     "ECDHE-ECDSA-AES128-GCM-SHA256")
            cls.daemon = cls.estate.daemon(cls.config())
            cls.daemon.wait_ready()
            cls.base = f"http://127.0.0.1:{cls.daemon.port}"
            cls.browser = Browser()
            cls.plain = Browser(scripts=False)
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        for browser in (cls.browser, cls.plain):
            if browser:
                browser.close()
        cls.estate.close()

    @classmethod
    def config(cls):
        e = cls.estate
        return f"""
http = {{ listen = ( "127.0.0.1:0" ); lifecycle = true; }};
defaults = {{ trust = "{e.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER"; interval = "1h";
             retry_interval = "1h"; timeout = "5s"; chltype = "SVRCONN"; }};
probing = {{ spacing = "0s"; }};
endpoints = (
  {{ name = "QM1/PAY.SVRCONN"; qmgr = "QM1"; channel = "PAY.SVRCONN"; conname = "127.0.0.1({cls.ports['good']})";
     contact = "payments-mw"; group = "payments"; note = "Ring twice";
     runbook_url = "https://wiki.example.com/mq?a=1&b=2"; }},
  {{ name = "QM1/PAY2.SVRCONN"; qmgr = "QM1"; channel = "PAY2.SVRCONN"; conname = "127.0.0.1({cls.ports['good']})";
     contact = "payments-mw"; }},
  {{ name = "QM2/SOON.SVRCONN"; qmgr = "QM2"; channel = "SOON.SVRCONN"; conname = "127.0.0.1({cls.ports['soon']})"; }},
  {{ name = "QM3/GONE.SVRCONN"; qmgr = "QM3"; channel = "GONE.SVRCONN"; conname = "127.0.0.1({cls.ports['gone']})"; }},
  {{ name = "QM4/CIPHER.SVRCONN"; qmgr = "QM4"; channel = "CIPHER.SVRCONN"; conname = "127.0.0.1({cls.ports['cipher']})";
     sslciph = "ANY_TLS12"; listener_sslciph = "ECDHE_RSA_AES_256_GCM_SHA384"; }},
  {{ name = {quoted(HOSTILE_NAME)}; qmgr = "QM5"; channel = "HOSTILE.SVRCONN"; conname = "127.0.0.1({cls.ports['hostile']})";
     contact = {quoted(HOSTILE_NAME)}; group = {quoted(HOSTILE_NAME)}; note = {quoted(HOSTILE_NAME)}; }},
  {{ name = "QM7/STOPPED.SVRCONN"; qmgr = "QM7"; channel = "STOPPED.SVRCONN"; conname = "127.0.0.1(1)"; }}
);
"""

    def visit(self, path="/", browser=None):
        (browser or self.browser).open(self.base + path)

    def rows(self, browser=None):
        return (browser or self.browser).texts(".row .who b")

    # ---- what is there ----

    def test_what_needs_care_stands_first(self):
        self.visit()
        rows = self.rows()
        self.assertEqual(len(rows), 7)
        self.assertEqual(rows[0], "QM3/GONE.SVRCONN", "expired")
        self.assertEqual(set(rows[1:3]), {"QM4/CIPHER.SVRCONN", "QM7/STOPPED.SVRCONN"}, "critical")
        self.assertEqual(rows[3], "QM2/SOON.SVRCONN", "a warning")
        self.assertIn("3 critical", self.browser.driver.title)
        self.assertEqual([re.sub(r"\s+", " ", t) for t in self.browser.texts("#counts li")],
                         ["3 critical", "1 warning", "0 unknown", "3 ok", "0 changed", "7 in all"])
        keep_screenshot(self.browser, "small")

    def test_without_scripts_all_of_it_is_there(self):
        ways = ["/", "/?q=qm2", "/?severity=critical", address_of("QM3/GONE.SVRCONN")]
        for path in ways:
            with self.subTest(path):
                seen = []
                for browser in (self.browser, self.plain):
                    self.visit(path, browser)
                    if browser is self.browser:  # what the script adds, and what time changes
                        browser.run("document.querySelectorAll('.copy, .keys').forEach((e) => e.remove())")
                    seen.append(re.sub(r"(\d+ \w+ ago|in \d+ \w+|just now)", "…",
                                       browser.find("body").text))
                self.assertEqual(seen[0], seen[1])
                self.assertIn("QM", seen[0])

    def test_without_scripts_search_and_details_work(self):
        self.visit("/", self.plain)
        self.assertFalse(self.plain.find_all(".copy"), "no script has run")
        field = self.plain.find("input[name=q]")
        field.send_keys("AMQ9658 gone", Keys.ENTER)
        self.plain.until(lambda: "q=AMQ9658" in self.plain.driver.current_url, "the search")
        self.assertEqual(self.rows(self.plain), ["QM3/GONE.SVRCONN"])
        self.assertEqual(self.plain.find("input[name=q]").get_attribute("value"), "AMQ9658 gone")

        self.plain.find(".row summary").click()
        self.assertIn("REFRESH SECURITY TYPE(SSL)", self.plain.find(".row .more").text)
        self.plain.find(".row .all").click()
        self.plain.until(lambda: "/endpoint/" in self.plain.driver.current_url, "its page")
        self.assertIn("QM3/GONE.SVRCONN", self.plain.find("h1").text)
        self.plain.find(".way a").click()
        self.plain.until(lambda: self.plain.driver.current_url == self.base + "/", "the way back")

        self.plain.find("#horizon .as-table summary").click()
        self.plain.find("#horizon .as-table a[href*='leaf=']").click()
        self.plain.until(lambda: "leaf=" in self.plain.driver.current_url, "who serves the leaf")
        self.assertEqual(self.rows(self.plain), ["QM1/PAY.SVRCONN", "QM1/PAY2.SVRCONN"])

    def test_the_page_of_an_endpoint_tells_all(self):
        self.visit(address_of("QM4/CIPHER.SVRCONN"))
        text = self.browser.find("main").text
        for part in ("not admitted by policy", "ECDHE_ECDSA_AES_128_GCM_SHA256", "CN=QM5,O=Other",
                     "← chosen", "AMQ9631E", "mqtlsd --probe='127.0.0.1(", "Address by address",
                     "ALTER CHANNEL(CIPHER.SVRCONN) CHLTYPE(SVRCONN) SSLCIPH(ANY_TLS12_OR_HIGHER)"):
            self.assertIn(part, text)
        keep_screenshot(self.browser, "endpoint")

    def test_links_lead_somewhere(self):
        self.visit()
        links = self.browser.addresses()
        self.visit(address_of("QM3/GONE.SVRCONN"))
        links |= self.browser.addresses()
        self.assertGreater(len(links), 15)
        links.remove("https://wiki.example.com/mq?a=1&b=2")  # of the configuration, and theirs
        for link in links:
            path = link.removeprefix(self.base).partition("#")[0]
            with self.subTest(path):
                self.assertTrue(link.startswith(self.base))
                self.assertEqual(self.daemon.request("GET", path)[0], 200)

    def test_a_slash_of_a_name_may_stand_as_it_is(self):
        for browser in (self.browser, self.plain):
            self.visit("/endpoint/QM3/GONE.SVRCONN", browser)
            self.assertEqual(browser.find("h1").text, "QM3/GONE.SVRCONN")
            self.assertEqual(browser.find(".judgement").value_of_css_property("border-left-width"), "5px",
                             "the style sheet is there")
            browser.find(".way a").click()
            browser.until(lambda b=browser: b.driver.current_url == self.base + "/", "the way back")
        self.assertEqual(self.browser.complaints(), [])

    @needs("nginx")
    def test_a_proxy_may_add_a_prefix_and_decode_slashes(self):
        port = self.estate.nginx("front", "good",
                                 f"location /mq/ {{ proxy_pass http://127.0.0.1:{self.daemon.port}/; }} #")
        base = f"https://127.0.0.1:{port}/mq/"
        context = ssl._create_unverified_context()
        for name in ("QM3%2FGONE.SVRCONN", "QM3/GONE.SVRCONN"):
            with urllib.request.urlopen(base + "endpoint/" + name, context=context) as answer:
                page = answer.read().decode()
            links = {html.unescape(link) for link in re.findall(r'(?:href|src)="([^"]*)"', page)}
            self.assertGreater(len(links), 10)
            for link in links:
                with self.subTest(name=name, link=link):
                    with urllib.request.urlopen(urllib.parse.urljoin(base + "endpoint/" + name, link),
                                                context=context) as answer:
                        self.assertTrue(answer.url.startswith(base), answer.url)
                        self.assertNotIn("/mq/endpoint/", answer.url)

    def test_the_runbook_of_their_own_is_a_link(self):
        self.visit(address_of("QM1/PAY.SVRCONN"))
        link = self.browser.find("a[href='https://wiki.example.com/mq?a=1&b=2']")
        self.assertEqual(link.get_attribute("rel"), "noopener noreferrer")

    # ---- hostile ----

    def test_hostile_names_are_text(self):
        shown = HOSTILE_CN.replace("\u202e", "\ufffd").replace('"', '\\"')  # a quoted value of a DN
        for path in ("/", address_of(HOSTILE_NAME), "/?q=" + urllib.parse.quote(HOSTILE_NAME)):
            with self.subTest(path):
                self.visit(path)
                page = self.browser.find("body").get_attribute("textContent")
                self.assertIn(HOSTILE_NAME, page)
                self.assertNotIn("\u202e", page)
                if path != "/":
                    self.assertIn("\U0001f4a9", page)
                self.assertEqual(len(self.browser.find_all("script")), 1)
                self.assertFalse(self.browser.find_all("img, [onerror], [onfocus]"))
                self.browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; });")
                self.assertIsNone(self.browser.run("return window.owned || null;"))
                self.assertEqual(self.browser.complaints(), [])
        self.visit(address_of(HOSTILE_NAME))
        self.assertIn(shown, self.browser.find(".cert").get_attribute("textContent"))
        keep_screenshot(self.browser, "hostile")

    def test_the_policy_stops_what_is_not_ours(self):
        self.visit()
        self.assertEqual(self.browser.complaints(), [])
        self.browser.run("""
            const script = document.createElement("script");
            script.textContent = "window.owned = 'inline'";
            document.body.append(script);
            const picture = document.createElement("img");
            picture.src = "http://192.0.2.1/x.png";
            document.body.append(picture);
            const styled = document.createElement("p");
            styled.setAttribute("style", "color: red");
            document.body.append(styled);""")
        self.browser.until(lambda: self.browser.run("return window.violations.length;") >= 3,
                           "three violations")
        directives = {v.split()[0] for v in self.browser.run("return window.violations;")}
        self.assertEqual(directives, {"script-src-elem", "img-src", "style-src-attr"})
        self.assertIsNone(self.browser.run("return window.owned || null;"))
        self.browser.complaints()

    def test_nothing_violates_the_policy(self):
        for path in ("/", "/?q=qm1", address_of("QM3/GONE.SVRCONN"), address_of(HOSTILE_NAME)):
            self.visit(path)
            self.browser.keys("?")
            self.browser.until(lambda: self.browser.find_all("dialog[open]"), "the help")
            self.browser.keys(Keys.ESCAPE)
            self.browser.keys("r")
            self.browser.find("body")
            self.assertEqual(self.browser.complaints(), [], path)

    # ---- lively ----

    def test_search_while_typing_has_an_address(self):
        self.visit()
        self.browser.keys("/", "soon")
        self.browser.until(lambda: self.rows() == ["QM2/SOON.SVRCONN"], "the one that fits")
        self.assertIn("?q=soon", self.browser.driver.current_url)
        self.assertIn("1 endpoint that fit, of 7", self.browser.find("#caption").text)
        self.assertEqual(self.browser.run("return document.activeElement.name;"), "q", "typing goes on")

        self.browser.driver.refresh()
        self.assertEqual(self.rows(), ["QM2/SOON.SVRCONN"])
        self.browser.find("input[name=q]").clear()
        self.browser.until(lambda: len(self.rows()) == 7, "all of them")

        self.browser.find("select[name=contact] option[value='payments-mw']").click()
        self.browser.until(lambda: self.rows() == ["QM1/PAY.SVRCONN", "QM1/PAY2.SVRCONN"], "the contact's")
        self.assertIn("contact=payments-mw", self.browser.driver.current_url)
        self.browser.find("select[name=severity] option[value='critical']").click()
        self.browser.until(lambda: not self.rows(), "none of them critical")
        self.assertIn("No endpoint fits", self.browser.find("#caption").text)

    def test_what_is_read_stays_where_it_is_in_the_window(self):
        self.addCleanup(self.browser.resize, 1280, 900)
        self.browser.resize(1280, 400)
        self.visit()
        self.browser.find_all(".row summary")[6].click()
        top = "return Math.round(document.querySelector(arguments[0]).getBoundingClientRect().top);"
        # Not every browser holds it there by itself.
        self.browser.run("document.documentElement.style.overflowAnchor = 'none';"
                         "window.old = document.querySelector('#results');"
                         "document.querySelector('#horizon').style.height = '500px';")
        self.assertGreater(self.browser.run("return window.scrollY;"), 0)
        before = self.browser.run(top, ".row details[open]")
        self.browser.keys("r")
        self.browser.until(lambda: self.browser.run("return !window.old.isConnected;"), "the news")
        self.assertAlmostEqual(self.browser.run(top, ".row details[open]"), before, delta=1)

    def test_the_keyboard_goes_everywhere(self):
        self.visit()
        rows = self.rows()

        def at():
            return self.browser.run("const r = document.activeElement.closest('.row');"
                                    "return r ? r.querySelector('.who b').textContent : null;")
        self.browser.keys("j")
        self.assertEqual(at(), rows[0])
        self.browser.keys("j", "j", "k")
        self.assertEqual(at(), rows[1])
        outline = self.browser.run("return getComputedStyle(document.activeElement).outlineStyle;")
        self.assertEqual(outline, "solid", "the focus can be seen")
        self.browser.keys(Keys.ENTER)
        self.assertEqual(len(self.browser.find_all(".row details[open]")), 1)
        self.browser.keys("?")
        self.browser.until(lambda: self.browser.find_all("dialog[open]"), "the help")
        self.assertIn("next, previous endpoint", self.browser.find("dialog").text)
        self.browser.keys(Keys.ESCAPE)
        self.browser.until(lambda: not self.browser.find_all("dialog[open]"), "the help to go")
        self.browser.find_all(".row summary")[1].send_keys("o")
        self.browser.until(lambda: "/endpoint/" in self.browser.driver.current_url, "its page")
        self.assertEqual(self.browser.find("h1").text, rows[1])

    def test_commands_are_copied(self):
        self.visit(address_of("QM4/CIPHER.SVRCONN"))
        self.browser.cdp("Browser.grantPermissions", origin=self.base,
                         permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        button = self.browser.find("code.command + .copy")
        button.click()
        said = self.browser.find("[role=status]")
        self.browser.until(lambda: said.get_attribute("textContent").startswith("copied: ALTER"), "it to say so")
        text = self.browser.driver.execute_async_script(
            "navigator.clipboard.readText().then(arguments[0], (e) => arguments[0](String(e)));")
        self.assertEqual(text, "ALTER CHANNEL(CIPHER.SVRCONN) CHLTYPE(SVRCONN) SSLCIPH(ANY_TLS12_OR_HIGHER)")

    def test_commands_are_selected_as_they_are(self):
        self.visit(address_of("QM4/CIPHER.SVRCONN"))
        commands = self.browser.run("""
            return [...document.querySelectorAll("pre.command code")].map((e) => {
              getSelection().selectAllChildren(e);
              return [e.textContent, String(getSelection())];
            });""")
        self.assertGreater(len(commands), 1)
        for text, selected in commands:
            self.assertEqual(selected, text)
            self.assertNotIn("\n", text)

    def test_nothing_jumps_when_the_script_takes_over(self):
        self.addCleanup(self.browser.resize, 1280, 900)
        for path in ("/", address_of("QM3/GONE.SVRCONN"), address_of("QM4/CIPHER.SVRCONN")):
            for width in range(400, 1300, 100):
                with self.subTest(path=path, width=width):
                    self.browser.resize(width, 900)
                    self.visit(path)
                    after, before = self.browser.run("""
                        const heights = () => [...document.querySelectorAll("main section")].map((e) => e.offsetHeight);
                        const after = heights();
                        for (const e of document.querySelectorAll("code.command + .copy")) {
                          const place = document.createElement("span");
                          place.className = "place";
                          e.replaceWith(place);
                        }
                        return [after, heights()];""")
                    self.assertEqual(after, before)

    def test_the_marks_of_the_horizon_are_links(self):
        self.visit()
        marks = self.browser.find_all("svg.horizon a")
        self.assertEqual(len(marks), 5, "two of the seven serve one leaf, one serves none")
        self.assertEqual(self.browser.texts("svg.horizon a .on"), ["2"])
        self.browser.run("document.querySelector('svg.horizon a .expired').parentNode"
                         ".dispatchEvent(new MouseEvent('click', { bubbles: true }));")
        self.browser.until(lambda: "GONE" in self.browser.driver.current_url, "the expired one's page")

    def test_news_arrive_by_themselves_and_disturb_nobody(self):
        self.estate.write("news.conf", "")
        process_port = harness.free_port()

        def serve(certificate):
            process = self.estate.spawn(
                ["openssl", "s_server", "-accept", f"127.0.0.1:{process_port}", "-www", "-cert",
                 self.estate.path(certificate + ".crt"), "-key", self.estate.path(certificate + ".key")],
                "news-" + certificate)
            self.estate.wait_listening(process_port, process, "news-" + certificate)
            return process
        first = serve("good")
        daemon = self.estate.daemon(f"""
http = {{ listen = ( "127.0.0.1:0" ); lifecycle = true; }};
defaults = {{ trust = "{self.estate.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER"; interval = "1h";
             retry_interval = "1h"; }};
probing = {{ spacing = "0s"; }};
endpoints = (
  {{ name = "A"; qmgr = "QM1"; channel = "A"; conname = "127.0.0.1({self.ports['good']})"; }},
  {{ name = "N"; qmgr = "QM1"; channel = "N"; conname = "127.0.0.1({process_port})"; }} );
""", name="news")
        daemon.wait_ready()
        self.browser.open(f"http://127.0.0.1:{daemon.port}/")
        self.assertEqual(self.browser.texts(".row summary .state"), ["ok", "ok"])
        self.browser.run("window.stays = 'the same document';")
        severity = lambda: {e["name"]: e["severity"] for e in daemon.status()["endpoints"]}["N"]

        end_process(first)
        daemon.request("POST", "/api/v1/endpoints/N/probe")
        until(lambda: severity() == "critical", "the failure")

        # Who selects is not disturbed, and sees why.
        asked = "return performance.getEntriesByType('resource').filter((e) => e.initiatorType === 'fetch').length;"
        before = self.browser.run(asked)
        self.browser.run("getSelection().selectAllChildren(document.querySelector('.row .verdict'));")
        self.browser.tick()
        self.assertIn("waiting while text is selected", self.browser.find("#asof").text)
        self.assertEqual(self.browser.run(asked), before)
        self.browser.run("getSelection().removeAllRanges();")

        # Who reads sees each row as it is now, where it stood, and that their order is another.
        self.browser.keys("j", Keys.ENTER)
        self.browser.run("window.read = document.querySelector('.row .more');")
        self.browser.tick()
        self.browser.until(lambda: self.browser.texts(".row summary .state") == ["ok", "critical"],
                           "the news in the row")
        self.assertEqual(self.rows(), ["A", "N"])
        self.assertEqual(self.browser.find("#counts .critical b").text, "1")
        self.assertFalse(self.browser.find_all("#paused"))
        self.assertIn("wait while one is open", self.browser.find("#held").text)
        self.assertTrue(self.browser.run("return window.read.isConnected && window.read.parentNode.open;"))
        self.assertEqual(self.browser.run("return document.activeElement.tagName;"), "SUMMARY",
                         "the focus stays where it was")
        self.browser.find("#held button").click()
        self.browser.until(lambda: self.rows() == ["N", "A"], "the order of now")
        self.assertFalse(self.browser.find_all("#held"))
        self.assertEqual(self.browser.texts("details[open] .who b"), ["A"], "what was open is open")
        self.assertIn("1 critical", self.browser.driver.title)
        self.assertIn("1 critical", self.browser.find("[role=status]").get_attribute("textContent"))
        self.assertIn("state=critical", self.browser.find("link[rel=icon]").get_attribute("href"))
        self.assertEqual(self.browser.run("return window.stays;"), "the same document")

        serve("good")
        daemon.request("POST", "/api/v1/endpoints/N/probe")
        until(lambda: severity() == "ok", "the recovery")
        self.browser.keys("r")
        self.browser.until(lambda: self.browser.texts(".row summary .state") == ["ok", "ok"], "the news")

        # On its own page nothing is exchanged for what says the same.
        self.browser.open(f"http://127.0.0.1:{daemon.port}/endpoint/N")
        self.browser.run("window.old = ['#judged', '#asof time'].map((s) => document.querySelector(s));")
        self.browser.tick()
        self.browser.until(lambda: not self.browser.run("return window.old[1].isConnected;"), "the news")
        self.assertTrue(self.browser.run("return window.old[0].isConnected;"))
        end_process(daemon.process)
        self.browser.keys("r")
        self.browser.until(lambda: self.browser.find_all("#trouble"), "the trouble to be told")
        self.assertIn("may be old", self.browser.find("#trouble").text)
        self.browser.driver.get_log("browser")

    # ---- everywhere ----

    def test_a_phone_needs_no_sideways_scrolling(self):
        self.addCleanup(self.browser.resize, 1280, 900)
        for width in (320, 390, 768):
            self.browser.resize(width, 800, mobile=True)
            for path in ("/", address_of("QM4/CIPHER.SVRCONN"), address_of(HOSTILE_NAME)):
                with self.subTest(width=width, path=path):
                    self.visit(path)
                    self.browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; });")
                    self.assertLessEqual(
                        self.browser.run("return document.documentElement.scrollWidth;"), width)
        self.browser.resize(390, 844, mobile=True)
        self.visit()
        self.assertTrue(self.browser.run("const e = document.querySelector('#matrix .scroll');"
                                         "return e.scrollWidth <= e.clientWidth;"), "the matrix fits")
        keep_screenshot(self.browser, "phone")

    def test_every_text_can_be_read_by_day_and_by_night(self):
        self.addCleanup(self.browser.media)
        for dark in (False, True):
            self.browser.media(dark=dark)
            for path in ("/", "/?q=nothing+fits", address_of("QM3/GONE.SVRCONN"),
                         address_of("QM2/SOON.SVRCONN"), address_of("QM4/CIPHER.SVRCONN")):
                with self.subTest(path=path, dark=dark):
                    self.visit(path)
                    self.browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; });")
                    self.assertEqual(self.browser.run(CONTRASTS), [])
            self.visit()
            keep_screenshot(self.browser, "dark" if dark else "light")

    def test_who_listens_to_the_page_finds_the_way(self):
        self.visit()
        nodes = self.browser.cdp("Accessibility.getFullAXTree")["nodes"]
        shown = [n for n in nodes if not n.get("ignored")]
        roles = [n["role"]["value"] for n in shown]
        for role in ("main", "banner", "contentinfo", "navigation", "search", "status"):
            self.assertIn(role, roles)
        for node in shown:
            if node["role"]["value"] in ("link", "button", "searchbox", "textbox", "combobox"):
                self.assertTrue(node["name"].get("value"), node)
        levels = [int(h.tag_name[1]) for h in self.browser.find_all("h1, h2, h3, h4")]
        self.assertEqual(levels[0], 1)
        for before, after in zip(levels, levels[1:]):
            self.assertLessEqual(after, before + 1, "no level is left out")

    def test_it_prints(self):
        self.addCleanup(self.browser.media)
        self.visit()
        self.browser.media(kind="print")
        for selector in (".filter", "header nav", ".row > .open"):
            self.assertFalse(self.browser.find(selector).is_displayed(), selector)
        for selector in (".row .verdict", "#matrix table", "svg.horizon"):
            self.assertTrue(self.browser.find(selector).is_displayed(), selector)
        self.assertRegex(self.browser.run(
            "return getComputedStyle(document.querySelector('#asof time'), '::after').content;"),
            r"\(\d{4}-\d\d-\d\dT",
            "paper says when it was printed")
        self.assertEqual(self.browser.print()[:5], b"%PDF-")
        keep_screenshot(self.browser, "print")

    def test_tables_are_seen_whole_on_desk_and_paper(self):
        self.addCleanup(self.browser.resize, 1280, 900)
        self.addCleanup(self.browser.media)
        for width, kind in ((1280, ""), (718, "print")):
            self.browser.resize(width, 900)
            self.browser.media(kind=kind)
            for name in ("QM3/GONE.SVRCONN", "QM4/CIPHER.SVRCONN"):
                with self.subTest(width=width, name=name):
                    self.visit(address_of(name))
                    self.assertEqual(self.browser.run(
                        "return [...document.querySelectorAll('.scroll')].filter("
                        "(e) => e.scrollWidth > e.clientWidth).map((e) => e.innerText);"), [])

    def test_news_leave_the_focus_where_it_is(self):
        for selector in ("#counts a", "#results a.open", "#matrix a"):
            with self.subTest(selector):
                self.visit()
                self.browser.run("""
                    const e = document.querySelector(arguments[0]);
                    e.focus();
                    window.old = e;
                    e.dispatchEvent(new KeyboardEvent("keydown", { key: "r", bubbles: true }));""", selector)
                self.browser.until(lambda: self.browser.run("return !window.old.isConnected;"), "the news")
                self.assertTrue(self.browser.run(
                    "return document.activeElement !== window.old && "
                    "document.activeElement === document.querySelector(arguments[0]);", selector))

    def test_tidy_has_nothing_to_say(self):
        names = ["QM1/PAY.SVRCONN", "QM3/GONE.SVRCONN", "QM4/CIPHER.SVRCONN", "QM7/STOPPED.SVRCONN",
                 HOSTILE_NAME]
        for path in ["/", "/?q=nothing+fits", "/?severity=critical&page=9",
                     "/?q=" + urllib.parse.quote(HOSTILE_NAME), *map(address_of, names)]:
            tidy(self, self.daemon.get(path), path)


ENDPOINTS = 3000


@needs("chromium", "chromedriver", "openssl", "tidy")
class Large(unittest.TestCase):
    """3,000 endpoints: a few that answer, the others refused."""

    @classmethod
    def setUpClass(cls):
        cls.estate = Estate(RECIPE)
        cls.browser = None
        try:
            ports = [cls.estate.openssl(n, n) for n in ("good", "soon", "gone")]
            rows = [f'{{ name = "REAL{i}"; qmgr = "REAL{i}"; channel = "REAL"; conname = "127.0.0.1({port})"; }}'
                    for i, port in enumerate(ports)]
            rows += [f'{{ name = "QM{i:04d}/A"; qmgr = "QM{i:04d}"; channel = "A"; contact = "team-{i % 30}"; '
                     f'conname = "127.1.{i // 250}.{i % 250 + 1}(1)"; }}'
                     for i in range(ENDPOINTS - len(rows))]
            cls.daemon = cls.estate.daemon(f"""
http = {{ listen = ( "127.0.0.1:0" ); lifecycle = true; }};
defaults = {{ trust = "{cls.estate.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER"; interval = "1h";
             retry_interval = "1h"; }};
probing = {{ spacing = "0s"; connecting_max = 500; }};
endpoints = ( {", ".join(rows)} );
""")
            cls.base = f"http://127.0.0.1:{cls.daemon.port}"
            cls.browser = Browser()
            for i in range(len(ports)):  # the others are spread over a minute
                cls.daemon.request("POST", f"/api/v1/endpoints/REAL{i}/probe")
            until(lambda: all(e["severity"] != "unknown" for e in cls.daemon.status()["endpoints"]
                              if e["name"].startswith("REAL")), "the listeners to be looked at")
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        if cls.browser:
            cls.browser.close()
        cls.estate.close()

    def test_a_hundred_to_a_page(self):
        self.browser.open(self.base + "/")
        self.assertEqual(len(self.browser.find_all(".row")), 100)
        self.assertEqual(self.browser.find(".row .who b").text, "REAL2", "expired stands first")
        self.assertIn("3,000", self.browser.find("#counts").text)
        self.assertIn("page 1 of 30", self.browser.find(".pager").text)
        self.browser.find(".pager a[rel=next]").click()
        self.browser.until(lambda: "page=2" in self.browser.driver.current_url, "the next page")
        self.assertIn("page 2 of 30", self.browser.find(".pager").text)
        self.browser.open(self.base + "/?page=30")
        self.assertFalse(self.browser.find_all(".pager a[rel=next]"))
        self.assertEqual(self.browser.complaints(), [])

    def test_a_search_looks_through_all_of_them(self):
        self.browser.open(self.base + "/")
        self.browser.keys("/", "qm2917")
        self.browser.until(lambda: self.browser.texts(".row .who b") == ["QM2917/A"], "the one")
        self.browser.open(self.base + "/?contact=team-7")
        self.assertIn("100 endpoints that fit, of 3,000", self.browser.find("#caption").text)
        self.assertFalse(self.browser.find_all(".pager"))

    def test_it_is_small_and_quick(self):
        body = self.daemon.get("/")
        self.assertLess(len(body), 500000)
        tidy(self, body, "3,000")
        for _ in range(2):
            self.browser.open(self.base + "/")
        paint = self.browser.until(lambda: self.browser.run(
            "const p = performance.getEntriesByName('first-contentful-paint')[0];"
            "return p ? p.startTime : null;"), "the first paint")
        print(f"\n3,000 endpoints: {len(body)} bytes, first contentful paint after {paint:.0f} ms", flush=True)
        keep_screenshot(self.browser, "three-thousand")


if __name__ == "__main__":
    harness.main()
