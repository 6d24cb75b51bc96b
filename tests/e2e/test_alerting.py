#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""From the listener to the phone: a certificate that ends, a refusal and a drift go through the rules
as they are shipped, evaluated by a real Prometheus, and through the routes and inhibitions of the
example, kept by a real Alertmanager, to receivers of this test; and they end when the cause does."""

import http.server
import json
import os
import re
import ssl
import subprocess
import threading
import unittest
import urllib.parse
import urllib.request

import harness
from harness import Estate, free_port, needs, quoted, until

ETC = os.path.join(os.environ.get("MQTLSD_SOURCE") or
                   os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."), "etc")

RECIPE = """
name=root ca=yes cn="E2E Root" days-before=1000 days-after=3000
name=good issuer=root cn=QM1 o=Example days-before=10 days-after=200 eku=server
name=days issuer=root cn=QM2 o=Example days-before=390 days-after=5 eku=server
name=renewed issuer=root cn=QM2 o=Example days-before=1 days-after=395 eku=server
name=expired issuer=root cn=QM5 o=Example days-before=400 days-after=-4 eku=server
name=other issuer=root cn=QM9 o=Elsewhere days-before=10 days-after=200 eku=server
"""

# A name that would leave its quotes in a query, in a URL and in HTML.
ODD = "Q 4/\"x\\y' &é?#+%{}<b>"


class Listener:
    """A TLS listener that can be told to behave otherwise, without a moment of not listening."""

    def __init__(self, estate, certificate, wants_certificate=False):
        self.estate = estate
        self.behave(certificate, wants_certificate)
        self.port = estate.scripted(self.serve)

    def behave(self, certificate, wants_certificate=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.estate.path(certificate + ".chain.crt"),
                                self.estate.path(certificate + ".key"))
        context.load_verify_locations(self.estate.path("root.crt"))
        if wants_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
        self.context = context

    def serve(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(1)


class Receiver:
    """Keeps what Alertmanager delivers; the path is the name of the receiver."""

    def __init__(self):
        delivered = self.delivered = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                delivered.extend((self.path.strip("/"), alert) for alert in body["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def find(self, name, endpoint, status="firing", **labels):
        for receiver, alert in list(self.delivered):
            wanted = {"alertname": name, "endpoint": endpoint, **labels}
            if alert["status"] == status and wanted.items() <= alert["labels"].items():
                return receiver, alert
        return None


def shipped(name):
    with open(os.path.join(ETC, name), encoding="utf-8") as f:
        return f.read()


def replaced(text, pattern, replacement):
    """Replaces, and is sure that there was something to replace."""
    text, n = re.subn(pattern, replacement, text, flags=re.M)
    assert n > 0, pattern
    return text


def ask(port, path):
    """What Prometheus or Alertmanager answers; None while it does not."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return None


def start_alertmanager(estate, receiver):
    """The example as it is, with the receivers of this test and short waits; returns the port."""
    config = shipped("alertmanager.yml")
    config = replaced(config, r"http://127\.0\.0\.1:9087/", f"http://127.0.0.1:{receiver.port}/")
    config = replaced(config, r"^(\s+)group_wait: .*$", r"\1group_wait: 2s")
    config = replaced(config, r"^(\s+)group_interval: .*$", r"\1group_interval: 1s")
    port = free_port()
    estate.spawn(["prometheus-alertmanager",
                  f"--config.file={estate.write('alertmanager.yml', config)}",
                  f"--storage.path={estate.path('alertmanager')}", "--cluster.listen-address=",
                  f"--web.listen-address=127.0.0.1:{port}"], "alertmanager")
    until(lambda: ask(port, "/api/v2/status"), "Alertmanager to answer")
    return port


