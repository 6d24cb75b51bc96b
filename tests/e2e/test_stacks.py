#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One --once run over real TLS stacks and scripted listeners: every row is a listener, how the
channel is configured, and the stage and reason that must come out. Wherever a certificate was sent,
its dates must be on the metrics page."""

import json
import re
import socket
import struct
import unittest

import harness
from harness import Estate, needs, quoted

RECIPE = """
name=root ca=yes cn="E2E Root" o=Example days-before=1000 days-after=3000
name=issuing ca=yes issuer=root cn="E2E Issuing CA" o=Example days-before=900 days-after=2000
name=otherroot ca=yes cn="Another Root" o=Elsewhere days-before=1000 days-after=3000
name=good issuer=issuing cn=QM1 o=Example days-before=10 days-after=200 eku=server key=rsa2048
name=expired issuer=issuing cn=QM2 o=Example days-before=400 days-after=-4 eku=server key=rsa2048
name=future issuer=issuing cn=QM3 o=Example days-before=-3 days-after=300 eku=server key=rsa2048
name=unknown issuer=otherroot cn=QM4 o=Elsewhere days-before=10 days-after=200 eku=server key=rsa2048
name=selfsigned cn=QM5 o=Example days-before=10 days-after=200 key=rsa2048
name=wrongeku issuer=issuing cn=QM6 o=Example days-before=10 days-after=200 eku=client key=rsa2048
name=ec issuer=issuing cn=QM7 o=Example key=p256 days-before=10 days-after=200 eku=server
name=weak issuer=issuing cn=QM8 o=Example key=rsa1024 days-before=10 days-after=200 eku=server
name=soon issuer=issuing cn=QM9 o=Example days-before=300 days-after=3 eku=server key=rsa2048
name=client issuer=issuing cn=monitor o=Example days-before=10 days-after=200 eku=client
name=wrongclient issuer=otherroot cn=monitor o=Elsewhere days-before=10 days-after=200 eku=client
name=oldclient issuer=issuing cn=monitor o=Example days-before=400 days-after=-4 eku=client
"""


class Case:
    def __init__(self, name, port, expected, seen=True, **settings):
        self.name, self.port, self.expected, self.seen = name, port, expected, seen
        self.settings = settings

    def endpoint(self):
        settings = {"channel": "E2E.SVRCONN", "conname": f"127.0.0.1({self.port})",
                    "sslciph": "ANY_TLS12_OR_HIGHER", **self.settings, "name": self.name}
        return "{ " + " ".join(f"{k} = {quoted(v)};" for k, v in settings.items()) + " }"


def plain_mq(connection):
    connection.recv(1)
    connection.sendall(b"TSH \x00\x00\x00\x24\x01\x05\x0a\x00" + bytes(24))
    connection.recv(65536)


def http_listener(connection):
    connection.recv(1)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    connection.recv(65536)


def banner(connection):
    connection.sendall(b"220 mail.example.com ESMTP\r\n")
    connection.recv(65536)


def reset(connection):
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def fatal_alert(number):
    def behave(connection):
        connection.recv(1)
        connection.sendall(bytes([0x15, 3, 3, 0, 2, 2, number]))
        connection.close()
    return behave


def close_notify(connection):
    connection.recv(1)
    connection.sendall(bytes([0x15, 3, 3, 0, 2, 1, 0]))
    connection.close()


@needs("openssl", "gnutls-serv", "stunnel4", "haproxy", "nginx")
class Stacks(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.estate = Estate(RECIPE)
        try:
            cls.cases = list(cls.make_cases(cls.estate))
            path = cls.estate.write("stacks.conf", cls.config())
            cls.exit_status, cls.json_text, cls.stderr = harness.once(path, "--format=json")
            _, cls.metrics_text, _ = harness.once(path, "--format=metrics")
            cls.status = json.loads(cls.json_text)
        except BaseException:
            cls.estate.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.estate.close()

    @classmethod
    def config(cls):
        e = cls.estate
        identities = ", ".join(
            f'{{ name = "{n}"; certificate = "{e.path(n)}.chain.crt"; key = "{e.path(n)}.key"; }}'
            for n in ("client", "wrongclient", "oldclient"))
        endpoints = ",\n  ".join(c.endpoint() for c in cls.cases)
        return f"""
