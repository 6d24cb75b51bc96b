#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real JSON answers, of an estate in which everything is otherwise, against etc/mqtlsd.schema.json; and
the schema against answers with one key misspelt."""

import copy
import datetime
import json
import os
import re
import subprocess
import unittest

import harness
from harness import needs, once, until
from mqcase import OPEN, RECIPE, Case, endpoint

jsonschema = harness.module("jsonschema", "python3-jsonschema")

MORE = """
name=expired issuer=root cn=QM3 o=Example days-before=400 days-after=-4 eku=server
name=renewed issuer=root cn=QM9 o=Other days-before=1 days-after=300 eku=server
name=int issuer=root ca=yes cn="E2E Issuing" o=Example days-before=100 days-after=1000
name=below issuer=int cn=QM4 o=Example days-before=10 days-after=100 eku=server
name=hostile issuer=root cn="\\"<b>, \u00fc" o=Example days-before=10 days-after=100 eku=server
"""
ROOT = os.environ.get("MQTLSD_SOURCE") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
UTC = datetime.timezone.utc

with open(os.path.join(ROOT, "etc", "mqtlsd.schema.json"), encoding="utf-8") as _file:
    SCHEMA = json.load(_file)

# Objects whose keys are names of something, and no words of ours.
FREE = re.compile(r"/files_last_reload_successful/")


def validator(name):
    return jsonschema.Draft202012Validator(
        {"$ref": "#/$defs/" + name, "$defs": SCHEMA["$defs"]})


def leaves(error):
    """What is really wrong, below the alternatives that say only that none of them fits."""
    if not error.context:
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"]
    inner = [e for e in error.context if e.validator != "type"] or error.context
    return [text for e in inner for text in leaves(e)]


def objects(value, path=""):
    """Every object in it, each with where it stands; what stands in lists stands at one place."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from objects(inner, path + "/" + key)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner, path + "[]")


def epoch(text):
    return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(
        tzinfo=UTC).timestamp())


