#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What only an MQ partner can see, end to end: the daemon at depth "mq" against the queue manager of
tests/support, over TLS 1.2 and 1.3: refusals, acceptances, CipherSpecs, client certificates, SSLPEER."""

import json
import re
import subprocess

import harness
from harness import MQTLSD, needs, until
from mqcase import ANY12UP, OPEN, VERSIONS, Case, endpoint, words

SLICES = (1, 7, 0)

# What a partner would print and a queue manager log, of the refusals that have words of their own.
REFUSALS = {
    0x01: ("channel_unknown", "AMQ9520E", "AMQ9519E"),
    0x02: ("wrong_channel_type", "AMQ9547E", None),
    0x03: ("channel_unavailable", None, None),
    0x05: ("channel_unavailable", None, None),
    0x16: ("channel_unavailable", "AMQ9558E", "AMQ9514E"),
    0x18: ("cipherspec_refused", "AMQ9641E", "AMQ9631E"),
    0x19: ("peer_name_refused", "AMQ9643E", "AMQ9636E"),
    0x1A: ("client_cert_required", "AMQ9642E", "AMQ9637E"),
    0x1B: ("channel_unavailable", None, None),
    0x1C: ("channel_unavailable", None, None),
    0x20: ("channel_unavailable", None, None),
    0x25: ("channel_unavailable", None, None),
    **{code: ("protocol_error", None, None) for code in range(0x0A, 0x11)},
    0x1E: ("protocol_error", None, None),
    0x1F: ("protocol_error", None, None),
    **{code: ("refused_other", None, None) for code in (
        0x04, 0x06, 0x07, 0x08, 0x09, 0x11, 0x12, 0x13, 0x14, 0x15, 0x17, 0x1D, 0x21, 0x24, 0x26, 0x27,
        0x28, 0xF0, 0xF1, 0xF2, 0xF3, 0xFF, 0x7FFFFFFF)},
}


class Refusals(Case):
    """Every refusal, over both protocols, in slices of any size."""

    def test_every_code_has_its_stage_and_reason(self):
        rows = {}
        for version in VERSIONS:
            for n in SLICES:  # a listener each, for one at a time is all that a listener is asked
                q = self.qmgr(f"qm{version}-{n}", f"slice={n}\n" + "".join(
                    f"channel C.{code:X} {OPEN} answer=status:0x{code:x}\n" for code in REFUSALS),
                    "--min-tls", version, "--max-tls", version)
                for code in REFUSALS:
                    rows[f"{version} 0x{code:x} slice {n}"] = (q.port, version, code)

        found, status = self.look(*[endpoint(name, port, f"C.{code:X}")
                                    for name, (port, _, code) in rows.items()],
                                  defaults='linger = "50ms";')
        self.assertEqual(status, 2)
        for name, (_, version, code) in rows.items():
            with self.subTest(name):
                reason, partner, qmgr = REFUSALS[code]
                finding = self.refused(found[name], reason, f"status 0x{code:02X}")
                self.assertEqual(found[name]["tls"]["version"], "TLS " + version)
                self.assertIsNotNone(found[name]["not_after"]["leaf"])
                for expected in filter(None, (partner, qmgr)):
                    self.assertIn(expected, words(finding))

    def test_what_is_no_answer_of_a_queue_manager(self):
        rows = {"garbage": "not_mq", "alert": "not_mq", "echo": "not_mq", "close": "closed_after_tls",
                "silent": "closed_after_tls"}
        script = "".join(f"channel {how.upper()} {OPEN} answer={how}\n" for how in rows)
        script += f"channel CUT {OPEN} cut=100\nchannel CUT.EARLY {OPEN} cut=3\n"
        rows.update({"cut": "closed_after_tls", "cut.early": "closed_after_tls"})
        endpoints, expected = [], {}
        for version in VERSIONS:
            q = self.qmgr("mis" + version, script, "--min-tls", version, "--max-tls", version)
            for how, reason in rows.items():
                name = f"{how} {version}"
                expected[name] = reason
                endpoints.append(endpoint(name, q.port, how.upper(), timeout="3s"))
        found, _ = self.look(*endpoints)
        for name, reason in expected.items():
            with self.subTest(name):
                self.refused(found[name], reason, "TLS is up, but")
                self.assertIsNotNone(found[name]["not_after"]["leaf"])

    @needs("openssl")
    def test_a_stack_that_is_no_queue_manager(self):
        port = self.estate.openssl("s_server", "qm")
        found, _ = self.look(endpoint("a web server", port, "A.SVRCONN", timeout="2s"))
        self.refused(found["a web server"], "closed_after_tls", "said nothing")

    def test_tls_comes_first(self):
        q = self.qmgr("old", f"channel A {OPEN}\n", "--max-tls", "1.2")
        found, _ = self.look(endpoint("no protocol in common", q.port, "A", sslciph="ANY_TLS13"),
                             endpoint("nobody", harness.free_port(), "A"))
        self.check(found["no protocol in common"], "tls", "protocol_version")
        self.check(found["nobody"], "connect", "refused")


class Accepted(Case):
    def test_the_queue_manager_says_who_it_is(self):
        script = f"""
