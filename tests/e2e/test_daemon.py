#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The daemon as its users meet it: ten mistakes told at once, reload that keeps the old configuration,
signals, renewal seen without a restart, hostile certificates on every output, the systemd protocol."""

import contextlib
import json
import re
import shutil
import signal
import socket
import subprocess
import unittest

import harness
from harness import MQTLSD, Estate, needs, once, until

RECIPE = """
name=root ca=yes cn="E2E Root" days-before=1000 days-after=3000
name=good issuer=root cn=QM1 o=Example days-before=10 days-after=200 eku=server
name=renewed issuer=root cn=QM1 o=Example days-before=1 days-after=365 eku=server
name=other issuer=root cn=QM2 o=Example days-before=10 days-after=100 eku=server
"""

TEN_MISTAKES = """# line 1
http = { listen = ( "127.0.0.1" ); };
defaults = { trust = "no-such-file.pem"; interval = "often"; sslciph = "ANY_TLS12"; };
identities = ( { name = "monitor"; certificate = "missing.pem"; } );
endpoints = (
  { channel = "THIS.NAME.IS.TOO.LONG.FOR.MQ"; conname = "127.0.0.1(1414)"; },
  { channel = "A.SVRCONN"; conname = "127.0.0.1(99999)"; },
  { channel = "B.SVRCONN"; conname = "127.0.0.1(1414)"; sslciph = "ANY_TLS12_OR_ABOVE"; },
  { channel = "C.SVRCONN"; conname = "127.0.0.1(1414)"; identity = "nobody"; },
  { channel = "D.SVRCONN"; conname = "127.0.0.1(1414)"; colour = "blue"; },
  { channel = "E.SVRCONN"; conname = "127.0.0.1(1414)"; sslpeer = "QM1"; },
  { channel = "F.SVRCONN"; conname = "127.0.0.1(1414)"; all_addresses = "yes"; }
);
"""
LINES_OF_MISTAKES = [2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12]


class Case(unittest.TestCase):
    def setUp(self):
        self.estate = Estate(RECIPE)
        self.addCleanup(self.estate.close)

    def config(self, *endpoints, extra="", http='listen = ( "127.0.0.1:0" ); lifecycle = true;'):
        return f"""
http = {{ {http} }};
defaults = {{ trust = "{self.estate.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER";
             interval = "1h"; retry_interval = "1h"; timeout = "5s"; }};