defaults = {{ trust = "{e.path('root.crt')}"; timeout = "3s"; }};
probing = {{ spacing = "0s"; }};
identities = ( {identities} );
endpoints = (
  {endpoints}
);
"""

    @staticmethod
    def make_cases(e):
        ok = (None, None)
        backend = e.held_backend()

        def sent(name, certificate, *options):
            """OpenSSL with the intermediate behind the leaf, as it should be."""
            return e.openssl(name, certificate, *options, chain="issuing")
        demands = ["-Verify", "3", "-verify_return_error", "-CAfile", e.path("root.crt")]

        # The certificate.
        good = sent("good", "good")
        yield Case("healthy", good, ok)
        expired = sent("expired", "expired")
        yield Case("expired", expired, ("verify", "expired"))
        yield Case("not yet valid", sent("future", "future"), ("verify", "not_yet_valid"))
        yield Case("missing intermediate", e.openssl("nochain", "good"),
                   ("verify", "missing_intermediate"))
        yield Case("unknown root sent", e.openssl("unknown", "unknown", "-chainCAfile",
                                                  e.path("otherroot.crt"), "-build_chain"),
                   ("verify", "untrusted_issuer"))
        yield Case("self-signed", e.openssl("selfsigned", "selfsigned"),
                   ("verify", "self_signed"))
        yield Case("client-only key usage", sent("wrongeku", "wrongeku"),
                   ("verify", "bad_key_usage"))
        yield Case("weak key", sent("weak", "weak", "-cipher", "DEFAULT@SECLEVEL=0"),
                   ("policy", "weak_key"))
        yield Case("expiring soon", sent("soon", "soon"), ("policy", "lifetime_short"))
        yield Case("elliptic curve", sent("ec", "ec"), ok)
        yield Case("GnuTLS expired", e.gnutls("g-expired", "expired"), ("verify", "expired"))

        # Protocol and suite.
        only12 = sent("only12", "good", "-tls1_2")
        only13 = sent("only13", "good", "-tls1_3")
        yield Case("TLS 1.2 only, partner ANY_TLS12", only12, ok, sslciph="ANY_TLS12")
        yield Case("TLS 1.2 only, partner ANY_TLS13", only12, ("tls", "protocol_version"),
                   seen=False, sslciph="ANY_TLS13")
        yield Case("TLS 1.3 only, partner ANY_TLS13", only13, ok, sslciph="ANY_TLS13")
        yield Case("TLS 1.3 only, partner ANY_TLS12", only13, ("tls", "protocol_version"),
                   seen=False, sslciph="ANY_TLS12")
        one = sent("one", "good", "-tls1_2", "-cipher", "AES128-GCM-SHA256")
        yield Case("one suite, the right one", one, ok,
                   sslciph="TLS_RSA_WITH_AES_128_GCM_SHA256")
        yield Case("one suite, another one", one, ("tls", "no_shared_cipher"), seen=False,
                   sslciph="ECDHE_RSA_AES_256_GCM_SHA384")
        yield Case("the channel's own SSLCIPH is another", one, ("policy", "cipher_unexpected"),
                   sslciph="ANY_TLS12", listener_sslciph="ECDHE_RSA_AES_256_GCM_SHA384")
        yield Case("handshake in TLS 1.3, channel in TLS 1.2", good,
                   ("policy", "version_unexpected"), listener_sslciph="ANY_TLS12")
        ccm = sent("ccm", "good", "-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256")
        yield Case("CCM_8 suite", ccm, ok, sslciph="TLS_AES_128_CCM_8_SHA256")
        old = sent("old", "good", "-tls1", "-cipher", "AES256-SHA:@SECLEVEL=0")
        yield Case("TLS 1.0", old, ok, sslciph="TLS_RSA_WITH_AES_256_CBC_SHA")
        null = sent("null", "good", "-tls1_2", "-cipher", "NULL-SHA256:@SECLEVEL=0")
        yield Case("no encryption at all", null, ok, sslciph="TLS_RSA_WITH_NULL_SHA256")
        yield Case("nginx TLS 1.2 only", e.nginx("n12", "good", "ssl_protocols TLSv1.2"),
                   ("tls", "protocol_version"), seen=False, sslciph="ANY_TLS13")
        yield Case("nginx healthy", e.nginx("n13", "good"), ok)
        yield Case("GnuTLS 1.2 only", e.gnutls("g12", "good",
                                               priority="NORMAL:-VERS-ALL:+VERS-TLS1.2"),
                   ok, sslciph="ANY_TLS12")
        # GnuTLS says handshake_failure here, where others say protocol_version.
        yield Case("GnuTLS 1.3 only, partner ANY_TLS12",
                   e.gnutls("g13only", "good", priority="NORMAL:-VERS-ALL:+VERS-TLS1.3"),
                   ("tls", "no_shared_cipher"), seen=False, sslciph="ANY_TLS12")

        # The client certificate, under both protocols, by several stacks.
        for version, flag, ciph in (("1.2", "-tls1_2", "ANY_TLS12"),
                                    ("1.3", "-tls1_3", "ANY_TLS13")):
            plain = version.replace(".", "")
            ports = {
                "OpenSSL": sent("demand" + plain, "good", flag, *demands),
                "GnuTLS": e.gnutls("g-demand" + plain, "good", "--require-client-cert",
                                   "--verify-client-cert", "--x509cafile", e.path("root.crt"),
                                   priority=f"NORMAL:-VERS-ALL:+VERS-TLS{version}"),
                "stunnel": e.stunnel("s-demand" + plain, "good", backend, "verifyChain = yes",
                                     f"CAfile = {e.path('root.crt')}",
                                     f"sslVersion = TLSv{version}"),
                "HAProxy": e.haproxy("h-demand" + plain, "good", backend,
                                     f"ca-file {e.path('root.crt')} verify required "
                                     f"ssl-min-ver TLSv{version} ssl-max-ver TLSv{version}"),
            }
            for stack, port in ports.items():
                name = f"{stack} {version} demands a certificate: "
                yield Case(name + "none", port, ("tls", "client_cert_required"), sslciph=ciph)
                yield Case(name + "right", port, ok, sslciph=ciph, identity="client")
                yield Case(name + "wrong", port, ("tls", REFUSED), sslciph=ciph,
                           identity="wrongclient")
                yield Case(name + "expired", port, ("tls", REFUSED), sslciph=ciph,
                           identity="oldclient")

        # No TLS at all.
        yield Case("nothing listens", harness.free_port(), ("connect", "refused"), seen=False)
        yield Case("silent", e.scripted(lambda c: c.recv(1 << 20) and c.recv(1 << 20)),
                   ("tls", "handshake_timeout"), seen=False)
        yield Case("plain MQ", e.scripted(plain_mq), ("tls", "plain_mq"), seen=False)
        yield Case("HTTP", e.scripted(http_listener), ("tls", "not_tls"), seen=False)
        yield Case("a mail server", e.scripted(banner), ("tls", "not_tls"), seen=False)
        yield Case("closes at once", e.scripted(lambda c: (c.recv(65536), c.close())),
                   ("tls", "closed_early"), seen=False)
        yield Case("resets", e.scripted(reset), ("tls", "reset"), seen=False)
        yield Case("close_notify as first answer", e.scripted(close_notify),
                   ("tls", "closed_early"), seen=False)
        yield Case("unrecognized_name", e.scripted(fatal_alert(112)),
                   ("tls", "unrecognized_name"), seen=False)
        yield Case("internal_error", e.scripted(fatal_alert(80)), ("tls", "alert_other"),
                   seen=False)
        yield Case("no such host", 1414, ("resolve", "dns_not_found"), seen=False,
                   conname="no-such-host.invalid(1414)")

    def test_every_listener_yields_its_stage_and_reason(self):
        endpoints = {e["name"]: e for e in self.status["endpoints"]}
        for case in self.cases:
            with self.subTest(case.name):
                got = endpoints[case.name]
                stage, reason = case.expected
                self.assertEqual(got["stage"], stage, got["message"])
                if reason is REFUSED:
                    self.assertIn(got["reason"], REFUSED, got["message"])
                else:
                    self.assertEqual(got["reason"], reason, got["message"])
                if stage:
                    self.assertTrue(got["findings"][0]["remedy"])

    def test_dates_are_on_the_metrics_wherever_a_certificate_was_sent(self):
        for case in self.cases:
            with self.subTest(case.name):
                pattern = (r'^mqtls_cert_not_after_timestamp_seconds\{endpoint="%s",[^}]*'
                           r'position="0"[^}]*\} \d+$' % re.escape(case.name))
                found = re.search(pattern, self.metrics_text, re.M)
                self.assertEqual(bool(found), case.seen)

    def test_exit_status_tells_that_something_is_critical(self):
        self.assertEqual(self.exit_status, 2, self.stderr)

    def test_no_session_is_ever_resumed(self):
        self.assertNotRegex(self.metrics_text, r"mqtls_sessions_resumed_total [1-9]")


# Stacks differ in the alert with which they refuse a certificate that was sent.
REFUSED = ("client_cert_rejected", "client_ca_unknown", "client_cert_expired")

if __name__ == "__main__":
    harness.main()