@needs("prometheus", "prometheus-alertmanager")
class Alerting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.estate = e = Estate(RECIPE)
        try:
            cls.receiver = Receiver()
            e.stack.callback(cls.receiver.close)
            cls.start_daemon()
            cls.alertmanager = start_alertmanager(e, cls.receiver)
            cls.start_prometheus()
        except BaseException:
            e.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.estate.close()

    @classmethod
    def start_daemon(cls):
        e = cls.estate
        repository = ""
        for name in ("renewed.crt", "root.crt"):
            with open(e.path(name), encoding="ascii") as f:
                repository += f.read()
        e.write("key.pem", repository)
        cls.listeners = {
            "all-is-well": Listener(e, "good"), "ends-soon": Listener(e, "days"),
            "refused": Listener(e, "good", wants_certificate=True),
            "drift": Listener(e, "good"), ODD: Listener(e, "expired"),
        }
        endpoints = ",\n".join(
            f'  {{ name = {quoted(name)}; qmgr = "QM{i}"; channel = "A.SVRCONN"; '
            f'conname = "127.0.0.1({listener.port})"; contact = "payments-mw"; }}'
            for i, (name, listener) in enumerate(cls.listeners.items()))
        # A port of its own, so that it is the same target after a restart.
        cls.config = f"""
http = {{ listen = ( "127.0.0.1:{free_port()}" ); lifecycle = true; }};
probing = {{ spacing = "20ms"; }};
defaults = {{ trust = "{e.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER";
             interval = "10m"; linger = "100ms"; }};
endpoints = (
{endpoints},
  {{ name = "down"; channel = "A.SVRCONN"; conname = "127.0.0.1({free_port()})"; }}
);
keystores = ( {{ name = "QM1 keys"; qmgr = "QM1"; path = "{e.path('key.pem')}"; }} );
"""
        cls.daemon = e.daemon(cls.config)
        cls.daemon.wait_ready()

    @classmethod
    def start_prometheus(cls):
        """The rules as they are, but for how long something must have been so."""
        e = cls.estate
        e.write("mqtlsd.rules.yml",
                replaced(shipped("mqtlsd.rules.yml"), r"^(\s+)(for|keep_firing_for): .*$", r"\1\2: 1s"))
        config = e.write("prometheus.yml", f"""
global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }}
rule_files: [ mqtlsd.rules.yml ]
alerting: {{ alertmanagers: [ {{ static_configs: [ {{ targets: [ "127.0.0.1:{cls.alertmanager}" ] }} ] }} ] }}
scrape_configs:
  - job_name: mqtlsd
    static_configs: [ {{ targets: [ "127.0.0.1:{cls.daemon.port}" ] }} ]
""")
        port = cls.prometheus = free_port()
        e.spawn(["prometheus", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}",
                 f"--storage.tsdb.path={e.path('tsdb')}"], "prometheus")
        until(lambda: ask(port, "/api/v1/status/runtimeinfo"), "Prometheus to answer")

    # ---- what the tests ask ----

    def look_again(self, endpoint):
        path = f"/api/v1/endpoints/{urllib.parse.quote(endpoint)}/probe"
        status, _, body = self.daemon.request("POST", path)
        self.assertEqual(status, 202, body)

    def delivered(self, name, endpoint, status="firing", **labels):
        return until(lambda: self.receiver.find(name, endpoint, status, **labels),
                     f"{name} of {endpoint} to be delivered as {status}")

    def alert_at_alertmanager(self, name, endpoint):
        for alert in ask(self.alertmanager, "/api/v2/alerts") or []:
            if alert["labels"].get("alertname") == name and alert["labels"].get("endpoint") == endpoint:
                return alert
        return None

    def assert_inhibited(self, name, endpoint, by):
        """Alertmanager holds it back for another one, and never delivered it."""
        def inhibitors():
            alert = self.alert_at_alertmanager(name, endpoint)
            return alert and alert["status"]["inhibitedBy"]
        prints = until(inhibitors, f"{name} of {endpoint} to be inhibited")
        self.assertIn(self.alert_at_alertmanager(by, endpoint)["fingerprint"], prints)
        self.assertIsNone(self.receiver.find(name, endpoint))

    def assert_runbook(self, alert):
        url = urllib.parse.urlsplit(alert["annotations"]["runbook_url"])
        self.assertEqual(url.netloc, f"127.0.0.1:{self.daemon.port}")
        self.assertEqual(url.path, "/runbook/" + alert["labels"]["alertname"])
        self.assertEqual(urllib.parse.parse_qs(url.query),
                         {"endpoint": [alert["labels"]["endpoint"]]})
        with urllib.request.urlopen(url.geturl(), timeout=5) as answer:
            self.assertEqual(answer.status, 200)

    def evaluations(self):
        groups = (ask(self.prometheus, "/api/v1/rules") or {"data": {"groups": []}})["data"]["groups"]
        return {(group["name"], group["lastEvaluation"]) for group in groups}

    # ---- the tests ----

    def test_a_certificate_of_a_few_days_until_it_is_renewed(self):
        port = self.listeners["ends-soon"].port
        page = self.daemon.get("/").decode().partition('id="rows"')[2]
        self.assertLess(page.index("ends-soon"), page.index("all-is-well"))

        receiver, alert = self.delivered("MqtlsCertExpiringCritical", "ends-soon")
        self.assertEqual(receiver, "pager")
        self.assertEqual(
            {k: alert["labels"][k] for k in ("qmgr", "channel", "contact", "severity", "job")},
            {"qmgr": "QM1", "channel": "A.SVRCONN", "contact": "payments-mw",
             "severity": "critical", "job": "mqtlsd"})
        self.assertRegex(
            alert["annotations"]["description"],
            re.escape(f"Channel A.SVRCONN of queue manager QM1 (endpoint ends-soon, CONNAME 127.0.0.1({port})): "
                      "the certificate chain ends in 4d 23h ") +
            r"\d+m \d+s, on \d{4}-\d\d-\d\d \d\d:\d\d UTC \(CN=QM2,O=Example, serial [0-9A-F:]+\)\..*"
            r"REFRESH SECURITY TYPE\(SSL\)")
        self.assert_runbook(alert)
        self.assert_inhibited("MqtlsCertExpiringSoon", "ends-soon", by="MqtlsCertExpiringCritical")

        receiver, alert = self.delivered("MqtlsServedNotKeystore", "ends-soon", keystore="QM1 keys")
        self.assertEqual(receiver, "tickets")
        self.assertIn("the certificate that QM1 keys holds", alert["annotations"]["description"])
        self.assert_runbook(alert)

        self.listeners["ends-soon"].behave("renewed")
        self.look_again("ends-soon")
        self.delivered("MqtlsCertExpiringCritical", "ends-soon", "resolved")
        self.delivered("MqtlsServedNotKeystore", "ends-soon", "resolved")

    def test_an_expired_certificate_rings_once_under_a_name_that_needs_every_kind_of_quotes(self):
        receiver, alert = self.delivered("MqtlsCertExpired", ODD)
        self.assertEqual(receiver, "pager")
        self.assertIn(f"(endpoint {ODD}, CONNAME 127.0.0.1(", alert["annotations"]["description"])
        self.assertIn("the certificate chain ended 4d ", alert["annotations"]["description"])
        self.assert_runbook(alert)
        for name in ("MqtlsCertExpiringCritical", "MqtlsCertExpiringSoon", "MqtlsProbeFailing"):
            self.assert_inhibited(name, ODD, by="MqtlsCertExpired")

    def test_a_refusal_until_the_listener_accepts(self):
        receiver, alert = self.delivered("MqtlsRefusedByListener", "refused")
        self.assertEqual(receiver, "pager")
        self.assertIn("is reached, and refuses: tls/client_cert_required, TLS alert certificate_required,"
                      " AMQ9642E at a partner;", alert["annotations"]["description"])
        self.assert_runbook(alert)
        self.assert_inhibited("MqtlsProbeFailing", "refused", by="MqtlsRefusedByListener")

        self.listeners["refused"].behave("good")
        self.look_again("refused")
        self.delivered("MqtlsRefusedByListener", "refused", "resolved")

    def test_a_drift_until_it_is_accepted(self):
        self.listeners["drift"].behave("other")
        self.look_again("drift")
        receiver, alert = self.delivered("MqtlsDrift", "drift", kind="subject")
        self.assertEqual(receiver, "tickets")
        self.assertRegex(alert["annotations"]["description"],
                         r": subject differs from the baseline, since [0-9.]+m?s\. .* "
                         r'mqtlsd --accept "drift" --kind subject\.')
        self.assert_runbook(alert)

        status, _, body = self.daemon.request("POST", "/api/v1/endpoints/drift/accept")
        self.assertEqual(status, 200, body)
        self.delivered("MqtlsDrift", "drift", "resolved", kind="subject")

    def test_a_restart_of_the_daemon_ends_no_alert_and_begins_none_anew(self):
        ringing = {("MqtlsCertExpired", ODD), ("MqtlsCertExpiringSoon", ODD), ("MqtlsProbeFailing", "down")}

        def since():
            alerts = (ask(self.prometheus, "/api/v1/alerts") or {"data": {"alerts": []}})["data"]["alerts"]
            found = {(a["labels"]["alertname"], a["labels"].get("endpoint")): a["activeAt"] for a in alerts
                     if a["state"] == "firing"}
            return ringing <= found.keys() and {key: found[key] for key in ringing}

        def prometheus_has(expr):
            answer = ask(self.prometheus, "/api/v1/query?query=" + urllib.parse.quote(expr))
            return bool(answer and answer["data"]["result"])

        before = until(since, "the alerts to fire")
        self.delivered("MqtlsProbeFailing", "down")
        self.delivered("MqtlsCertExpired", ODD)

        harness.end_process(self.daemon.process)
        until(lambda: prometheus_has('up{job="mqtlsd"} == 0'), "Prometheus to miss the daemon")
        type(self).daemon = self.estate.daemon(self.config)
        self.look_again("down")
        until(lambda: prometheus_has(
            'mqtls_probe_last_run_timestamp_seconds{endpoint="down"} >= on (instance) group_left () '
            "process_start_time_seconds"), "the endpoint to be looked at again")
        seen = until(self.evaluations, "the rules")
        until(lambda: len(self.evaluations() - seen) == len(seen), "the rules to be evaluated on that")
        self.assertEqual(until(since, "the alerts to fire"), before)
        self.assertIsNone(self.receiver.find("MqtlsProbeFailing", "down", "resolved"))
        self.assertIsNone(self.receiver.find("MqtlsCertExpired", ODD, "resolved"))

    def test_nothing_rings_for_what_is_well_and_no_rule_fails(self):
        def groups():
            data = ask(self.prometheus, "/api/v1/rules")
            rules = [rule for group in data["data"]["groups"] for rule in group["rules"]] if data else []
            return rules and all(rule["health"] != "unknown" for rule in rules) and rules
        rules = until(groups, "every rule to be evaluated")
        self.assertEqual([(r["name"], r.get("lastError")) for r in rules if r["health"] != "ok"], [])
        self.assertGreater(len(rules), 15)
        ringing = {a["labels"]["alertname"] for r in rules for a in r.get("alerts", [])
                   if a["labels"].get("endpoint", "all-is-well") == "all-is-well"}
        self.assertEqual(ringing, set())


    def test_every_query_of_the_dashboard_is_answered(self):
        # With the variables as they are at first, and on what is really exported.
        dashboard = json.loads(shipped("grafana-mqtlsd.json"))
        values = {v["name"]: v.get("allValue", "") for v in dashboard["templating"]["list"]}
        queries = [(panel["title"], target["expr"]) for panel in dashboard["panels"]
                   for target in panel.get("targets", [])]
        queries += [(a["name"], a["expr"]) for a in dashboard["annotations"]["list"]]
        answers = {}
        self.delivered("MqtlsCertExpired", ODD)  # by then everything has been scraped more than once
        for title, expr in queries:
            expr = expr.replace("$__rate_interval", "1m")
            for name, value in values.items():
                expr = expr.replace("$" + name, value)
            answer = ask(self.prometheus, "/api/v1/query?query=" + urllib.parse.quote(expr))
            self.assertEqual(answer and answer["status"], "success", f"{title}: {expr}")
            answers.setdefault(title, []).append(answer["data"]["result"])
        for title in ("Endpoints", "What ends first", "Days left, the twenty that end first", "Daemons",
                      "Alerts that ring", "Why probes fail, now", "Agreed on: cipher by version",
                      "Certificates in key repositories", "Served, or not", "Duration of probes"):
            self.assertTrue(answers[title][0], title)
        first = answers["What ends first"][0]
        self.assertEqual(len(first), len(self.listeners))
        self.assertEqual(first[0]["metric"]["endpoint"], ODD)
        self.assertEqual({r["metric"]["contact"] for r in first}, {"payments-mw"})