probing = {{ spacing = "0s"; }};
{extra}
endpoints = ( {", ".join(endpoints)} );
"""

    @staticmethod
    def endpoint(name, port, more=""):
        return (f'{{ name = "{name}"; qmgr = "QM1"; channel = "A.SVRCONN"; '
                f'conname = "127.0.0.1({port})"; {more} }}')


class Mistakes(Case):
    def test_ten_mistakes_are_all_told_with_their_lines(self):
        path = self.estate.write("bad.conf", TEN_MISTAKES)
        result = subprocess.run([MQTLSD, "--check-config", "-c", path], capture_output=True,
                                timeout=60, check=False)
        lines = [l for l in result.stderr.decode().splitlines() if ": warning: " not in l]
        self.assertEqual(result.returncode, 1)
        told = [int(re.match(re.escape(path) + r":(\d+): ", l).group(1)) for l in lines
                if l.startswith(path)]
        self.assertEqual(told, LINES_OF_MISTAKES, "in the order of the file:\n" + "\n".join(lines))
        for line in lines:
            self.assertIn("; ", line, "a remedy follows the semicolon")

    def test_a_missing_file_is_told_and_nothing_starts(self):
        for mode in ([], ["--once"], ["--check-config"]):
            result = subprocess.run([MQTLSD, *mode, "-c", "/no/such.conf"], capture_output=True,
                                    timeout=60, check=False)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(b"/no/such.conf", result.stderr)


@needs("openssl")
class Reload(Case):
    def test_the_log_says_once_that_it_is_a_warning(self):
        daemon = self.estate.daemon(self.config())
        daemon.wait_ready()
        self.assertEqual(daemon.request("POST", "/-/reload")[0], 200)
        told = [line for line in daemon.log().splitlines() if "there is no endpoint" in line]
        self.assertEqual(len(told), 2, "at the start and at the reload")
        for line in told:
            self.assertTrue(line.startswith(f"mqtlsd: warning: {daemon.config_path}: endpoints: "), line)

    def test_a_wrong_configuration_leaves_the_old_one_at_work(self):
        port = self.estate.openssl("good", "good")
        daemon = self.estate.daemon(self.config(self.endpoint("one", port)))
        daemon.wait_ready()

        daemon.reconfigure(TEN_MISTAKES)
        status, _, body = daemon.request("POST", "/-/reload")
        self.assertEqual(status, 500)
        self.assertIn("ANY_TLS12_OR_ABOVE", body.decode())
        self.assertIn(":8: ", body.decode())
        self.assertIn("mqtls_config_last_reload_successful 0", daemon.metrics())
        self.assertIn("ANY_TLS12_OR_ABOVE", daemon.log())
        self.assertEqual([e["name"] for e in daemon.status()["endpoints"]], ["one"])
        self.assertEqual(daemon.status()["endpoints"][0]["severity"], "ok")

        daemon.hangup()
        until(lambda: daemon.log().count("ANY_TLS12_OR_ABOVE") > 1, "the second refusal in the log")

        daemon.reconfigure(self.config(self.endpoint("one", port), self.endpoint("two", port)))
        self.assertEqual(daemon.request("POST", "/-/reload")[0], 200)
        self.assertIn("mqtls_config_last_reload_successful 1", daemon.metrics())

    def test_unchanged_endpoints_keep_their_state(self):
        port = self.estate.openssl("good", "good")
        daemon = self.estate.daemon(self.config(self.endpoint("one", port)))
        daemon.wait_ready()
        before = daemon.status()["endpoints"][0]
        daemon.reconfigure(self.config(self.endpoint("two", port), self.endpoint("one", port)))
        daemon.hangup()
        until(lambda: len(daemon.status()["endpoints"]) == 2, "the reload")
        after = {e["name"]: e for e in daemon.status()["endpoints"]}
        self.assertEqual(after["one"]["probed_at"], before["probed_at"])
        until(lambda: all(e["severity"] == "ok" for e in daemon.status()["endpoints"]),
              "the new endpoint to be probed")
        self.assertRegex(daemon.metrics(), r'mqtls_probes_total\{endpoint="one"[^}]*\} 1\n')

    def test_a_reload_reads_imports_again(self):
        port = self.estate.openssl("good", "good")
        define = "DEFINE CHANNEL({}) CHLTYPE(SVRCONN) SSLCIPH(ANY_TLS12_OR_HIGHER)\n"
        path = self.estate.write("qm1.mqsc", define.format("A.SVRCONN"))
        daemon = self.estate.daemon(self.config(extra=f'''
            imports = ( {{ mqsc = "{path}"; qmgr = "QM1"; host = "127.0.0.1({port})"; }} );'''))
        daemon.wait_ready()
        first = f"QM1/A.SVRCONN@127.0.0.1({port})"
        self.assertEqual([(e["name"], e["severity"]) for e in daemon.status()["endpoints"]],
                         [(first, "ok")])

        self.estate.write("qm1.mqsc", define.format("A.SVRCONN") + define.format("NOT A NAME"))
        status, _, body = daemon.request("POST", "/-/reload")
        self.assertEqual(status, 500)
        self.assertIn("qm1.mqsc:2: ", body.decode())
        self.assertEqual(len(daemon.status()["endpoints"]), 1)

        self.estate.write("qm1.mqsc", define.format("A.SVRCONN") + define.format("B.SVRCONN"))
        self.assertEqual(daemon.request("POST", "/-/reload")[0], 200)
        self.assertEqual({e["name"] for e in daemon.status()["endpoints"]},
                         {first, first.replace("A.", "B.")})

    def test_reload_by_http_needs_lifecycle(self):
        daemon = self.estate.daemon(self.config(self.endpoint("one", 1),
                                                http='listen = ( "127.0.0.1:0" );'))
        self.assertEqual(daemon.request("POST", "/-/reload")[0], 403)
        self.assertEqual(daemon.request("GET", "/-/reload")[0], 405)


@needs("openssl")
class Life(Case):
    def test_sigterm_ends_it_cleanly_even_while_probes_hang(self):
        port = self.estate.scripted(lambda c: c.recv(1 << 20) and c.recv(1 << 20))
        hung = [self.endpoint(f"e{i}", port) for i in range(5)]
        daemon = self.estate.daemon(self.config(*hung))
        until(lambda: re.search(r"^mqtls_probes_in_flight [1-9]", daemon.metrics(), re.M),
              "a probe in flight")
        daemon.process.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.process.wait(harness.PATIENCE), 0)

    def test_a_renewed_certificate_is_seen_at_the_next_probe(self):
        port = self.estate.openssl("first", "good")
        daemon = self.estate.daemon(self.config(self.endpoint("one", port)))
        daemon.wait_ready()
        before = daemon.status()["endpoints"][0]["not_after"]

        listener = self.estate.openssl("second", "renewed")
        daemon.reconfigure(self.config(self.endpoint("one", listener)))
        daemon.hangup()
        until(lambda: daemon.status()["endpoints"][0]["not_after"] not in (before, None)
              and daemon.status()["endpoints"][0]["severity"] == "ok", "the renewed certificate")

    def test_the_last_known_date_survives_a_listener_that_went_down(self):
        process = None

        def serve():
            nonlocal process
            port = harness.free_port()
            process = self.estate.spawn(
                ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www", "-cert",
                 self.estate.path("good.crt"), "-key", self.estate.path("good.key")], "down")
            self.estate.wait_listening(port, process, "down")
            return port
        port = serve()
        daemon = self.estate.daemon(self.config(self.endpoint("one", port)))
        daemon.wait_ready()
        date = re.search(r'^mqtls_chain_not_after_timestamp_seconds\{[^}]*chain="effective"[^}]*\} \d+$',
                         daemon.metrics(), re.M).group(0)
        harness.end_process(process)
        self.assertEqual(daemon.request("POST", "/api/v1/endpoints/one/probe")[0], 202)
        until(lambda: daemon.status()["endpoints"][0]["reason"] == "refused", "the refusal")
        self.assertIn(date, daemon.metrics())
        self.assertRegex(daemon.metrics(), r'mqtls_cert_not_after_timestamp_seconds\{[^}]*position="0"')

    def test_two_channels_of_one_listener_are_never_probed_at_once(self):
        state = {"open": 0, "most": 0}

        def behave(connection):
            state["open"] += 1
            state["most"] = max(state["most"], state["open"])
            with contextlib.suppress(OSError):
                while connection.recv(65536):
                    connection.sendall(bytes([0x15, 3, 3, 0, 2, 2, 40]))
            state["open"] -= 1
        port = self.estate.scripted(behave)
        daemon = self.estate.daemon(self.config(*[self.endpoint(f"e{i}", port) for i in range(6)]))
        daemon.wait_ready()
        self.assertEqual(state["most"], 1)

    def test_notify_protocol(self):
        path = self.estate.path("notify.sock")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(path)
            notify.settimeout(harness.PATIENCE)
            port = self.estate.openssl("good", "good")
            daemon = self.estate.daemon(self.config(self.endpoint("one", port)),
                                        environment={"NOTIFY_SOCKET": path,
                                                     "WATCHDOG_USEC": "1000000"})
            told = ""

            def wait_for(text):
                nonlocal told
                while text not in told:
                    told += notify.recv(4096).decode() + "\n"
            wait_for("READY=1")
            wait_for("STATUS=")
            wait_for("WATCHDOG=1")
            told = ""
            daemon.hangup()
            wait_for("RELOADING=1")
            wait_for("READY=1")
            daemon.process.send_signal(signal.SIGTERM)
            wait_for("STOPPING=1")

    def test_a_socket_handed_over_is_used(self):
        if not shutil.which("systemd-socket-activate"):
            self.skipTest("systemd-socket-activate is not installed")
        port = harness.free_port()
        config = self.estate.write("activated.conf", self.config(
            self.endpoint("one", 1), extra=f'state_directory = "{self.estate.path("state")}";'))
        process = self.estate.spawn(["systemd-socket-activate", "-l", f"127.0.0.1:{port}", MQTLSD,
                                     "-c", config], "activated")
        self.estate.wait_listening(port, process, "activated")
        import urllib.request
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/healthy", timeout=30) as answer:
            self.assertEqual(answer.status, 200)


HOSTILE = {
    "quotes": "2.5.4.3:utf8:" + 'a"b\\c\'d<script>alert(1)</script>&amp;'.encode().hex(),
    "lines": "2.5.4.3:utf8:" + "one\ntwo\r\nthree\u2028four".encode().hex(),
    "nul": "2.5.4.3:utf8:" + b"good.example\0.evil.example".hex(),
    "invalid": "2.5.4.3:utf8:" + b"\xff\xfe\xc0\x80bad".hex(),
    "bmp": "2.5.4.3:bmp:" + "\u00dcml\u00e4ut".encode("utf-16-be").hex(),
    "escape": "2.5.4.3:utf8:" + "\x1b[2J\x1b]0;owned\x07\u202eabc".encode().hex(),
}
HOSTILE_RECIPE = RECIPE + "".join(
    f"name=h-{name} issuer=root o=Example subject-hex={value} days-before=10 days-after=200\n"
    for name, value in HOSTILE.items()) + """
