#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What changes behind an endpoint: rotation, drift of the cipher and of the name, addresses that
disagree, and old and new in turn each stand once in the ledger, in the JSON, in the metrics and in
the log, however often they are seen, until somebody accepts them."""

import json
import re
import ssl
import unittest

import harness
from harness import Estate, until

RECIPE = """
name=root ca=yes cn="E2E Root" days-before=1000 days-after=3000
name=first issuer=root cn=QM1 o=Example days-before=300 days-after=65 eku=server
name=renewed issuer=root cn=QM1 o=Example days-before=1 days-after=365 eku=server
name=renamed issuer=root cn=QM2 o=Example days-before=10 days-after=100 eku=server
"""

USUAL = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
OTHER = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"


class Listener:
    """What it serves can be changed between two connections."""

    def __init__(self, estate, *certificates, ciphers=USUAL):
        self.estate = estate
        self.served = 0
        self.serve(*certificates, ciphers=ciphers)
        self.port = estate.scripted(self.behave)

    def serve(self, *certificates, ciphers=USUAL):
        """In turn, where there are several."""
        contexts = []
        for name in certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.load_cert_chain(self.estate.path(name + ".crt"), self.estate.path(name + ".key"))
            context.set_ciphers(ciphers)
            contexts.append(context)
        self.contexts = contexts

    def behave(self, connection):
        contexts = self.contexts
        context = contexts[self.served % len(contexts)]
        self.served += 1
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(1)


class Case(unittest.TestCase):
    def setUp(self):
        self.estate = Estate(RECIPE)
        self.addCleanup(self.estate.close)

    def begin(self, conname, more=""):
        daemon = self.estate.daemon(f"""
http = {{ listen = ( "127.0.0.1:0" ); lifecycle = true; }};
defaults = {{ trust = "{self.estate.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER";
             interval = "1h"; retry_interval = "1h"; timeout = "5s"; }};
probing = {{ spacing = "0s"; }};
endpoints = ( {{ name = "one"; qmgr = "QM1"; channel = "A.SVRCONN"; conname = "{conname}"; {more} }} );
""")
        daemon.wait_ready()
        return daemon

    @staticmethod
    def look(daemon, times=1):
        """Probes, and waits for what comes of it."""
        def n_probes():
            return int(re.search(r"^mqtls_probes_total\{[^}]*\} (\d+)$", daemon.metrics(), re.M)[1])
        for _ in range(times):
            before = n_probes()
            assert daemon.request("POST", "/api/v1/endpoints/one/probe")[0] == 202
            until(lambda before=before: n_probes() > before, "the probe")

    @staticmethod
    def own(daemon):
        return json.loads(daemon.get("/api/v1/endpoints/one"))

    @staticmethod
    def ledger(daemon):
        """Oldest first, as (event, kind)."""
        changes = json.loads(daemon.get("/api/v1/changes"))["changes"]
        return [(c["event"], c["kind"]) for c in reversed(changes)]

    @staticmethod
    def gauge(daemon, name, kind):
        found = re.search(rf'^{name}\{{[^}}]*kind="{kind}"[^}}]*\}} (\S+)$', daemon.metrics(), re.M)
        return float(found[1]) if found else None

    def assert_once(self, daemon, expected):
        """In the ledger, in the endpoint's document and in the log."""
        self.assertEqual(self.ledger(daemon), expected)
        self.assertEqual([(c["event"], c["kind"]) for c in reversed(self.own(daemon)["changes"])],
                         expected)
        told = re.findall(r"one: (\w+) (drift|returned|rotation|mixed|settled|mismatch|agreed|"
                          r"accepted)\b", daemon.log())
        self.assertEqual([(event, kind) for kind, event in told], expected)
        for kind in {k for _, k in expected}:
            self.assertEqual(self.gauge(daemon, "mqtls_changes_total", kind),
                             len([k for _, k in expected if k == kind]))


