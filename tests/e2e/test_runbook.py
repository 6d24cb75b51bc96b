#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The runbook as a person on call walks it: every link leads somewhere, every page is valid HTML, and
the commands it shows do what it says when they are pasted into a shell."""

import html
import json
import os
import re
import subprocess
import unittest
import urllib.parse

import harness
from harness import BUILD, Estate, needs, quoted

RECIPE = """
name=root ca=yes cn="E2E Root" days-before=1000 days-after=3000
name=good issuer=root cn=QM1 o=Example days-before=10 days-after=200 eku=server
name=expired issuer=root cn="<script>alert(1)</script>" o=Example days-before=400 days-after=-4 eku=server
"""

# A name that would leave its quotes in HTML, in a URL, in a shell and in a pattern.
ODD = "'\"><b>$(touch owned); `touch owned`&*[x]?\\ #%\u00fc"
ROOT = os.environ.get("MQTLSD_SOURCE") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@needs("openssl", "tidy", "bash")
class Runbook(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.estate = e = Estate(RECIPE)
        odd = quoted(ODD)
        try:
            good, expired = e.openssl("good", "good"), e.openssl("expired", "expired")
            cls.daemon = e.daemon(f"""
http = {{ listen = ( "127.0.0.1:0" ); }};
defaults = {{ trust = "{e.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER"; }};
endpoints = (
  {{ name = "good"; qmgr = "QM1"; channel = "A.SVRCONN"; conname = "127.0.0.1({good})"; }},
  {{ name = {odd}; qmgr = "QM2"; channel = "A.SVRCONN"; conname = "127.0.0.1({expired})";
     sslciph = "ECDHE_ECDSA_AES_256_GCM_SHA384"; contact = {odd}; note = {odd}; }}
);
""")
            cls.daemon.wait_ready()
        except BaseException:
            e.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.estate.close()

    def tidy(self, body, what):
        result = subprocess.run(["tidy", "-e", "-q", "-utf8"], input=body, capture_output=True,
                                timeout=60, check=False)
        # tidy 5.6 knows WAI-ARIA 1.0 only; this one came with 1.1.
        said = [line for line in result.stderr.decode().splitlines()
                if 'proprietary attribute "aria-current"' not in line]
        self.assertEqual(said, [], what)
        self.assertIn(result.returncode, (0, 1), what)

    def walk(self, start):
        """Follows the links of every HTML page below `start`; returns the paths that were seen."""
        base = f"http://127.0.0.1:{self.daemon.port}"
        seen, ahead = set(), [start]
        while ahead:
            path = ahead.pop()
            if path in seen:
                continue
            seen.add(path)
            status, headers, body = self.daemon.request("GET", path)
            self.assertEqual(status, 200, path)
            if not headers["Content-Type"].startswith("text/html"):
                continue
            self.tidy(body, path)
            for link in re.findall(rb'(?:href|src)="([^"]*)"', body):
                url = urllib.parse.urljoin(base + path, html.unescape(link.decode()))
                self.assertTrue(url.startswith(base + "/"), url)
                ahead.append(url[len(base):].partition("#")[0])
        return seen

    def test_every_link_of_every_page_leads_to_valid_html(self):
        seen = self.walk("/")
        pages = {p for p in seen if p.startswith("/runbook/") and "?" not in p}
        names = {f"/runbook/{d['stage']}/{d['reason']}" for d in dumped("diagnoses")}
        names |= {f"/runbook/{a['name']}" for a in dumped("alerts")}
        self.assertLessEqual(names, pages)
        self.assertTrue(any(p.startswith("/runbook/drift/") for p in pages))
        self.assertTrue(any(p.startswith("/runbook/change/") for p in pages))
        odd = urllib.parse.quote(ODD, safe="")
        self.assertIn(f"/endpoint/{odd}", seen)
        self.assertIn(f"/runbook/verify/expired?endpoint={odd}", seen)

    def test_the_alert_rules_point_to_pages_that_exist(self):
        """As the template has it: escaped by Go's urlquery, which writes a blank as '+'."""
        with open(os.path.join(ROOT, "etc", "mqtlsd.rules.yml"), encoding="utf-8") as f:
            rules = f.read()
        alerts = re.findall(r"^ *- alert: (\w+)$", rules, re.M)
        urls = re.findall(r"^ *runbook_url: .*?(/runbook/\S+?)((?:\?endpoint=\{\{.*?\}\})?)$",
                          rules, re.M | re.S)
        self.assertEqual([path for path, _ in urls], ["/runbook/" + a for a in alerts])
        for path, parameter in urls:
            query = "?endpoint=" + urllib.parse.quote_plus(ODD) if parameter else ""
            page = self.daemon.get(path + query)
            self.assertEqual(b"This endpoint now: " in page, bool(parameter), path)

    def commands(self, endpoint):
        page = self.daemon.get("/runbook/verify/expired?endpoint="
                               + urllib.parse.quote(endpoint, safe="")).decode()
        return [html.unescape(re.sub("</?span>", "", c)) for c in
                re.findall(r'<pre class="command"><code>(.*?)</code></pre>', page, re.S)]

    def paste(self, command):
        """Runs it as it would run in a terminal, in an empty directory."""
        work = self.estate.path("work")
        os.makedirs(work, exist_ok=True)
        result = subprocess.run(["bash", "-c", command], cwd=work, stdin=subprocess.DEVNULL,
                                capture_output=True, timeout=60, check=False,
                                env={**os.environ, "PATH": BUILD + ":" + os.environ["PATH"]})
        self.assertEqual(os.listdir(work), [], command)
        return result.returncode, (result.stdout + result.stderr).decode(errors="replace")

    def test_the_commands_work_when_pasted(self):
        for endpoint, exit_status, subject in (("good", 0, "CN = QM1"), (ODD, 2, "<script>")):
            with self.subTest(endpoint):
                once, probe, openssl, *mqsc = self.commands(endpoint)
                status, output = self.paste(once)
                self.assertEqual(status, exit_status, once)
                self.assertEqual("expired" in output, endpoint == ODD, output)
                status, output = self.paste(probe)
                self.assertEqual(status, exit_status, output)
                status, output = self.paste(openssl)
                self.assertIn(subject, output)
                self.assertIn("-----BEGIN CERTIFICATE-----", output)
                expected = "ECDHE-ECDSA-AES256-GCM-SHA384" if endpoint == ODD else "TLSv1.3"
                self.assertRegex(output, f"New, .*{expected}")
                self.assertRegex(mqsc[0], r"^DISPLAY CHANNEL\('A\.SVRCONN'\) CHLTYPE SSLCIPH ")
                self.assertEqual(len(mqsc), 5)


def dumped(table):
    result = subprocess.run([harness.MQTLSD, f"--dump={table}", "--format=json"],
                            capture_output=True, timeout=60, check=True)
    return json.loads(result.stdout)


if __name__ == "__main__":
    harness.main()
