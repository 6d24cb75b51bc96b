#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The queue manager of tests/support over TLS, asked by mqinit through Python's own TLS client: each
cause has its code, with TLS 1.2 and 1.3, in slices of any size."""

import socket
import ssl
import unittest

import harness
from harness import PATIENCE, Estate
from mqpartner import Qmgr, converse

RECIPE = """
name=root ca=yes cn="E2E Root" o=Example days-before=1000 days-after=3000
name=otherroot ca=yes cn="Another Root" o=Elsewhere days-before=1000 days-after=3000
name=qm issuer=root cn=QM1 o=Example days-before=10 days-after=200 eku=server
name=app issuer=root cn=app o=Example days-before=10 days-after=200 eku=client
name=stranger issuer=otherroot cn=app o=Example days-before=10 days-after=200 eku=client
"""

# What is checked, one channel each; the answer "accept" is the default.
CHANNELS = """
channel ANY12      sslciph=ANY_TLS12            sslcauth=OPTIONAL
channel ANY12PLUS  sslciph=ANY_TLS12_OR_HIGHER  sslcauth=OPTIONAL
channel ANY13      sslciph=ANY_TLS13            sslcauth=OPTIONAL
channel SINGLE     sslciph=ECDHE_ECDSA_AES_256_GCM_SHA384 sslcauth=OPTIONAL
channel OTHER      sslciph=TLS_AES_128_CCM_8_SHA256 sslcauth=OPTIONAL
channel IN.CLEAR
channel REQUIRED   sslciph=ANY_TLS12_OR_HIGHER
channel PEER       sslciph=ANY_TLS12_OR_HIGHER  sslcauth=OPTIONAL sslpeer='CN="app",O=Exam*'
channel NOBODY     sslciph=ANY_TLS12_OR_HIGHER  sslpeer="CN=somebody else"
channel RECEIVER   type=RCVR sslciph=ANY_TLS12_OR_HIGHER sslcauth=OPTIONAL
channel RECEIVER12 type=CLUSRCVR sslciph=ANY_TLS12 sslcauth=OPTIONAL
channel FULL       sslciph=ANY_TLS12_OR_HIGHER  sslcauth=OPTIONAL maxinst=0
channel COUNTER    sslciph=ANY_TLS12_OR_HIGHER  sslcauth=OPTIONAL answer=counter:0x94+mask
channel STUBBORN   sslciph=ANY_TLS12_OR_HIGHER  sslcauth=OPTIONAL answer=counter:heartbeat counters=4
channel HTTP       answer=garbage
channel ALERT      answer=alert
channel ECHO       answer=echo
channel CLOSES     answer=close
channel CUT        sslciph=ANY_TLS12_OR_HIGHER  sslcauth=OPTIONAL cut=100
channel IGNORES    sslciph=ANY_TLS12_OR_HIGHER  sslcauth=OPTIONAL end-conv=ignore
"""

ACCEPTED, NOT_MQ = "accepted", "not-mq"

# Channel, client certificate, verdict with TLS 1.2 and with TLS 1.3.
CASES = [
    ("ANY12", None, ACCEPTED, "0x18"),
    ("ANY12PLUS", None, ACCEPTED, ACCEPTED),
    ("ANY13", None, "0x18", ACCEPTED),
    ("SINGLE", None, ACCEPTED, "0x18"),
    ("OTHER", None, "0x18", "0x18"),
    ("IN.CLEAR", None, "0x18", "0x18"),
    ("REQUIRED", None, "0x1a", "0x1a"),
    ("REQUIRED", "app", ACCEPTED, ACCEPTED),
    ("PEER", None, "0x1a", "0x1a"),
    ("PEER", "app", ACCEPTED, ACCEPTED),
    ("NOBODY", None, "0x1a", "0x1a"),
    ("NOBODY", "app", "0x19", "0x19"),
    ("RECEIVER", None, "0x02", "0x02"),
    ("RECEIVER12", None, "0x02", "0x02"),
    ("FULL", None, "0x16", "0x16"),
    ("NOT.DEFINED", "app", "0x01", "0x01"),
    ("COUNTER", None, ACCEPTED, ACCEPTED),
    ("STUBBORN", None, "not-agreed", "not-agreed"),
    ("HTTP", None, NOT_MQ, NOT_MQ),
    ("ALERT", None, NOT_MQ, NOT_MQ),
    ("ECHO", None, NOT_MQ, NOT_MQ),
    ("CLOSES", None, "wants-input", "wants-input"),
    ("CUT", None, "wants-input", "wants-input"),
    ("IGNORES", None, ACCEPTED, ACCEPTED),
]

VERSIONS = {"1.2": (ssl.TLSVersion.TLSv1_2, 2), "1.3": (ssl.TLSVersion.TLSv1_3, 3)}


class Responder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.estate = Estate(RECIPE)

    @classmethod
    def tearDownClass(cls):
        cls.estate.close()

    def start(self, name, script):
        e = self.estate
        return Qmgr(e, name, script, "--cert", e.path("qm.chain.crt"), "--key", e.path("qm.key"),
                    "--ca", e.path("root.crt"), "--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384")

    def ask(self, port, channel, version, certificate=None):
        e = self.estate
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(e.path("root.crt"))
        context.minimum_version = context.maximum_version = VERSIONS[version][0]
        if certificate:
            context.load_cert_chain(e.path(certificate + ".chain.crt"), e.path(certificate + ".key"))
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as plain, \
                context.wrap_socket(plain, server_hostname="qm1.chl.mq.ibm.com") as connection:
            return converse(connection, channel, "00112233445566778899aabb")

    def check(self, name, slicing):
        qmgr = self.start(name, slicing + CHANNELS)
        number = 0
        for version, (_, column) in VERSIONS.items():
            for case in CASES:
                with self.subTest(case[0], tls=version, certificate=case[1]):
                    number += 1
                    facts = self.ask(qmgr.port, case[0], version, case[1])
                    told = qmgr.connection(number)
                    expected = case[column]
                    if expected.startswith("0x"):
                        self.assertEqual((facts["state"], facts["status"]), ("refused", expected))
                        self.assertEqual(told["result"], "refused:" + expected)
                    else:
                        self.assertEqual(facts["state"], expected)
                    if expected == ACCEPTED:
                        self.assertEqual((told["result"], told["left"]), (ACCEPTED, "end-conv"))
                    self.assertEqual(told["tls"], "TLSv" + version)
                    self.assertEqual(told["sni"], "qm1.chl.mq.ibm.com")
                    self.assertEqual("CN=app" in told["client"], bool(case[1]))
                    self.assertEqual(told["channel"], case[0])

    def test_every_cause_has_its_code(self):
        self.check("whole", "")

    def test_also_byte_by_byte_and_big_endian(self):
        self.check("bytes", "slice=1 order=big heartbeats=3\n")

    def test_also_in_sevens_and_in_ebcdic(self):
        self.check("sevens", "slice=7 order=big ebcdic=yes heartbeats=1\n")

    def test_a_client_certificate_that_is_not_trusted_ends_the_handshake(self):
        qmgr = self.start("distrust", CHANNELS)
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.ask(qmgr.port, "REQUIRED", "1.2", "stranger")
        self.assertEqual(qmgr.connection(1)["result"], "tls-failed")

    def test_the_cipherspec_may_be_checked_before_the_type(self):
        qmgr = self.start("order", "checks=cipherspec-first\n" + CHANNELS)
        self.assertEqual(self.ask(qmgr.port, "RECEIVER12", "1.3")["status"], "0x18")
        self.assertEqual(self.ask(qmgr.port, "RECEIVER12", "1.2")["status"], "0x02")

    def test_an_instance_that_has_left_makes_room(self):
        qmgr = self.start("room", "channel ONE maxinst=1 sslciph=ANY_TLS13 sslcauth=OPTIONAL\n")
        for number in range(1, 4):
            self.assertEqual(self.ask(qmgr.port, "ONE", "1.3")["state"], ACCEPTED)
            self.assertEqual(qmgr.connection(number)["left"], "end-conv")


if __name__ == "__main__":
    harness.main()
