#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who is let in, as users meet it: HTTPS with certificates that are exchanged while people read, passwords
right and wrong, tokens, and clients that speak something else."""

import base64
import contextlib
import http.client
import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import unittest
import urllib.request

import harness
from harness import PATIENCE, Estate, free_port, needs, until

RECIPE = """
name=root ca=yes cn="Web Root" days-before=100 days-after=3000
name=web issuer=root cn=first days-before=10 days-after=300 eku=server san=IP:127.0.0.1
name=next issuer=root cn=second days-before=10 days-after=300 eku=server san=IP:127.0.0.1 key-slot=1
name=over issuer=root cn=over days-before=100 days-after=-2 eku=server san=IP:127.0.0.1
name=prometheus issuer=root cn=prometheus days-before=10 days-after=100 eku=client
"""

# bcrypt of "right", at the lowest cost: the tests look at many.
USERS = "prometheus:$2b$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC\n"
TOKEN = "3e5b3f0f6d0d4f7f9a4c3c1c1f0a9d52"


def basic(name, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


class Case(unittest.TestCase):
    def setUp(self):
        self.estate = Estate(RECIPE)
        self.addCleanup(self.estate.close)
        self.serve("web")
        self.estate.write("users", USERS, 0o600)
        self.estate.write("tokens", f"payments {TOKEN} contact=payments-mw\n", 0o600)

    def serve(self, certificate, key=None):
        """Puts a pair where the daemon finds it, the key first."""
        for source, name in ((f"{key or certificate}.key", "own.key"), (f"{certificate}.crt", "own.crt")):
            shutil.copy(self.estate.path(source), self.estate.path(name + ".new"))
            os.chmod(self.estate.path(name + ".new"), 0o600)
            os.rename(self.estate.path(name + ".new"), self.estate.path(name))

    def tls(self, more=""):
        return (f'tls = {{ certificate = "{self.estate.path("own.crt")}"; '
                f'key = "{self.estate.path("own.key")}"; {more} }};')

    def logins(self):
        return f'basic_auth_file = "{self.estate.path("users")}";'

    def config(self, http, n=1):
        endpoints = ", ".join(
            f'{{ name = "E{i}"; qmgr = "QM{i}"; channel = "A.SVRCONN"; contact = "payments-mw"; '
            f'conname = "127.0.0.1(1)"; }}' for i in range(n))
        return f"""
http = {{ listen = ( "127.0.0.1:0" ); {http} }};
defaults = {{ sslciph = "ANY_TLS12_OR_HIGHER"; interval = "1h"; retry_interval = "1h"; timeout = "5s"; }};
endpoints = ( {endpoints} );
"""

    def daemon(self, http, n=1):
        return self.estate.daemon(self.config(http, n))

    def context(self, certificate=None):
        context = ssl.create_default_context(cafile=self.estate.path("root.crt"))
        if certificate:
            context.load_cert_chain(self.estate.path(certificate + ".crt"),
                                    self.estate.path(certificate + ".key"))
        return context

    def ask(self, daemon, path, headers=None, method="GET", context=None):
        connection = http.client.HTTPSConnection("127.0.0.1", daemon.port, timeout=PATIENCE,
                                                 context=context or self.context())
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def subject(self, daemon):
        """Of the certificate that a new connection is answered with, whatever its dates."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", daemon.port), PATIENCE) as plain, \
                context.wrap_socket(plain) as s:
            return next(name for name in (b"first", b"second", b"over")
                        if name in s.getpeercert(binary_form=True))


