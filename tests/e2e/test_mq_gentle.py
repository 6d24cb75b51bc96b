#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the daemon costs a queue manager at depth "mq", and the survey: how often it asks, what it says
of itself, and what is found out about the CipherSpecs that a listener accepts."""

import contextlib
import json
import re
import socket
import threading

import harness
from harness import needs, until
from mqcase import OPEN, Case, endpoint


class Gentleness(Case):
    """How often a queue manager is asked."""

    @staticmethod
    def asked(q):
        """How many connections there were, and on how many of them the queue manager was asked."""
        connections = q.connections().values()
        return len(connections), sum(c["flows"] != "0" for c in connections)

    def probe(self, daemon, q):
        """Probes again, and waits until the listener has seen the end of it."""
        before = self.asked(q)[0]
        self.assertEqual(daemon.request("POST", "/api/v1/endpoints/a/probe")[0], 202)
        until(lambda: self.asked(q)[0] > before, "another probe")

    def test_a_channel_that_is_unknown_is_asked_for_once_until_reload(self):
        q = self.qmgr("qm", f"channel OTHER {OPEN}\n")
        config = self.config(endpoint("a", q.port, "NOWHERE", interval="1m", mq_interval="1m"))
        daemon = self.estate.daemon(config)
        daemon.wait_ready()
        self.assertEqual(daemon.status()["endpoints"][0]["reason"], "channel_unknown")
        q.connection(1)
        self.assertEqual(self.asked(q), (1, 1))
        for _ in range(3):
            self.probe(daemon, q)
        self.assertEqual(self.asked(q), (4, 1))
        self.assertEqual(daemon.status()["endpoints"][0]["reason"], "channel_unknown")

        self.assertEqual(daemon.request("POST", "/-/reload")[0], 200)
        self.probe(daemon, q)
        until(lambda: self.asked(q)[1] == 2, "the question after the reload")
        self.probe(daemon, q)
        self.assertEqual(self.asked(q)[1], 2)

    def test_between_two_looks_the_last_answer_counts(self):
        q = self.qmgr("qm", "channel A sslciph=ANY_TLS12 sslcauth=OPTIONAL\n")
        daemon = self.estate.daemon(self.config(endpoint("a", q.port, "A")))
        daemon.wait_ready()
        q.connection(1)
        first = daemon.status()["endpoints"][0]
        self.assertEqual(first["reason"], "cipherspec_refused")
        self.probe(daemon, q)
        until(lambda: re.search(r'mqtls_probes_total\{endpoint="a"[^}]*\} 2\n', daemon.metrics()),
              "the second probe to be recorded")
        second = daemon.status()["endpoints"][0]
        self.assertEqual(second["reason"], "cipherspec_refused")
        self.assertIn("so it was at the last look", second["message"])
        self.assertEqual(self.asked(q), (2, 1))

    def test_another_certificate_is_a_reason_to_ask_at_once(self):
        q = self.qmgr("first", f"channel A {OPEN}\n")
        daemon = self.estate.daemon(self.config(endpoint("a", q.port, "A")))
        daemon.wait_ready()
        q.connection(1)
        q.process.terminate()
        q.process.wait(harness.PATIENCE)
        second = self.qmgr("second", f"channel A {OPEN}\n", "--port", str(q.port),
                           certificate="other")
        self.assertEqual(daemon.request("POST", "/api/v1/endpoints/a/probe")[0], 202)
        until(lambda: self.asked(second)[1] == 1, "the question to the renewed queue manager")

    def test_the_id_field_says_who_asks(self):
        record = self.estate.path("record")
        q = self.qmgr("qm", f"channel A {OPEN}\n", "--record", record)
        self.look(endpoint("a", q.port, "A"))
        q.connection(1)
        with open(record, encoding="ascii") as f:
            said = [bytes.fromhex(line.split()[2]) for line in f if line.split()[1] == "c"]
        self.assertIn(b"mqtlsd certificate and channel monitor", said[0])
        self.assertIn(b"ID  ", said[0])
        # A client's capability: neither a sender nor a requester is ever played.
        self.assertEqual({s[28 + 5] for s in said if s[28:32] == b"ID  "}, {0x26})


def server_hello(version, cipher):
    """A ServerHello that chooses `cipher`, as an old stack would say it."""
    body = bytes([3, version]) + bytes(32) + b"\0" + cipher.to_bytes(2, "big") + b"\0"
    message = b"\x02" + len(body).to_bytes(3, "big") + body
    return b"\x16" + bytes([3, version]) + len(message).to_bytes(2, "big") + message


def offered(hello):
    """The version of a ClientHello, and its cipher suites without the signal of RFC 5746."""
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    n = int.from_bytes(hello[at:at + 2], "big")
    suites = {int.from_bytes(hello[i:i + 2], "big") for i in range(at + 2, at + 2 + n, 2)}
    return hello[10], suites - {0x00FF}


TRIPLE_DES = 0x000A  # TLS_RSA_WITH_3DES_EDE_CBC_SHA


def receive_record(connection):
    """All of one TLS record; what there is of it when the connection ends."""
    data = b""
    while len(data) < 5 or len(data) < 5 + int.from_bytes(data[3:5], "big"):
        more = connection.recv(65536)
        if not more:
            break
        data += more
    return data


def accepts_3des_in_front_of(port):
    """A listener that takes 3DES on TLS 1.0 when it is all that is offered, and otherwise is what
    listens on `port`."""
    def behave(connection):
        hello = receive_record(connection)
        if offered(hello) == (1, {TRIPLE_DES}):
            connection.sendall(server_hello(1, TRIPLE_DES))
            connection.recv(65536)
            connection.close()
            return
        with socket.create_connection(("127.0.0.1", port), timeout=harness.PATIENCE) as behind:
            behind.sendall(hello)
            relay = threading.Thread(target=carry, args=(behind, connection), daemon=True)
            relay.start()
            carry(connection, behind)
            relay.join(harness.PATIENCE)

    def carry(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
    return behave


class Survey(Case):
    def survey(self, port, name="a", **settings):
        """Waits for the first survey; returns what /metrics and the endpoint's JSON say of it."""
        settings = {"depth": "tls", "survey": "1h", "timeout": "5s", **settings}
        daemon = self.estate.daemon(self.config(endpoint(name, port, "A.SVRCONN", **settings)))
        daemon.wait_ready()
        until(lambda: "mqtls_cipherspec_accepted{" in daemon.metrics(), "the survey")
        page = daemon.metrics()
        told = {m.group(1): m.group(2) == "1" for m in re.finditer(
            r'^mqtls_cipherspec_accepted\{[^}]*cipherspec="([^"]+)"[^}]*\} ([01])$', page, re.M)}
        details = json.loads(daemon.get("/api/v1/endpoints/" + name))
        self.assertEqual(sorted(details["survey"]["accepted"]),
                         sorted(k for k, v in told.items() if v))
        self.assertEqual(sorted(details["survey"]["refused"]),
                         sorted(k for k, v in told.items() if not v))
        return told, details

    @needs("openssl")
    def test_a_modern_listener(self):
        port = self.estate.openssl("modern", "qm", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384",
                                   "-ciphersuites", "TLS_AES_256_GCM_SHA384")
        told, details = self.survey(port)
        accepted = {name for name, yes in told.items() if yes}
        self.assertEqual(accepted, {"ECDHE_RSA_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"})
        self.assertFalse(told["TLS_RSA_WITH_3DES_EDE_CBC_SHA"])
        self.assertFalse(told["RC4_MD5_US"])
        self.assertEqual(details["survey"]["unknown"], [])
        self.assertEqual(details["severity"], "ok")

    @needs("openssl")
    def test_a_listener_that_still_accepts_no_encryption_and_tls_1_0(self):
        port = self.estate.openssl(
            "old", "qm", "-cipher", "NULL-SHA256:AES128-SHA:AES256-GCM-SHA384:@SECLEVEL=0")
        told, _ = self.survey(port)
        accepted = {name for name, yes in told.items() if yes}
        self.assertIn("TLS_RSA_WITH_NULL_SHA256", accepted)
        self.assertIn("TLS_RSA_WITH_AES_128_CBC_SHA", accepted)
        self.assertIn("TLS_RSA_WITH_AES_256_GCM_SHA384", accepted)
        self.assertNotIn("TLS_RSA_WITH_AES_256_CBC_SHA", accepted)
        self.assertNotIn("ECDHE_RSA_AES_256_GCM_SHA384", accepted)

    @needs("openssl")
    def test_what_no_library_speaks_is_known_too(self):
        modern = self.estate.openssl("modern", "qm", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384",
                                     "-ciphersuites", "TLS_AES_256_GCM_SHA384")
        told, details = self.survey(self.estate.scripted(accepts_3des_in_front_of(modern)))
        accepted = {name for name, yes in told.items() if yes}
        self.assertEqual(accepted, {"TLS_RSA_WITH_3DES_EDE_CBC_SHA", "ECDHE_RSA_AES_256_GCM_SHA384",
                                    "TLS_AES_256_GCM_SHA384"})
        self.assertFalse(told["TRIPLE_DES_SHA_US"])  # the same suite on SSL 3.0
        self.assertEqual(details["severity"], "ok")

    def test_a_queue_manager_sees_no_mq_in_a_survey(self):
        q = self.qmgr("qm", f"channel A.SVRCONN {OPEN}\n")
        told, _ = self.survey(q.port)
        self.assertTrue(told["TLS_AES_256_GCM_SHA384"])
        until(lambda: len(q.connections()) > len(told), "all connections to end")
        self.assertEqual({c["flows"] for c in q.connections().values()}, {"0"})

    @needs("openssl")
    def test_once_makes_none(self):
        port = self.estate.openssl("modern", "qm")
        self.look(endpoint("a", port, "A", depth="tls", survey="1h"))
        self.assertNotIn("mqtls_cipherspec_accepted{", self.metrics())


if __name__ == "__main__":
    harness.main()