@needs("openssl")
class Schema(Case):
    RECIPE = RECIPE + MORE

    def setUp(self):
        self.estate = harness.Estate(self.RECIPE)
        self.addCleanup(self.estate.close)

    def check(self, answer, name):
        """Against the schema, and each instant against its twin."""
        errors = [text for e in validator(name).iter_errors(answer) for text in leaves(e)]
        self.assertEqual(sorted(set(errors)), [])
        for path, found in objects(answer):
            for key in [k for k in found if k.endswith("_epoch")]:
                text = found[key[:-len("_epoch")]]
                self.assertEqual(found[key], None if text is None else epoch(text), path + key)
        return answer

    def estate_of_all_sorts(self):
        """The text of endpoints, one for each kind of thing that can be seen."""
        e = self.estate
        qm = self.qmgr("qm", f"channel A {OPEN}\nchannel B sslciph=TLS_AES_256_GCM_SHA384 "
                             "sslcauth=OPTIONAL\n")
        good = e.openssl("good", "qm")
        client = e.openssl("client", "qm", "-Verify", "3", "-verify_return_error",
                           "-CAfile", e.path("root.crt"))
        return [
            endpoint("good", good, "A.SVRCONN", qmgr="QM1", contact="payments-mw", group="payments",
                     note="a note", runbook_url="https://wiki.example.com/", depth="tls",
                     survey="7d", sslpeer="CN=QM1", expiry_warning="25%", min_rsa_bits="2048")
            .replace('"2048"', "2048"),
            endpoint("expired", e.openssl("expired", "expired"), "A", depth="tls"),
            endpoint("below", e.openssl("below", "below"), "A", depth="tls"),
            endpoint("hostile", e.openssl("hostile", "hostile"), "A", depth="tls"),
            endpoint("accepted", qm.port, "A", qmgr="QM2"),
            endpoint("refused", qm.port, "B", sslciph="ANY_TLS12", listener_sslciph="ANY"),
            endpoint("unknown", qm.port, "NOBODY"),
            endpoint("client", client, "A", depth="tls"),
            endpoint("stranger", client, "A", depth="tls", identity="stranger"),
            endpoint("cipher", e.openssl("cipher", "qm", "-tls1_2", "-cipher",
                                         "AES128-GCM-SHA256"), "A", depth="tls",
                     sslciph="TLS_AES_128_GCM_SHA256"),
            endpoint("closed", harness.free_port(), "A", depth="tls"),
            endpoint("plain", e.scripted(lambda c: c.sendall(b"SSH-2.0-x\r\n")), "A", depth="tls"),
            endpoint("nowhere", 1, "A", conname="nowhere.invalid(1414)", depth="tls"),
            endpoint("several", good, "A", all_addresses=True, depth="tls",
                     conname=f"127.0.0.1({good}),127.0.0.1({client})"),
        ]

    def answers(self, daemon, path, name, status=200, method="GET"):
        got, headers, body = daemon.request(method, path)
        self.assertEqual((got, headers["Content-Type"]), (status, "application/json"), path)
        return self.check(json.loads(body), name)

    def test_every_answer_of_the_daemon(self):
        endpoints = self.estate_of_all_sorts()
        daemon = self.estate.daemon(self.config(*endpoints))
        daemon.wait_ready()
        status = self.answers(daemon, "/api/v1/status", "status")
        self.assertEqual(len(status["endpoints"]), len(endpoints))
        reasons = {e["reason"] for e in status["endpoints"]}
        self.assertGreaterEqual(len(reasons), 10, reasons)
        for found in status["endpoints"]:
            answer = self.answers(daemon, "/api/v1/endpoints/" + found["name"], "endpoint_answer")
            self.assertEqual(answer["message"], found["message"])
        self.answers(daemon, "/api/v1/status?severity=ok", "status")
        self.answers(daemon, "/api/v1/changes", "changes")

        for path, status, method in (
                ("/api/v1/endpoints/nobody", 404, "GET"), ("/api/v1/nothing", 404, "GET"),
                ("/api/v1/status?severity=red", 400, "GET"), ("/api/v1/status", 405, "POST"),
                ("/api/v1/changes?kind=red", 400, "GET"), ("/api/v1/changes?limit=0", 400, "GET"),
                ("/api/v1/endpoints/nobody/probe", 404, "POST"),
                ("/api/v1/endpoints/nobody/accept", 404, "POST")):
            with self.subTest(path):
                self.answers(daemon, path, "error", status, method)
        self.answers(daemon, "/api/v1/endpoints/good/probe", "message", 202, "POST")
        self.answers(daemon, "/api/v1/endpoints/good/accept", "accepted", 200, "POST")

    def test_before_anything_was_seen(self):
        held = self.estate.scripted(lambda connection: connection.recv(1) and connection.recv(1)
                                    and connection.recv(100000))
        daemon = self.estate.daemon(self.config(endpoint("held", held, "A")))
        self.answers(daemon, "/api/v1/status", "status")
        self.answers(daemon, "/api/v1/endpoints/held", "endpoint_answer")
        self.answers(daemon, "/api/v1/endpoints/held/accept", "error", 409, "POST")

    def test_what_changed(self):
        """One listener behind the name goes, another comes: drift, then the ledger."""
        e = self.estate
        port = harness.free_port()
        argv = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www"]

        def listener(name):
            process = e.spawn(argv + ["-cert", e.path(name + ".crt"), "-key", e.path(name + ".key")],
                              name)
            e.wait_listening(port, process, name)
            return process
        old = listener("qm")
        daemon = e.daemon(self.config(endpoint("a", port, "A", depth="tls"), endpoint(
            "b", port, "A", depth="tls", all_addresses=True)))
        daemon.wait_ready()
        harness.end_process(old)
        listener("renewed")
        for name in "ab":
            daemon.request("POST", f"/api/v1/endpoints/{name}/probe")
        until(lambda: all(x["drift"] for x in daemon.status()["endpoints"]), "drift")
        status = self.answers(daemon, "/api/v1/status", "status")
        self.assertIn("subject", {d["kind"] for d in status["endpoints"][0]["drift"]})
        detailed = self.answers(daemon, "/api/v1/endpoints/a", "endpoint_answer")
        self.assertTrue(detailed["changes"] and detailed["baseline"]["records"])
        changes = self.answers(daemon, "/api/v1/changes?limit=1", "changes")
        self.assertTrue(changes["next_before"])
        self.answers(daemon, f"/api/v1/changes?before={changes['next_before']}", "changes")
        self.answers(daemon, "/api/v1/endpoints/a/accept", "accepted", 200, "POST")
        self.answers(daemon, "/api/v1/endpoints/a", "endpoint_answer")

    def test_what_the_command_line_prints(self):
        path = self.estate.write("all.conf", self.config(*self.estate_of_all_sorts()))
        status, out, err = once(path, "--format=json")
        self.assertEqual(status, 2, err)
        answer = self.check(json.loads(out), "status")
        self.misspell(answer, "status")
        port = re.search(r"127\.0\.0\.1\(\d+\)", answer["endpoints"][0]["conname"]).group()
        result = subprocess.run([harness.MQTLSD, "--probe", port, "--format=json"],
                                capture_output=True, timeout=60, check=False)
        answer = self.check(json.loads(result.stdout), "endpoint_answer")
        self.misspell(answer, "endpoint_answer")

    def misspell(self, answer, name):
        """Each key once, wherever it stands."""
        check = validator(name)
        seen = set()
        for path, found in objects(answer):
            for key in list(found):
                where = f"{path}/{key}"
                if where in seen or FREE.search(where):
                    continue
                seen.add(where)
                value = found.pop(key)
                found[key + "_x"] = copy.copy(value)
                self.assertFalse(check.is_valid(answer), where)
                del found[key + "_x"]
                self.assertFalse(check.is_valid(answer), where + " is missing")
                found[key] = value
        self.assertGreater(len(seen), 80)
        self.assertTrue(check.is_valid(answer))

    def test_the_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        for name, definition in SCHEMA["$defs"].items():
            for path, found in objects(definition, name):
                if "properties" in found:
                    self.assertEqual(list(found["properties"]), found["required"], path)
        whole = jsonschema.Draft202012Validator(SCHEMA)
        self.assertTrue(whole.is_valid({"error": "x"}))
        self.assertFalse(whole.is_valid({"errors": "x"}))


if __name__ == "__main__":
    harness.main()