class Tls(Case):
    def test_a_long_answer_is_not_made_to_wait(self):
        """Record for record with a pause between them it would take longer than an answer may."""
        daemon = self.daemon(self.tls() + ' request_timeout = "5s";', n=4000)
        status, _, body = self.ask(daemon, "/metrics")
        self.assertEqual(status, 200)
        self.assertGreater(len(body), 2_000_000)
        self.assertIn(b'endpoint="E3999"', body)

    def test_plain_http_is_told_to_speak_https(self):
        daemon = self.daemon(self.tls())
        status, _, body = daemon.request("GET", "/")
        self.assertEqual(status, 400)
        self.assertIn(b"https://", body)

    def test_tls_to_a_plain_port_harms_nobody(self):
        daemon = self.daemon("")
        with self.assertRaises(OSError):
            self.ask(daemon, "/")
        self.assertEqual(daemon.request("GET", "/-/healthy")[0], 200)

    def test_a_certificate_is_exchanged_under_open_connections(self):
        daemon = self.daemon(self.tls())
        held = http.client.HTTPSConnection("127.0.0.1", daemon.port, timeout=PATIENCE,
                                           context=self.context())
        with contextlib.closing(held):
            def still_answered():
                held.request("GET", "/-/healthy")
                response = held.getresponse()
                response.read()
                return response.status == 200

            self.assertEqual(self.subject(daemon), b"first")
            self.assertTrue(still_answered())
            self.serve("next")
            until(lambda: still_answered() and self.subject(daemon) == b"second", "the new certificate")
            self.assertTrue(still_answered())

    def test_an_exchange_under_load_loses_nobody(self):
        """Clients come one after the other, each with a connection of its own that it verifies."""
        daemon = self.daemon(self.tls())
        enough, seen, failures = threading.Event(), [set() for _ in range(4)], []

        def keep_asking(mine):
            try:
                while not enough.is_set():
                    self.assertEqual(self.ask(daemon, "/-/healthy")[0], 200)
                    mine.add(self.subject(daemon))
            except Exception as e:  # whatever it is, it is what must not happen
                failures.append(repr(e))

        threads = [threading.Thread(target=keep_asking, args=(mine,)) for mine in seen]
        for thread in threads:
            thread.start()
        try:
            until(lambda: failures or all(b"first" in mine for mine in seen), "the old certificate")
            self.serve("next")
            until(lambda: failures or all(b"second" in mine for mine in seen), "the new certificate")
        finally:
            enough.set()
            for thread in threads:
                thread.join()
        self.assertEqual(failures, [])

    @needs("curl", "openssl")
    def test_what_people_have_at_hand(self):
        daemon = self.daemon(self.tls(f'client_ca = "{self.estate.path("root.crt")}"; hsts = "1d";'))
        url = f"https://127.0.0.1:{daemon.port}/-/healthy"
        ca = ["--cacert", self.estate.path("root.crt")]
        own = ["--cert", self.estate.path("prometheus.crt"), "--key", self.estate.path("prometheus.key")]

        def curl(*options):
            return subprocess.run(["curl", "-sS", "-D", "-", *options], capture_output=True, text=True,
                                  timeout=PATIENCE, check=False)
        for version in "1.2", "1.3":
            with self.subTest(version):
                result = curl(*ca, *own, "--tlsv" + version, "--tls-max", version, url)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertIn("Strict-Transport-Security: max-age=86400", result.stdout)
        self.assertNotEqual(curl(*ca, url).returncode, 0)
        self.assertIn("400 Bad Request", curl(url.replace("https", "http")).stdout)

        for version, alert in ("-tls1_2", "handshake failure"), ("-tls1_3", "certificate required"):
            with self.subTest(version):
                # It says nothing of its own, so that the alert is not lost behind a reset.
                result = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{daemon.port}",
                                         version, "-ign_eof"], stdin=subprocess.DEVNULL,
                                        capture_output=True, text=True, timeout=PATIENCE, check=False)
                self.assertIn(alert, result.stdout + result.stderr)
        until(lambda: "mqtls_web_handshake_failures_total 4" in curl(
            *ca, *own, url.replace("-/healthy", "metrics")).stdout, "the failures to be counted")

    def test_a_broken_pair_keeps_the_old_one_and_is_a_finding(self):
        daemon = self.daemon(self.tls())
        self.serve("next", key="web")
        until(lambda: b'finding="web_tls_file_broken"' in self.ask(daemon, "/metrics")[2], "the finding")
        self.assertEqual(self.subject(daemon), b"first")
        self.serve("next")
        until(lambda: self.subject(daemon) == b"second", "the pair that belongs together")
        self.assertNotIn(b'finding="web_tls_file_broken"', self.ask(daemon, "/metrics")[2])

    def test_its_own_expired_certificate_is_a_finding(self):
        self.serve("over")
        daemon = self.daemon(self.tls())
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.ask(daemon, "/")
        blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
        findings = json.loads(self.ask(daemon, "/api/v1/status", context=blind)[2])["daemon"]["findings"]
        self.assertEqual([f["finding"] for f in findings], ["web_certificate_expired"])
        self.assertIn(b"expired at", self.ask(daemon, "/", context=blind)[2])

    def test_whoever_has_to_show_a_certificate_does(self):
        daemon = self.daemon(self.tls(f'client_ca = "{self.estate.path("root.crt")}";'))
        self.assertEqual(self.ask(daemon, "/", context=self.context("prometheus"))[0], 200)
        for other in (None, "web"):
            with self.assertRaises(OSError):
                self.ask(daemon, "/-/healthy", context=self.context(other))

    def test_a_reload_that_wants_tls_says_that_it_needs_a_start(self):
        daemon = self.daemon("lifecycle = true;")
        daemon.reconfigure(self.config("lifecycle = true; " + self.tls()))
        self.assertEqual(daemon.request("POST", "/-/reload")[0], 200)
        self.assertEqual(daemon.request("GET", "/")[0], 200)
        self.assertIn("plain HTTP is spoken until the daemon is restarted", daemon.log())
        self.assertNotIn("the addresses and limits", daemon.log())

        def is_broken():
            return b'finding="web_tls_file_broken"' in daemon.request("GET", "/metrics")[2]
        self.serve("next", key="web")
        until(is_broken, "the finding, as the next start would fail")
        self.serve("next")
        until(lambda: not is_broken(), "the end of the finding")
        self.assertNotIn("answered with the certificate", daemon.log())