name=h-sans issuer=root cn=many o=Example sans=10000 days-before=10 days-after=200
name=h-toomany issuer=root cn=many o=Example sans=40000 days-before=10 days-after=200
name=h-big issuer=root cn=big o=Example big-subject=65536 days-before=10 days-after=200
"""


@needs("gnutls-serv", "promtool")
class Hostile(unittest.TestCase):
    """Names made to break out of every output."""

    @classmethod
    def setUpClass(cls):
        cls.estate = e = Estate(HOSTILE_RECIPE)
        try:
            names = list(HOSTILE) + ["sans", "toomany", "big"]
            # GnuTLS serves what OpenSSL refuses to load, but has a limit of its own on length.
            serve = {"sans": e.openssl, "toomany": e.openssl}
            endpoints = ", ".join(
                f'{{ name = "{n}"; channel = "H.SVRCONN"; conname = '
                f'"127.0.0.1({serve.get(n, e.gnutls)("h-" + n, "h-" + n)})"; }}' for n in names)
            cls.daemon = e.daemon(f"""
http = {{ listen = ( "127.0.0.1:0" ); }};
defaults = {{ trust = "{e.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER"; min_rsa_bits = 8192; }};
endpoints = ( {endpoints} );
""")
            cls.daemon.wait_ready()
        except BaseException:
            e.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.estate.close()

    def test_metrics_stay_valid(self):
        body = self.daemon.get("/metrics")
        body.decode("utf-8")
        result = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True,
                                timeout=60, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, b""))

    def test_json_stays_valid_and_the_subject_can_be_recovered(self):
        status = self.daemon.status()
        subjects = {e["name"]: e["chain"][0]["subject"] for e in status["endpoints"] if e["chain"]}
        self.assertIn("<script>alert(1)</script>", subjects["quotes"])
        self.assertIn("\\x00", subjects["nul"].replace("\\\\x", "\\x"))
        self.assertIn("\\xff\\xfe", subjects["invalid"].lower())
        self.assertIn("\u00dcml\u00e4ut", subjects["bmp"])
        for endpoint in status["endpoints"]:
            json.loads(self.daemon.get("/api/v1/endpoints/" + endpoint["name"]))

    def test_the_page_holds_no_markup_of_theirs(self):
        page = self.daemon.get("/").decode()
        self.assertEqual(page.count("<script"), 1, "ours, in the head")
        self.assertNotIn("alert(1)<", page)
        self.assertNotIn("\u202e", page)

    def test_log_records_stay_one_line_of_harmless_text(self):
        for line in self.daemon.log().splitlines():
            self.assertRegex(line, r"^[ -~]*$")

    def test_dates_are_known_for_all_within_the_limits(self):
        for endpoint in self.daemon.status()["endpoints"]:
            with self.subTest(endpoint["name"]):
                if endpoint["name"] == "toomany":
                    # Some 900 kB of certificate: more than a listener may make us take.
                    self.assertEqual(endpoint["reason"], "limit_exceeded")
                else:
                    self.assertIsNotNone(endpoint["not_after"]["leaf"])


@needs("openssl")
class Hygiene(Case):
    def test_a_key_that_two_queue_managers_serve_is_told_of_both(self):
        one, two = (self.estate.openssl(name, "good") for name in ("one", "two"))
        config = self.config(
            self.endpoint("one", one),
            f'{{ name = "two"; qmgr = "QM2"; channel = "A.SVRCONN"; conname = "127.0.0.1({two})"; }}')
        status, output, _ = once(self.estate.write("once.conf", config), "--format=json")
        found = {e["name"]: [f["message"] for f in e["findings"] if f["reason"] == "shared_key"]
                 for e in json.loads(output)["endpoints"]}
        self.assertEqual(status, 1)
        self.assertIn("the queue manager QM2 serves as well, at two", found["one"][0])
        self.assertIn("the queue manager QM1 serves as well, at one", found["two"][0])

        status, output, _ = once(self.estate.write("once.conf", config.replace('"QM2"', '"QM1"')),
                                 "--format=metrics")
        self.assertEqual(status, 0)
        self.assertEqual(output.count('rule="shared_key"} 0\n'), 2)


@needs("openssl")
class Probe(Case):
    def run_probe(self, *argv):
        result = subprocess.run([MQTLSD, "--probe", *argv], capture_output=True, timeout=60,
                                check=False)
        return result.returncode, result.stdout.decode(), result.stderr.decode()

    def test_a_healthy_listener(self):
        port = self.estate.openssl("good", "good")
        status, out, err = self.run_probe(f"127.0.0.1({port})", "--trust",
                                          self.estate.path("root.crt"))
        self.assertEqual(status, 0, out + err)
        self.assertIn("CN=QM1", out)

    def test_what_is_wrong_comes_with_mq_words_and_a_remedy(self):
        port = self.estate.openssl("good", "good", "-tls1_2")
        status, out, _ = self.run_probe(f"127.0.0.1({port})", "--sslciph", "ANY_TLS13")
        self.assertEqual(status, 2)
        self.assertIn("protocol_version", out)
        self.assertIn("AMQ", out)

    def test_a_typing_error_is_exit_status_3(self):
        status, _, err = self.run_probe("127.0.0.1(x)")
        self.assertEqual(status, 3)
        self.assertIn("port", err)

    def test_once_speaks_nagios(self):
        port = self.estate.openssl("good", "good")
        path = self.estate.write("n.conf", self.config(self.endpoint("one", port)))
        status, out, _ = once(path, "--format=nagios")
        self.assertEqual(status, 0)
        self.assertRegex(out.splitlines()[0],
                         r"^MQTLS OK - [^|]*\| 'one'=[0-9]+s;2592000:;604800:$")
        status, out, _ = once(path, "--endpoint", "no*")
        self.assertEqual(status, 3)


if __name__ == "__main__":
    harness.main()
