#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Key repositories on disk beside a listener that serves what it likes: the renewal that nobody put in
force, files of every kind under any name, and files that are cut short while the daemon runs."""

import json
import os
import re
import socket
import ssl
import struct
import subprocess
import unittest

import jsonschema

import harness
from harness import MQTLSD, Estate, needs, once, quoted, until
from test_schema import validator

RECIPE = """
name=root ca=yes cn="E2E Root" o=Example days-before=1000 days-after=3000
name=old issuer=root cn=QM1 o=Example days-before=300 days-after=20 eku=server
name=new issuer=root cn=QM1 o=Example days-before=1 days-after=364 eku=server
name=app issuer=root cn=App o=Example days-before=1 days-after=364 eku=server
"""
LABEL = "ibmwebspheremqqm1"
REFRESH = "REFRESH SECURITY TYPE(SSL)"


class Listener:
    """A TLS listener that reads its certificate for each connection, as a refreshed queue manager
    would: `serve` is the REFRESH SECURITY."""

    def __init__(self, estate, certificate):
        self.estate = estate
        self.serve(certificate)
        self.port = estate.scripted(self.behave)

    def serve(self, certificate):
        self.certificate = certificate

    def behave(self, connection):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.estate.path(self.certificate + ".chain.crt"),
                                self.estate.path(self.certificate + ".key"))
        connection.settimeout(harness.PATIENCE)
        try:
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(1)
        except (ssl.SSLError, socket.timeout):
            pass


def element(tag, content):
    """DER."""
    n = len(content)
    length = bytes([n]) if n < 0x80 else bytes([0x81, n]) if n < 0x100 else \
        bytes([0x82]) + struct.pack(">H", n)
    return bytes([tag]) + length + content


def cms(records, version=4, slot=5000):
    """A CMS key database as its published layout has it: (label, certificate in DER, personal)."""
    mac = {3: 16, 4: 20, 6: 48}[version]
    out = b"7H" + bytes([version, 2]) + bytes(4) + b"X509KEY\0"
    out += struct.pack(">II", slot, len(records)) + bytes(24) + b"\x5a" * (2 * mac)
    for number, (label, der, personal) in enumerate(records, 1):
        # An encrypted key, as far as anybody without the password can tell.
        key = element(0x30, element(0x30, bytes.fromhex("060a2a864886f70d010c0103")) +
                      element(0x04, b"\xa5" * 200))
        body = element(0xA2, element(0x30, der + key)) if personal else element(0xA1, der)
        record = element(0x30, element(0x02, b"\x01") + body +
                         element(0x1A, label.encode()) + element(0x03, b"\x07\x80"))
        text = struct.pack(">III", 1, number, len(record)) + record
        text += struct.pack(">I", len(label)) + label.encode()
        out += text + bytes(slot - len(text))
    return out


class KeystoresTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.estate = Estate(RECIPE)
        self.addCleanup(self.estate.close)

    # ---- files ----

    def bytes_of(self, name):
        with open(self.estate.path(name), "rb") as f:
            return f.read()

    def put(self, name, content):
        """Replaces a file as tools do that know their trade."""
        path = self.estate.path(name)
        with open(path + ".new", "wb") as f:
            f.write(content)
        os.rename(path + ".new", path)

    def der(self, name):
        return ssl.PEM_cert_to_DER_cert(self.bytes_of(name + ".crt").decode())

    def cms(self, *records, version=4):
        """A key database of personal certificates, by label, and the root that signs them all."""
        return cms([(label, self.der(name), True) for label, name in records] +
                   [("root", self.der("root"), False)], version)

    def pkcs12(self, name, certificate, password):
        e = self.estate
        subprocess.run(["openssl", "pkcs12", "-export", "-in", e.path(certificate + ".crt"),
                        "-inkey", e.path(certificate + ".key"), "-name", LABEL,
                        "-passout", "pass:" + password, "-out", e.path(name)], check=True)

    # ---- the daemon ----

    def config(self, port, *keystores, endpoint="", interval="1s"):
        stores = ", ".join("{ " + k + " }" for k in keystores)
        return f"""
http = {{ listen = ( "127.0.0.1:0" ); }};
defaults = {{ trust = {quoted(self.estate.path("root.crt"))}; interval = "{interval}"; retry_interval = "1s";
             expiry_warning = "10d"; expiry_critical = "5d"; }};
probing = {{ spacing = "0s"; }};
endpoints = ( {{ name = "e"; qmgr = "QM1"; channel = "APP.SVRCONN"; conname = "127.0.0.1({port})";
                sslciph = "ANY_TLS12_OR_HIGHER"; {endpoint} }} );