class Logins(Case):
    def test_who_is_let_in(self):
        daemon = self.daemon(self.tls() + self.logins() + "lifecycle = true;")
        for what, path, headers, expected in (
                ("no password", "/", {}, 401),
                ("the right one", "/", basic("prometheus", "right"), 200),
                ("a wrong one", "/", basic("prometheus", "wrong"), 401),
                ("a name that there is not", "/", basic("nobody", "right"), 401),
                ("what is no login", "/", {"Authorization": "Basic ???"}, 401),
                ("health without", "/-/healthy", {}, 200),
                ("readiness without", "/-/ready", {}, 200)):
            with self.subTest(what):
                if path == "/-/ready":
                    until(lambda: self.ask(daemon, "/-/ready")[0] == 200, "readiness")
                self.assertEqual(self.ask(daemon, path, headers)[0], expected)
        self.assertEqual(self.ask(daemon, "/-/reload", method="POST")[0], 401)
        self.assertEqual(self.ask(daemon, "/-/reload", basic("prometheus", "right"), "POST")[0], 200)
        self.assertNotIn("right", daemon.log())

    def test_who_is_known_passes_while_others_guess(self):
        daemon = self.daemon(self.logins())
        self.assertEqual(daemon.request("GET", "/", basic("prometheus", "right"))[0], 200)
        answers = {daemon.request("GET", "/", basic("prometheus", f"guess {i}"))[0] for i in range(12)}
        self.assertEqual(answers, {401, 429})
        self.assertEqual(daemon.request("GET", "/", basic("prometheus", "right"))[0], 200)

    def test_an_address_is_known_after_its_client_has_gone(self):
        """The client is off before its request is looked at, and its guess still counts where it came from."""
        daemon = self.daemon(self.logins())
        for i in range(20):
            with socket.create_connection(("127.0.0.1", daemon.port), PATIENCE) as s:
                header = "".join(f"{k}: {v}\r\n" for k, v in basic("prometheus", f"guess {i}").items())
                s.sendall(f"GET / HTTP/1.1\r\nHost: t\r\n{header}\r\n".encode())
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        until(lambda: daemon.request("GET", "/", basic("prometheus", "one more"))[0] == 429,
              "the address to be held back")
        self.assertIn("from 127.0.0.1 failed", daemon.log())
        self.assertNotIn("from  failed", daemon.log())

    def test_a_reload_begins_and_ends_to_ask(self):
        daemon = self.daemon("lifecycle = true;")
        self.assertEqual(daemon.request("GET", "/")[0], 200)
        daemon.reconfigure(self.config("lifecycle = true;" + self.logins()))
        self.assertEqual(daemon.request("POST", "/-/reload")[0], 200)
        self.assertEqual(daemon.request("GET", "/")[0], 401)
        daemon.reconfigure(self.config("lifecycle = true;"))
        self.assertEqual(daemon.request("POST", "/-/reload", basic("prometheus", "right"))[0], 200)
        self.assertEqual(daemon.request("GET", "/")[0], 200)


@needs("prometheus")
class Prometheus(Case):
    def test_it_scrapes_by_https_with_a_login_and_a_certificate(self):
        e = self.estate
        daemon = self.daemon(self.tls(f'client_ca = "{e.path("root.crt")}";') + self.logins())
        port = free_port()
        config = e.write("prometheus.yml", f"""
global: {{ scrape_interval: 5s, scrape_timeout: 5s }}
scrape_configs:
  - job_name: mqtlsd
    scheme: https
    tls_config:
      ca_file: {e.path("root.crt")}
      cert_file: {e.path("prometheus.crt")}
      key_file: {e.path("prometheus.key")}
    basic_auth:
      username: prometheus
      password_file: {e.write("password", "right", 0o600)}
    static_configs:
      - targets: [ "127.0.0.1:{daemon.port}" ]
""")
        e.spawn(["prometheus", "--config.file=" + config, "--storage.tsdb.path=" + e.path("tsdb"),
                 f"--web.listen-address=127.0.0.1:{port}"], "prometheus")

        def healthy():
            with contextlib.suppress(OSError, ValueError):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/targets", timeout=5) as r:
                    active = json.load(r)["data"]["activeTargets"]
                    return active and active[0]["health"] == "up"
            return False
        until(healthy, "Prometheus to scrape")
        _, _, page = self.ask(daemon, "/metrics", basic("prometheus", "right"),
                              context=self.context("prometheus"))
        self.assertIn(b"mqtls_web_login_failures_total 0", page)


class Tokens(Case):
    def test_a_token_opens_its_feed_and_nothing_else(self):
        daemon = self.daemon(self.logins() + f'calendar_tokens_file = "{self.estate.path("tokens")}";')
        until(lambda: daemon.request("GET", "/-/ready")[0] == 200, "readiness")
        for path, expected in ((f"/calendar.ics?token={TOKEN}", 200), ("/calendar.ics", 401),
                               ("/calendar.ics?token=x", 403), (f"/?token={TOKEN}", 401),
                               (f"/metrics?token={TOKEN}", 401)):
            with self.subTest(path):
                self.assertEqual(daemon.request("GET", path)[0], expected)
        self.assertNotIn(TOKEN, daemon.log())


if __name__ == "__main__":
    harness.main()