@needs("amtool")
class Example(unittest.TestCase):
    # What rings, what rings beside it, and whether the first one holds the second back.
    PAIRS = (
        ("MqtlsCertExpired", "MqtlsCertExpiringCritical", True),
        ("MqtlsCertExpired", "MqtlsCertExpiringSoon", True),
        ("MqtlsCertExpiringCritical", "MqtlsCertExpiringSoon", True),
        ("MqtlsCertExpired", "MqtlsProbeFailing", True),
        ("MqtlsCertExpired", "MqtlsPolicyViolation", True),
        ("MqtlsRefusedByListener", "MqtlsProbeFailing", True),
        ("MqtlsRefusedByListener", "MqtlsPolicyViolation", True),
        ("MqtlsProbeFailing", "MqtlsPolicyViolation", True),
        ("MqtlsServedMixed", "MqtlsServedNotKeystore", True),
        # The worse band does not yield, a refusal is not explained by an end, a drift is its own matter.
        ("MqtlsCertExpiringSoon", "MqtlsCertExpiringCritical", False),
        ("MqtlsCertExpired", "MqtlsRefusedByListener", False),
        ("MqtlsProbeFailing", "MqtlsDrift", False),
        ("MqtlsProbeFailing", "MqtlsCertExpiringSoon", False),
    )

    @needs("prometheus-alertmanager")
    def test_each_inhibition(self):
        def labels(name, **more):
            return {"alertname": name, "job": "mqtlsd", "instance": "a:1", **more}

        rows = [(labels(a, endpoint=f"{a}/{b}"), labels(b, endpoint=f"{a}/{b}"), held)
                for a, b, held in self.PAIRS]
        rows += [(labels("MqtlsAddressMismatch", endpoint="m"),
                  labels("MqtlsDrift", endpoint="m", kind=kind), kind == "addresses")
                 for kind in ("addresses", "subject")]
        # Another endpoint, and another daemon, have a cause of their own; so has what has no endpoint.
        rows += [(labels("MqtlsCertExpired", endpoint="one"), labels("MqtlsProbeFailing", endpoint="two"),
                  False),
                 (labels("MqtlsCertExpired", endpoint="one"),
                  labels("MqtlsProbeFailing", endpoint="one") | {"instance": "b:1"}, False),
                 (labels("MqtlsCertExpired"), labels("MqtlsProbeFailing"), False)]
        # A daemon that is away; the other one of its job; and a job without any target.
        rows += [(labels("MqtlsDaemonAbsent"), labels(name, **more), True) for name, more in (
                    ("MqtlsProbeStale", {"endpoint": "e"}), ("MqtlsResolverFailing", {}),
                    ("MqtlsConfigReloadFailed", {}), ("MqtlsStateNotSaved", {}))]
        rows += [(labels("MqtlsDaemonAbsent"), labels("MqtlsStateNotSaved") | {"instance": "b:1"}, False),
                 (labels("MqtlsDaemonAbsent"), labels("MqtlsWebCertExpiring"), False),
                 ({"alertname": "MqtlsDaemonAbsent", "job": "gone"},
                  labels("MqtlsStateNotSaved") | {"job": "gone"}, True)]

        estate = Estate("name=root ca=yes cn=Root days-before=1 days-after=1\n")
        self.addCleanup(estate.close)
        receiver = Receiver()
        self.addCleanup(receiver.close)
        port = start_alertmanager(estate, receiver)
        posted = json.dumps([{"labels": x} for row in rows for x in row[:2]]).encode()
        with urllib.request.urlopen(urllib.request.Request(
                f"http://127.0.0.1:{port}/api/v2/alerts", posted,
                {"Content-Type": "application/json"}), timeout=harness.PATIENCE) as answer:
            self.assertEqual(answer.status, 200)

        def held():
            """By its labels, whether each alert is held back."""
            return {frozenset(a["labels"].items()): bool(a["status"]["inhibitedBy"])
                    for a in ask(port, "/api/v2/alerts") or []}

        wanted = {frozenset(target.items()) for _, target, is_held in rows if is_held}
        until(lambda: {key for key, is_held in held().items() if is_held} >= wanted,
              "every inhibition of the example")
        now = held()
        for source, target, is_held in rows:
            with self.subTest(source=source, target=target):
                self.assertEqual(now[frozenset(target.items())], is_held)

    def test_routes(self):
        for labels, receiver in (
                ("alertname=MqtlsCertExpired severity=critical qmgr=QM1 endpoint=e", "pager"),
                ("alertname=MqtlsDaemonAbsent severity=critical job=mqtlsd", "pager"),
                ("alertname=MqtlsCertExpiringSoon severity=warning", "tickets"),
                ("alertname=MqtlsDrift severity=warning", "tickets"),
                ("alertname=Watchdog severity=critical", "tickets")):
            with self.subTest(labels):
                result = subprocess.run(
                    ["amtool", "config", "routes", "test",
                     "--config.file=" + os.path.join(ETC, "alertmanager.yml"),
                     "--verify.receivers=" + receiver, *labels.split()],
                    capture_output=True, timeout=60, check=False)
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    harness.main()