class Changes(Case):
    def test_a_renewal_is_a_rotation_and_no_drift(self):
        listener = Listener(self.estate, "first")
        daemon = self.begin(f"127.0.0.1({listener.port})")
        self.assert_once(daemon, [])
        self.assertEqual(self.gauge(daemon, "mqtls_drift", "leaf"), 0)

        listener.serve("renewed")
        self.look(daemon, 3)
        self.assert_once(daemon, [("rotation", "leaf")])
        self.assertEqual(self.own(daemon)["drift"], [])
        self.assertEqual(self.gauge(daemon, "mqtls_drift", "leaf"), 0)

    def test_another_cipher_is_drift_until_it_is_accepted(self):
        listener = Listener(self.estate, "first")
        daemon = self.begin(f"127.0.0.1({listener.port})")
        listener.serve("first", ciphers=OTHER)
        self.look(daemon, 3)
        self.assert_once(daemon, [("drift", "cipher")])
        self.assertEqual(self.gauge(daemon, "mqtls_drift", "cipher"), 1)
        drift = daemon.status()["endpoints"][0]["drift"]
        self.assertEqual([(d["kind"], d["event"]) for d in drift], [("cipher", "drift")])
        place = self.own(daemon)["drift"][0]["places"][0]
        self.assertIn("AES_256_GCM", place["old"])
        self.assertIn("AES_128_GCM", place["new"])

        status, _, body = daemon.request("POST", "/api/v1/endpoints/one/accept?kind=cipher")
        self.assertEqual((status, json.loads(body)["accepted"]), (200, 1))
        self.look(daemon)
        self.assert_once(daemon, [("drift", "cipher"), ("accepted", "cipher")])
        self.assertEqual(self.gauge(daemon, "mqtls_drift", "cipher"), 0)
        self.assertEqual(self.own(daemon)["drift"], [])

    def test_another_name_is_drift_until_the_old_one_returns(self):
        listener = Listener(self.estate, "first")
        daemon = self.begin(f"127.0.0.1({listener.port})")
        listener.serve("renamed")
        self.look(daemon, 3)
        drift = [("drift", "leaf"), ("drift", "key"), ("drift", "subject")]
        self.assert_once(daemon, drift)
        subject = [d for d in self.own(daemon)["drift"] if d["kind"] == "subject"][0]
        self.assertIn("CN=QM1", subject["places"][0]["old"])
        self.assertIn("CN=QM2", subject["places"][0]["new"])
        self.assertIn("SSLPEER", subject["remedy"])

        listener.serve("first")
        self.look(daemon, 3)
        self.assert_once(daemon, drift + [("returned", kind) for _, kind in drift])
        self.assertEqual(self.own(daemon)["drift"], [])

    def test_addresses_that_disagree_are_told_once(self):
        one, two = Listener(self.estate, "first"), Listener(self.estate, "first")
        daemon = self.begin(f"127.0.0.1({one.port}),127.0.0.1({two.port})", "all_addresses = true;")
        two.serve("renewed")
        self.look(daemon, 3)
        told = [("rotation", "leaf"), ("mismatch", "addresses")]
        self.assert_once(daemon, told)
        self.assertEqual([(d["kind"], d["event"]) for d in self.own(daemon)["drift"]],
                         [("addresses", "mismatch")])
        self.assertIn("mqtls_addresses_consistent{", daemon.metrics())
        self.assertRegex(daemon.metrics(), r"mqtls_addresses_consistent\{[^}]*\} 0\n")

        one.serve("renewed")
        self.look(daemon, 3)
        self.assert_once(daemon, told + [("rotation", "leaf"), ("agreed", "addresses")])

    def test_old_and_new_in_turn_are_mixed_until_one_of_them_stays(self):
        listener = Listener(self.estate, "first")
        daemon = self.begin(f"127.0.0.1({listener.port})")
        listener.serve("first", "renewed")
        self.look(daemon, 6)
        self.assert_once(daemon, [("rotation", "leaf"), ("mixed", "leaf")])
        self.assertEqual(self.gauge(daemon, "mqtls_mixed", "leaf"), 1)
        self.assertEqual(self.gauge(daemon, "mqtls_drift", "leaf"), 0)
        mixed = self.own(daemon)["drift"]
        self.assertEqual([(d["kind"], d["event"]) for d in mixed], [("leaf", "mixed")])
        self.assertIn("REFRESH SECURITY TYPE(SSL)", mixed[0]["event_meaning"])

        listener.serve("renewed")
        self.look(daemon, 10)
        self.assertEqual(self.gauge(daemon, "mqtls_mixed", "leaf"), 0)
        self.assertEqual(self.own(daemon)["drift"], [])
        self.assertEqual(self.ledger(daemon)[2][0], "settled")


class Paging(Case):
    def test_pages_of_the_ledger_join(self):
        listener = Listener(self.estate, "first")
        daemon = self.begin(f"127.0.0.1({listener.port})")
        for certificate, ciphers in (("renamed", OTHER), ("first", USUAL), ("renewed", USUAL)):
            listener.serve(certificate, ciphers=ciphers)
            self.look(daemon)
        whole = json.loads(daemon.get("/api/v1/changes"))["changes"]
        self.assertEqual(len(whole), 9)

        joined, before = [], ""
        while before is not None:
            page = json.loads(daemon.get(f"/api/v1/changes?limit=2{before and f'&before={before}'}"))
            joined += page["changes"]
            before = page["next_before"]
        self.assertEqual(joined, whole)
        self.assertEqual([c["id"] for c in whole], sorted((c["id"] for c in whole), reverse=True))


if __name__ == "__main__":
    harness.main()