keystores = ( {stores} );
"""

    def keystore(self, name, more=""):
        return (f'name = "QM1 keys"; qmgr = "QM1"; path = {quoted(self.estate.path(name))}; ' + more)

    def start(self, *args, **options):
        daemon = self.estate.daemon(self.config(*args, **options))
        daemon.wait_ready()
        return daemon

    def sample(self, daemon, name, *labels):
        """The value of the one sample that bears these labels; None without one."""
        found = [line for line in daemon.metrics().splitlines()
                 if line.startswith(name + "{") and all(label in line for label in labels)]
        self.assertLessEqual(len(found), 1, found)
        return float(found[0].rsplit(" ", 1)[1]) if found else None

    def wait_sample(self, daemon, wanted, name, *labels):
        until(lambda: self.sample(daemon, name, *labels) == wanted, f"{name} to be {wanted}")

    def wait_match(self, daemon, wanted, label=LABEL):
        self.wait_sample(daemon, wanted, "mqtls_served_matches_keystore", 'keystore="QM1 keys"',
                         f'cert_label="{label}"' if label else 'endpoint="e"')

    def endpoint(self, daemon):
        return daemon.status()["endpoints"][0]

    def finding(self, daemon):
        return next((f for f in self.endpoint(daemon)["findings"]
                     if f["reason"] == "keystore_not_served"), None)

    # ---- tests ----

    def test_renewed_on_disk_is_a_finding_until_the_refresh(self):
        self.put("key.kdb", self.cms((LABEL, "old")))
        listener = Listener(self.estate, "old")
        daemon = self.start(listener.port, self.keystore("key"))
        self.wait_match(daemon, 1)
        self.assertIsNone(self.finding(daemon))

        self.put("key.kdb", self.cms((LABEL, "new")))
        self.wait_match(daemon, 0)
        found = self.finding(daemon)
        self.assertEqual((found["stage"], found["severity"]), ("policy", "warning"))
        self.assertIn("renewed on disk, but " + REFRESH + " was not done", found["message"])
        self.assertIn(self.estate.path("key.kdb"), found["message"])
        self.assertIn(LABEL, found["message"])
        self.assertIn(REFRESH, found["remedy"])
        self.assertEqual(self.endpoint(daemon)["keystores"],
                         [{"name": "QM1 keys", "label": LABEL, "matches": False}])
        # It fails nothing: traffic flows.
        self.assertEqual(self.sample(daemon, "mqtls_probe_success"), 1)
        until(lambda: "keystore_not_served" in daemon.log(), "the log to tell")
        until(lambda: "key repository QM1 keys holds something else than before" in daemon.log(),
              "the log to tell of the file")

        listener.serve("new")
        self.wait_match(daemon, 1)
        self.assertIsNone(self.finding(daemon))
        self.assertEqual(self.endpoint(daemon)["keystores"][0]["matches"], True)

    def test_a_pem_file_has_no_labels(self):
        self.put("key.pem", self.bytes_of("old.chain.crt"))
        listener = Listener(self.estate, "old")
        daemon = self.start(listener.port, self.keystore("key.pem"))
        self.wait_match(daemon, 1, label=None)
        self.put("key.pem", self.bytes_of("new.chain.crt"))
        self.wait_match(daemon, 0, label=None)
        self.assertIn(REFRESH, self.finding(daemon)["message"])
        listener.serve("new")
        self.wait_match(daemon, 1, label=None)

    def test_a_file_that_is_behind_sends_nobody_to_refresh(self):
        self.put("key.pem", self.bytes_of("old.crt"))
        daemon = self.start(Listener(self.estate, "new").port, self.keystore("key.pem"))
        self.wait_match(daemon, 0, label=None)
        message = self.finding(daemon)["message"]
        self.assertIn("the file is behind", message)
        self.assertNotIn("REFRESH", message)

    def test_a_channel_with_a_label_of_its_own(self):
        self.put("key.kdb", self.cms((LABEL, "new"), ("App", "app"), version=6))
        listener = Listener(self.estate, "app")
        daemon = self.start(listener.port, self.keystore("key.kdb"), endpoint='certlabl = "App";')
        self.wait_match(daemon, 1, label="App")
        listener.serve("new")
        self.wait_match(daemon, 0, label="App")
        self.assertIn(f"what is served under label '{LABEL}'", self.finding(daemon)["message"])

    def test_pkcs12_is_read_under_the_name_of_a_key_database(self):
        self.pkcs12("key.kdb", "new", "s3cret")
        self.estate.write("pass", "s3cret\n", 0o600)
        daemon = self.start(
            Listener(self.estate, "new").port,
            self.keystore("key.kdb", f'passphrase_file = {quoted(self.estate.path("pass"))};'))
        self.wait_match(daemon, 1)
        self.assertIn('kind="pkcs12"', daemon.metrics())

        # Another password than the daemon has: it says so, and what was read before stays.
        self.pkcs12("key.kdb", "new", "other")
        self.wait_sample(daemon, 0, "mqtls_keystore_readable")
        self.wait_match(daemon, 1)
        store = daemon.status()["keystores"][0]
        self.assertIn("passphrase", store["problem"])
        self.assertEqual(len(store["certificates"]), 1)
        self.assertNotIn("s3cret", json.dumps(daemon.status()) + daemon.metrics() + daemon.log())

    def test_a_file_cut_short_while_the_daemon_runs(self):
        whole = self.cms((LABEL, "old"), version=3)
        self.put("key.kdb", whole)
        daemon = self.start(Listener(self.estate, "old").port, self.keystore("key.kdb"))
        self.wait_match(daemon, 1)
        self.put("key.kdb", whole[:-1])
        self.wait_sample(daemon, 0, "mqtls_keystore_readable")
        self.wait_match(daemon, 1)
        store = daemon.status()["keystores"][0]
        self.assertEqual((store["readable"], store["severity"]), (False, "warning"))
        self.assertIn("is damaged", store["problem"])
        until(lambda: "is damaged" in daemon.log(), "the log to tell")
        self.assertIsNotNone(self.sample(
            daemon, "mqtls_keystore_cert_not_after_timestamp_seconds", 'role="personal"'))
        self.put("key.kdb", whole)
        self.wait_sample(daemon, 1, "mqtls_keystore_readable")
        until(lambda: "key repository QM1 keys is well again" in daemon.log(), "the log to tell")

    def test_a_reload_reads_at_once_and_a_missing_file_is_no_mistake(self):
        listener = Listener(self.estate, "old")
        daemon = self.start(listener.port)
        daemon.reconfigure(self.config(listener.port, self.keystore("none")))
        daemon.hangup()
        self.wait_sample(daemon, 0, "mqtls_keystore_readable")
        self.assertIn("neither", daemon.status()["keystores"][0]["problem"])
        self.assertEqual(self.endpoint(daemon)["keystores"],
                         [{"name": "QM1 keys", "label": None, "matches": None}])
        self.put("key.kdb", self.cms((LABEL, "old")))
        daemon.reconfigure(self.config(listener.port, self.keystore("key")))
        daemon.hangup()
        self.wait_match(daemon, 1)

    def test_what_is_wrong_in_the_file_is_told(self):
        self.put("key.kdb", cms([("other", self.der("new"), True), (LABEL, self.der("new"), False)]))
        self.estate.write("key.sth", "not read", 0o644)
        daemon = self.start(Listener(self.estate, "old").port, self.keystore("key.kdb"))
        self.wait_sample(daemon, 1, "mqtls_keystore_finding", 'finding="private_key_missing"')
        self.assertEqual(self.sample(daemon, "mqtls_keystore_finding", 'finding="stash_file"'), 1)
        # To serve that certificate would take the channels down.
        self.assertIsNone(self.sample(daemon, "mqtls_served_matches_keystore"))
        self.assertIsNone(self.finding(daemon))
        status = daemon.status()
        jsonschema.validate(status, validator("status").schema, jsonschema.Draft202012Validator)
        self.assertEqual(status["keystores"][0]["severity"], "critical")
        self.assertIn("wider than 0640", status["keystores"][0]["stash_problem"])

    def test_once_and_check_config(self):
        self.put("key.pem", self.bytes_of("new.chain.crt"))
        listener = Listener(self.estate, "old")
        path = self.estate.write("once.conf", self.config(
            listener.port, self.keystore("key.pem"),
            'name = "gone"; path = "/nonexistent/key.kdb";'))
        status, out, err = once(path, "--format=json")
        self.assertEqual(status, 1, err)
        found = json.loads(out)
        self.assertEqual(found["endpoints"][0]["reason"], "keystore_not_served")
        self.assertEqual([k["readable"] for k in found["keystores"]], [True, False])

        checked = subprocess.run([MQTLSD, "--check-config", "-c", path], capture_output=True,
                                 text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertRegex(checked.stderr, r"once\.conf:\d+: warning: gone: cannot open "
                                         r"/nonexistent/key\.kdb: No such file")
        self.assertIn("key.pem: PEM certificates: 1 certificate; to be served is", checked.stdout)


if __name__ == "__main__":
    harness.main()
