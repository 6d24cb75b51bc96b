#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The calendar as a calendar program fetches it: a well-kept library reads it, its events have the
dates of the certificates that real listeners serve, and a renewal replaces them."""

import datetime
import re
import subprocess
import unittest

import harness
from harness import Estate, needs, until

icalendar = harness.module("icalendar", "python3-icalendar")

RECIPE = """
name=root ca=yes cn="E2E Root" days-before=1000 days-after=3000
name=good issuer=root cn=QM1 o=Example days-before=10 days-after=200 eku=server
name=renewed issuer=root cn=QM1 o=Example days-before=1 days-after=400 eku=server
name=hostile issuer=root cn="x, y; \u00fc\U0001f512 <b>" o="A, B; C" days-before=10 days-after=40 eku=server
"""
UTC = datetime.timezone.utc


@needs("openssl")
class Calendar(unittest.TestCase):
    def setUp(self):
        self.estate = e = Estate(RECIPE)
        self.addCleanup(e.close)
        self.good = e.openssl("good", "good")
        hostile = e.openssl("hostile", "hostile")
        self.config = f"""
http = {{ listen = ( "127.0.0.1:0" ); lifecycle = true; }};
defaults = {{ trust = "{e.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER"; interval = "5s"; }};
endpoints = (
  {{ name = "a"; qmgr = "QM1"; channel = "A.SVRCONN"; conname = "127.0.0.1(%d)";
     contact = "payments-mw"; group = "payments"; runbook_url = "https://wiki.example.com/mq"; }},
  {{ name = "b"; qmgr = "QM1"; channel = "B.SVRCONN"; conname = "127.0.0.1({self.good})"; }},
  {{ name = "c"; qmgr = "QM2"; channel = "C.SVRCONN"; conname = "127.0.0.1({hostile})"; }}
);
"""
        self.daemon = e.daemon(self.config % self.good)
        self.daemon.wait_ready()

    def fetch(self, query="", headers=None):
        status, answer, body = self.daemon.request("GET", "/calendar.ics" + query, headers)
        self.assertEqual(status, 200)
        self.assertEqual(answer["Content-Type"], "text/calendar; charset=utf-8")
        calendar = icalendar.Calendar.from_ical(body)
        self.assertEqual([c.errors for c in calendar.walk() if c.errors], [])
        return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}, answer

    def not_after(self, name):
        text = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-dateopt", "iso_8601",
                               "-in", self.estate.path(name + ".crt")],
                              capture_output=True, check=True, text=True).stdout
        return datetime.datetime.strptime(text.strip(), "notAfter=%Y-%m-%d %H:%M:%SZ").replace(
            tzinfo=UTC)

    def test_a_library_reads_what_the_listeners_serve(self):
        events, _ = self.fetch()
        self.assertEqual(set(events), {
            "Expires: QM1 on a and 1 more", "Renew by: QM1 on a and 1 more",
            "Expires: x, y; \u00fc\U0001f512 <b> on c", "Renew by: x, y; \u00fc\U0001f512 <b> on c"})
        expires = events["Expires: QM1 on a and 1 more"]
        self.assertEqual(expires["DTSTART"].dt, self.not_after("good"))
        renew = events["Renew by: QM1 on a and 1 more"]
        self.assertEqual(renew["DTSTART"].dt,
                         (self.not_after("good") - datetime.timedelta(days=30)).date())
        description = str(expires["DESCRIPTION"])
        for part in ("CN=QM1,O=Example", "channel A.SVRCONN of QM1", "channel B.SVRCONN of QM1",
                     "contact payments-mw", "REFRESH SECURITY TYPE(SSL)"):
            self.assertIn(part, description)
        self.assertEqual(str(expires["URL"]), "https://wiki.example.com/mq")
        self.assertEqual(str(expires["CONTACT"]), "payments-mw")
        self.assertEqual([str(c) for c in expires["CATEGORIES"].cats],
                         ["IBM MQ", "TLS", "payments"])
        hostile = events["Expires: x, y; \u00fc\U0001f512 <b> on c"]
        self.assertIn('O="A, B; C"', str(hostile["DESCRIPTION"]))
        self.assertEqual(len({str(e["UID"]) for e in events.values()}), 4)
        for event in events.values():
            self.assertLessEqual(event["DTSTAMP"].dt, datetime.datetime.now(UTC))

    def test_lines_are_folded_and_end_as_they_must(self):
        body = self.daemon.get("/calendar.ics")
        self.assertTrue(body.endswith(b"END:VCALENDAR\r\n"))
        self.assertNotRegex(body.replace(b"\r\n", b""), rb"[\r\n]")
        self.assertLessEqual(max(len(line) for line in body.split(b"\r\n")), 75)
        for line in body.split(b"\r\n"):
            line.decode()

    def test_filters_choose_and_the_tag_saves_the_transfer(self):
        for query, n in (("?qmgr=QM1", 2), ("?qmgr=QM2", 2), ("?contact=payments-mw", 2),
                         ("?group=payments&qmgr=QM2", 0), ("?qmgr=nobody", 0)):
            with self.subTest(query):
                self.assertEqual(len(self.fetch(query)[0]), n)
        _, answer = self.fetch()
        probes = re.compile(r'^mqtls_probes_total\{endpoint="a".*\} (\d+)$', re.M)
        before = int(probes.search(self.daemon.metrics()).group(1))
        self.daemon.request("POST", "/api/v1/endpoints/a/probe")
        until(lambda: int(probes.search(self.daemon.metrics()).group(1)) > before, "another probe")
        status, _, body = self.daemon.request(
            "GET", "/calendar.ics", {"If-None-Match": answer["ETag"]})
        self.assertEqual((status, body), (304, b""))

    def test_a_renewal_replaces_the_events(self):
        before, _ = self.fetch("?qmgr=QM1")
        renewed = self.estate.openssl("renewed", "renewed")
        self.daemon.reconfigure(self.config.replace(f"127.0.0.1({self.good})",
                                                    f"127.0.0.1({renewed})") % renewed)
        self.assertEqual(self.daemon.request("POST", "/-/reload")[0], 200)

        def replaced():
            status, _, body = self.daemon.request("GET", "/calendar.ics?qmgr=QM1")
            events = icalendar.Calendar.from_ical(body).walk("VEVENT") if status == 200 else []
            uids = {str(e["UID"]) for e in events}
            return (uids.isdisjoint(str(e["UID"]) for e in before.values())
                    and {str(e["SUMMARY"]) for e in events} == set(before))
        until(replaced, "the events of the renewed certificate")
        after, _ = self.fetch("?qmgr=QM1")
        self.assertEqual(after["Expires: QM1 on a and 1 more"]["DTSTART"].dt,
                         self.not_after("renewed"))


if __name__ == "__main__":
    harness.main()
