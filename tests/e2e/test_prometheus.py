#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A real Prometheus scrapes the daemon in both formats, and promtool finds nothing to say."""

import json
import os
import re
import subprocess
import unittest
import urllib.parse
import urllib.request

import harness
from harness import Estate, free_port, needs, until

RECIPE = """
name=root ca=yes cn="E2E Root" days-before=1000 days-after=3000
name=good issuer=root cn=QM1 o=Example days-before=10 days-after=200 eku=server
name=expired issuer=root cn=QM2 o=Example days-before=400 days-after=-4 eku=server
"""

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
COMPLAINTS = r"(?i)level=(warn|error)[^\n]*(parse|scrape|append|duplicate|invalid)"
ODD_NAME = "100% \u00fc <b>&target=x/y"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@needs("prometheus", "promtool", "openssl")
class Prometheus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.estate = e = Estate(RECIPE)
        try:
            good, expired = e.openssl("good", "good"), e.openssl("expired", "expired")
            cls.daemon = e.daemon(f"""
http = {{ listen = ( "127.0.0.1:0" ); }};
defaults = {{ trust = "{e.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER"; interval = "5s"; }};
endpoints = (
  {{ name = "good"; qmgr = "QM1"; channel = "A.SVRCONN"; conname = "127.0.0.1({good})";
     group = "payments"; }},
  {{ name = "{ODD_NAME}"; channel = "A.SVRCONN"; conname = "127.0.0.1({good})"; }},
  {{ name = "expired"; qmgr = "QM2"; channel = "A.SVRCONN"; conname = "127.0.0.1({expired})"; }}
);
""")
            cls.daemon.wait_ready()
        except BaseException:
            e.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.estate.close()

    def test_promtool_has_nothing_to_say(self):
        result = subprocess.run(["promtool", "check", "metrics"], input=self.daemon.get("/metrics"),
                                capture_output=True, timeout=60, check=False)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, b"", b""))

    def test_the_format_follows_accept(self):
        for accept, expected in (
                (None, TEXT), ("*/*", TEXT), ("text/plain", TEXT),
                ("application/openmetrics-text;version=1.0.0", OPENMETRICS),
                ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
                 "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OPENMETRICS),
                ("application/openmetrics-text;version=1.0.0;q=0,text/plain", TEXT),
                ("nonsense", TEXT)):
            with self.subTest(accept):
                _, headers, body = self.daemon.request("GET", "/metrics",
                                                       {"Accept": accept} if accept else {})
                self.assertEqual(headers["Content-Type"], expected)
                self.assertEqual(body.endswith(b"# EOF\n"), expected == OPENMETRICS)

    def test_a_real_prometheus_scrapes_both_formats(self):
        for job, protocols in (("openmetrics", ""), ("text", "text")):
            with self.subTest(job):
                self.scrape(job, bool(protocols))

    def start_prometheus(self, job, scrape_config):
        """Returns what asks it for a path below its own API, and its name in the log."""
        e = self.estate
        port = free_port()
        config = e.write(f"prometheus-{job}.yml",
                         "global: { scrape_interval: 1s, scrape_timeout: 1s }\n"
                         "scrape_configs:\n" + scrape_config)
        name = f"prometheus-{job}"
        e.spawn(["prometheus", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}",
                 f"--storage.tsdb.path={e.path('tsdb-' + job)}", "--log.level=debug"], name)

        def ask(path):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                    return json.load(answer)["data"]
            except OSError:
                return None
        return ask, name

    def test_each_endpoint_can_be_a_target_of_its_own(self):
        """The scrape configuration of mqtlsd(8), with this daemon's port in it."""
        manual = os.path.join(os.environ.get("MQTLSD_SOURCE", ROOT), "man", "mqtlsd.8")
        with open(manual, encoding="utf-8") as f:
            shown = re.search(r"^scrape_configs:\n(  - job_name: mqtls\n.*?)^\.Ed$", f.read(),
                              re.M | re.S).group(1)
        self.assertIn("http_sd_configs", shown)
        ask, name = self.start_prometheus(
            "discovered", shown.replace("127.0.0.1:19157", f"127.0.0.1:{self.daemon.port}"))

        def all_up():
            active = (ask("/api/v1/targets") or {}).get("activeTargets", [])
            return len(active) == 4 and all(t["health"] == "up" for t in active) and active
        targets = until(all_up, "Prometheus to scrape each endpoint and the daemon")
        self.assertEqual([t["labels"]["instance"] for t in targets
                          if t["labels"]["job"] == "mqtlsd"], [f"127.0.0.1:{self.daemon.port}"])
        targets = [t for t in targets if t["labels"]["job"] == "mqtls"]
        self.assertEqual({t["labels"]["instance"] for t in targets}, {"good", "expired", ODD_NAME})
        self.assertEqual({t["labels"].get("group") for t in targets}, {"payments", None})
        for target in targets:
            self.assertEqual(target["discoveredLabels"]["__meta_mqtls_channel"], "A.SVRCONN")

        query = urllib.parse.quote("count by (instance, endpoint, mqtlsd_url) (mqtls_probe_success)")
        result = until(lambda: len((ask(f"/api/v1/query?query={query}") or {}).get("result", []))
                       == 3 and ask(f"/api/v1/query?query={query}")["result"], "three verdicts")
        for row in result:
            self.assertEqual((row["metric"]["instance"], row["value"][1]),
                             (row["metric"]["endpoint"], "1"))
        # Nothing twice, and what the alerts need: the daemon under its job, and where it is reached.
        build = urllib.parse.quote("mqtls_build_info")
        until(lambda: [row["metric"]["job"] for row in ask(f"/api/v1/query?query={build}")["result"]]
              == ["mqtlsd"], "the daemon's own metrics, once")
        twice = urllib.parse.quote('{job="mqtlsd",endpoint!=""}')
        self.assertEqual(ask(f"/api/v1/query?query={twice}")["result"], [])
        for row in result:
            url = row["metric"]["mqtlsd_url"]
            with urllib.request.urlopen(f"{url}/runbook/MqtlsDrift", timeout=5) as answer:
                self.assertEqual(answer.status, 200)
        self.assertNotRegex(self.estate.log_of(name), COMPLAINTS)

    def scrape(self, job, text_only):
        e = self.estate
        target = f"127.0.0.1:{self.daemon.port}"
        if text_only:
            target = f"127.0.0.1:{text_only_proxy(e, self.daemon.port)}"
        ask, name = self.start_prometheus(job, f"""
  - job_name: {job}
    static_configs: [ {{ targets: [ "{target}" ] }} ]
""")

        def target_up():
            data = ask("/api/v1/targets")
            active = data and data["activeTargets"]
            return active and active[0]["health"] == "up" and active[0]
        up = until(target_up, "Prometheus to scrape")
        self.assertEqual(up["lastError"], "")

        query = urllib.parse.quote("mqtls_chain_not_after_timestamp_seconds"
                                   '{endpoint="expired",chain="effective"}')
        result = until(lambda: (ask(f"/api/v1/query?query={query}") or {}).get("result"),
                       "the date of the expired endpoint")
        on_page = re.search(r'^mqtls_chain_not_after_timestamp_seconds\{endpoint="expired",[^}]*'
                            r'chain="effective"[^}]*\} (\d+)$', self.daemon.metrics(), re.M)
        self.assertEqual(float(result[0]["value"][1]), float(on_page.group(1)))
        self.assertNotRegex(e.log_of(name), COMPLAINTS)


def text_only_proxy(estate, port):
    """Passes requests on without their Accept header, so that the text format is chosen."""
    import socket

    def behave(connection):
        request = b""
        while b"\r\n\r\n" not in request:
            more = connection.recv(65536)
            if not more:
                return
            request += more
        request = re.sub(rb"(?im)^(accept|connection|accept-encoding):[^\r]*\r\n", b"", request)
        request = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            upstream.sendall(request)
            while True:
                answer = upstream.recv(65536)
                if not answer:
                    break
                connection.sendall(answer)
        connection.close()
    return estate.scripted(behave)


if __name__ == "__main__":
    harness.main()