qmgr=QM1 product=MQMM09040300
channel PLAIN      {OPEN}
channel BIG        {OPEN} order=big
channel EBCDIC     {OPEN} order=big ebcdic=yes product=MQMV09030000
channel OLD        {OPEN} fap=8
channel BYTES      {OPEN} slice=1 heartbeats=3
channel COUNTER    {OPEN} answer=counter:heartbeat+mask
channel STUBBORN   {OPEN} answer=counter:0x94 counters=3
channel NOT.SHARED {OPEN} sharecnv=0
channel IGNORES    {OPEN} end-conv=ignore
channel REFUSES    {OPEN} end-conv=refuse
channel POSITIVE   {OPEN} answer=positive
"""
        channels = re.findall(r"^channel (\S+)", script, re.M)
        for version in VERSIONS:
            q = self.qmgr("qm" + version, script, "--min-tls", version, "--max-tls", version)
            found, status = self.look(*[endpoint(c, q.port, c, qmgr="QM1") for c in channels])
            self.assertEqual(status, 0, found)
            for channel in channels:
                with self.subTest(channel, tls=version):
                    self.check(found[channel], None, None)
                    self.assertEqual(found[channel]["mq"]["result"], "accepted")
                    self.assertFalse(found[channel]["mq"]["inferred"])

            until(lambda: len(q.connections()) == len(channels), "all connections to end")
            told = {c["channel"]: c for c in q.connections().values()}
            for channel in channels:
                self.assertEqual(told[channel]["result"] in ("accepted", "positive"), True, channel)
            self.assertEqual({told[c]["left"] for c in ("PLAIN", "EBCDIC", "COUNTER")},
                             {"end-conv"})
            self.assertEqual(told["COUNTER"]["flows"], "2")
            self.assertEqual(told["STUBBORN"]["flows"], "4")

        page = self.metrics()
        for channel, product, fap in (("PLAIN", "9.4.3.0", "13"), ("EBCDIC", "9.3.0.0", "13"),
                                      ("OLD", None, "8")):
            with self.subTest(channel):
                sample = re.search(rf'^mqtls_mq_info\{{endpoint="{channel}",(.*)\}} 1$', page, re.M)
                self.assertIsNotNone(sample, page)
                self.assertIn('qmgr_name="QM1"', sample.group(1))
                self.assertIn(f'fap_level="{fap}"', sample.group(1))
                if product:
                    self.assertIn(product, sample.group(1))
                self.assertRegex(page, rf'mqtls_probe_stage_success\{{endpoint="{channel}",'
                                       r'[^}]*stage="mq"\} 1\n')

    def test_nobody_is_asked_at_depth_tls(self):
        q = self.qmgr("qm", f"channel A {OPEN}\n")
        found, status = self.look(endpoint("a", q.port, "A", depth="tls"))
        self.assertEqual(status, 0)
        self.assertIsNone(found["a"]["mq"])
        self.assertEqual(q.connection(1)["flows"], "0")
        self.assertNotIn("mqtls_mq_info{", self.metrics())

    def test_another_name_than_configured_is_a_finding(self):
        q = self.qmgr("qm", f"qmgr=QM2\nchannel A {OPEN}\n")
        found, status = self.look(endpoint("a", q.port, "A", qmgr="QM1"),
                                  endpoint("b", q.port, "A", qmgr="QM2"),
                                  endpoint("c", q.port, "A", qmgr="qm2"),
                                  endpoint("d", q.port, "A"))
        self.assertEqual(status, 2)
        finding = self.check(found["a"], "policy", "qmgr_mismatch")
        self.assertIn("calls itself QM2", finding["message"])
        self.check(found["b"], None, None)
        self.check(found["c"], "policy", "qmgr_mismatch")
        self.check(found["d"], None, None)

    def test_a_probe_from_the_command_line(self):
        q = self.qmgr("qm", f"qmgr=QM1\nchannel A {OPEN}\nchannel B sslciph=ANY_TLS12\n")

        def probe(channel, *more):
            result = subprocess.run(
                [MQTLSD, "--probe", f"127.0.0.1({q.port})", "--channel", channel, "--depth", "mq",
                 "--trust", self.estate.path("root.crt"), *more],
                capture_output=True, timeout=60, check=False)
            return result.returncode, result.stdout.decode()
        status, out = probe("A", "--sslpeer", "CN=QM1,O=Example")
        self.assertEqual(status, 0, out)
        self.assertIn("QM1", out)
        status, out = probe("A", "--sslpeer", "CN=QM9")
        self.assertEqual(status, 2, out)
        self.assertIn("sslpeer_mismatch", out)
        status, out = probe("B")
        self.assertEqual(status, 2, out)
        self.assertIn("cipherspec_refused", out)
        self.assertIn("AMQ9631E", out)


class ClassicStory(Case):
    """The listener admits TLS 1.3 in the handshake, its channel says ANY_TLS12, and the partner's
    definition says ANY_TLS12_OR_HIGHER."""

    FIRST = re.compile(r"open the accepting (side|channel) first, tighten it last", re.I)

    def test_it_is_told_whole(self):
        q = self.qmgr("qm", "channel A sslciph=ANY_TLS12 sslcauth=OPTIONAL\n")
        found, _ = self.look(
            endpoint("depth tls", q.port, "A", depth="tls"),
            endpoint("listener known", q.port, "A", depth="tls", listener_sslciph="ANY_TLS12"),
            endpoint("depth mq", q.port, "A"),
            endpoint("both", q.port, "A", listener_sslciph="ANY_TLS12"),
            endpoint("narrow partner", q.port, "A", sslciph="ANY_TLS12"))

        self.check(found["depth tls"], None, None)
        self.assertEqual(found["depth tls"]["tls"]["version"], "TLS 1.3")

        finding = self.check(found["listener known"], "policy", "version_unexpected")
        self.assertIn("AMQ9631E", words(finding))
        self.assertRegex(finding["remedy"], self.FIRST)

        finding = self.refused(found["depth mq"], "cipherspec_refused", "TLS 1.3")
        self.assertIn("AMQ9641E", words(finding))
        self.assertIn("AMQ9631E", words(finding))
        self.assertRegex(finding["remedy"], self.FIRST)

        # Foreseen and proved: two findings, the first in the order of the stages is the reason.
        self.check(found["both"], "policy", "version_unexpected")
        self.assertIn("cipherspec_refused", [f["reason"] for f in found["both"]["findings"]])
        self.check(found["narrow partner"], None, None)

    def test_interop_predicts_it(self):
        def interop(*argv):
            result = subprocess.run([MQTLSD, "--interop", *argv], capture_output=True, timeout=60,
                                    check=False)
            return result.returncode, result.stdout.decode()
        status, out = interop("ANY_TLS12_OR_HIGHER", "ANY_TLS12")
        self.assertEqual(status, 2)
        self.assertRegex(out, self.FIRST)
        self.assertIn("AMQ9631E", out)
        status, out = interop("ANY_TLS12_OR_HIGHER", "ANY_TLS12", "--format=json")
        self.assertEqual(status, 2)
        told = json.loads(out)
        self.assertEqual((told["result"], told["with_tls13"]["result"],
                          told["without_tls13"]["result"]), ("fails", "fails", "works"))
        self.assertEqual(interop("ANY_TLS12", "ANY_TLS12")[0], 0)

    def test_it_is_over_when_the_accepting_side_is_opened(self):
        q = self.qmgr("qm", f"channel A {OPEN}\n")
        found, status = self.look(endpoint("a", q.port, "A"))
        self.assertEqual(status, 0, found)


class ClientCertificates(Case):
    SCRIPT = f"channel REQUIRED {ANY12UP}\nchannel OPTIONAL {OPEN}\n" \
             f"channel PEER {ANY12UP} sslpeer='CN=app,O=Example'\n"

    def test_a_missing_one_is_found_where_only_the_channel_refuses(self):
        for version in VERSIONS:
            q = self.qmgr("qm" + version, self.SCRIPT, "--min-tls", version, "--max-tls", version)
            found, _ = self.look(
                endpoint("green", q.port, "REQUIRED", depth="tls"),
                endpoint("none", q.port, "REQUIRED"),
                endpoint("right", q.port, "REQUIRED", identity="app"),
                endpoint("peer, none", q.port, "PEER"),
                endpoint("peer, wrong", q.port, "PEER", identity="stranger"),
                endpoint("peer, right", q.port, "PEER", identity="app"))
            with self.subTest(tls=version):
                self.check(found["green"], None, None)
                finding = self.refused(found["none"], "client_cert_required")
                self.assertIn("AMQ9637E", words(finding))
                self.assertTrue(found["none"]["tls"]["client_cert_required"])
                self.check(found["right"], None, None)
                self.refused(found["peer, none"], "client_cert_required")
                finding = self.refused(found["peer, wrong"], "peer_name_refused")
                self.assertIn("AMQ9636E", words(finding))
                self.check(found["peer, right"], None, None)

    def test_required_that_has_become_optional_is_an_alarm(self):
        q = self.qmgr("qm", self.SCRIPT)
        found, status = self.look(
            endpoint("kept", q.port, "REQUIRED", identity="app", sslcauth="REQUIRED"),
            endpoint("lost", q.port, "OPTIONAL", identity="app", sslcauth="REQUIRED"),
            endpoint("lost, anonymous", q.port, "OPTIONAL", sslcauth="REQUIRED"),
            endpoint("no policy", q.port, "OPTIONAL", identity="app"),
            endpoint("not asked", q.port, "OPTIONAL", identity="app", sslcauth="REQUIRED",
                     depth="tls"))
        self.assertEqual(status, 2)
        self.check(found["kept"], None, None)
        self.check(found["lost"], "policy", "client_auth_not_required")
        self.check(found["lost, anonymous"], "policy", "client_auth_not_required")
        self.check(found["no policy"], None, None)
        self.check(found["not asked"], None, None)

        # The second look without the certificate is one connection more, and only with the policy.
        # Two for those with an identity to do without, one for the others.
        until(lambda: len(q.connections()) == 2 + 2 + 1 + 1 + 1, "all connections to end")
        clients = [c["client"] != '""' for c in q.connections().values()
                   if c["channel"] == "REQUIRED"]
        self.assertEqual(sorted(clients), [False, True])
        page = self.metrics()
        self.assertRegex(page, r'mqtls_policy_violation\{endpoint="lost",[^}]*'
                               r'rule="client_auth_not_required"\} 1\n')
        self.assertRegex(page, r'mqtls_policy_violation\{endpoint="kept",[^}]*'
                               r'rule="client_auth_not_required"\} 0\n')

    def test_optional_that_has_become_required_is_a_warning(self):
        q = self.qmgr("qm", self.SCRIPT)
        found, _ = self.look(endpoint("a", q.port, "REQUIRED", sslcauth="OPTIONAL"),
                             endpoint("b", q.port, "OPTIONAL", sslcauth="OPTIONAL"))
        self.assertIn("client_auth_unexpected", [f["reason"] for f in found["a"]["findings"]])
        self.check(found["b"], None, None)

    def test_required_turned_optional_under_the_daemon(self):
        kept = self.qmgr("kept", self.SCRIPT)
        lost = self.qmgr("lost", self.SCRIPT.replace("channel REQUIRED " + ANY12UP,
                                                     "channel REQUIRED " + OPEN))

        def config(port):
            return self.config(endpoint("a", port, "REQUIRED", identity="app",
                                        sslcauth="REQUIRED"))
        daemon = self.estate.daemon(config(kept.port))
        daemon.wait_ready()
        self.check(daemon.status()["endpoints"][0], None, None)
        daemon.reconfigure(config(lost.port))
        daemon.hangup()
        until(lambda: daemon.status()["endpoints"][0]["reason"] == "client_auth_not_required",
              "the alarm")
        self.assertEqual(daemon.status()["endpoints"][0]["severity"], "critical")


class Names(Case):
    def test_sslpeer_of_the_listeners_certificate_explains_itself(self):
        q = self.qmgr("qm", f"channel A {OPEN}\n")
        rows = {"CN=QM1,OU=Payments,O=Example": None, "CN=QM*": None, "O=Example": None,
                "CN=QM2": "QM2", "OU=Settlement": "Settlement", "OU=Payments,OU=Europe": "Europe",
                "C=GB": "C"}
        for depth in ("tls", "mq"):
            found, _ = self.look(*[endpoint(peer, q.port, "A", sslpeer=peer, depth=depth)
                                   for peer in rows])
            for peer, explained in rows.items():
                with self.subTest(peer, depth=depth):
                    if not explained:
                        self.check(found[peer], None, None)
                        continue
                    finding = self.check(found[peer], "policy", "sslpeer_mismatch")
                    self.assertIn(explained, finding["message"])
                    self.assertIn("AMQ9636E", words(finding))
                    self.assertTrue(finding["remedy"])

    def test_another_certificate_is_found_before_a_partner_stumbles(self):
        q = self.qmgr("qm", f"channel A {OPEN}\n", certificate="other")
        found, status = self.look(endpoint("a", q.port, "A", sslpeer="CN=QM1,O=Example"))
        self.assertEqual(status, 2)
        finding = self.check(found["a"], "policy", "sslpeer_mismatch")
        self.assertIn("QM1", finding["message"])
        self.assertIn("QM2", finding["message"])


class Receivers(Case):
    def test_what_a_receiver_says_is_inferred(self):
        q = self.qmgr("qm", f"channel IN type=RCVR {OPEN}\nchannel CLUSTER type=CLUSRCVR {OPEN}\n"
                            f"checks=cipherspec-first\n"
                            f"channel NARROW type=RCVR sslciph=ANY_TLS12 sslcauth=OPTIONAL\n")
        found, _ = self.look(
            endpoint("receiver", q.port, "IN", chltype="RCVR"),
            endpoint("cluster receiver", q.port, "CLUSTER", chltype="CLUSRCVR"),
            endpoint("requester", q.port, "IN", chltype="RQSTR"),
            endpoint("not a receiver", q.port, "IN", chltype="SVRCONN"),
            endpoint("type not said", q.port, "IN"),
            endpoint("unknown", q.port, "NOWHERE", chltype="RCVR"),
            endpoint("cipher", q.port, "NARROW", chltype="RCVR"))
        for name in ("receiver", "cluster receiver", "requester"):
            with self.subTest(name):
                self.check(found[name], None, None)
                self.assertTrue(found[name]["mq"]["inferred"])
                self.assertEqual(found[name]["mq"]["status_code"], 2)
        self.refused(found["not a receiver"], "wrong_channel_type")
        self.refused(found["type not said"], "wrong_channel_type")
        self.refused(found["unknown"], "channel_unknown")
        self.refused(found["cipher"], "cipherspec_refused")

    def test_a_client_where_a_receiver_should_be(self):
        q = self.qmgr("qm", f"channel A {OPEN}\n")
        found, _ = self.look(endpoint("a", q.port, "A", chltype="RCVR"))
        self.refused(found["a"], "wrong_channel_type")


if __name__ == "__main__":
    harness.main()
