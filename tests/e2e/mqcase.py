# SPDX-License-Identifier: MIT
"""What the tests at depth "mq" share: queue managers of tests/support with certificates of their own,
and one look of the daemon at endpoints of which each names a channel."""

import json
import unittest

from harness import Estate, once, quoted
from mqpartner import Qmgr

RECIPE = """
name=root ca=yes cn="E2E Root" o=Example days-before=1000 days-after=3000
name=qm issuer=root cn=QM1 ou=Payments o=Example days-before=10 days-after=200 eku=server key=rsa2048
name=other issuer=root cn=QM2 ou=Payments o=Example days-before=10 days-after=200 eku=server key=rsa2048
name=app issuer=root cn=app o=Example days-before=10 days-after=200 eku=client
name=stranger issuer=root cn=stranger o=Example days-before=10 days-after=200 eku=client
"""

ANY12UP = "sslciph=ANY_TLS12_OR_HIGHER"
OPEN = ANY12UP + " sslcauth=OPTIONAL"
VERSIONS = ("1.2", "1.3")


def endpoint(name, port, channel, **settings):
    """The text of one endpoint; True and False are booleans, all else is text."""
    settings = {"name": name, "conname": f"127.0.0.1({port})", "channel": channel, **settings}
    values = (f"{key} = {str(value).lower() if isinstance(value, bool) else quoted(value)};"
              for key, value in settings.items())
    return "{ " + " ".join(values) + " }"


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.estate = Estate(RECIPE)
        self.addCleanup(self.estate.close)

    def qmgr(self, name, script, *options, certificate="qm"):
        """A queue manager that knows whose client certificates to believe."""
        e = self.estate
        return Qmgr(e, name, script, "--cert", e.path(certificate + ".chain.crt"),
                    "--key", e.path(certificate + ".key"), "--ca", e.path("root.crt"), *options)

    def config(self, *endpoints, defaults=""):
        e = self.estate
        identities = ", ".join(
            f'{{ name = "{n}"; certificate = "{e.path(n)}.chain.crt"; key = "{e.path(n)}.key"; }}'
            for n in ("app", "stranger"))
        return f"""
http = {{ listen = ( "127.0.0.1:0" ); lifecycle = true; }};
defaults = {{ trust = "{e.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER"; depth = "mq";
             interval = "1h"; retry_interval = "1h"; timeout = "20s"; {defaults} }};
probing = {{ spacing = "0s"; }};
identities = ( {identities} );
endpoints = ( {", ".join(endpoints)} );
"""

    def look(self, *endpoints, defaults=""):
        """One --once; returns the endpoints by name, and the exit status."""
        path = self.estate.write("mq.conf", self.config(*endpoints, defaults=defaults))
        status, out, err = once(path, "--format=json")
        self.assertIn(status, (0, 1, 2), err)
        return {e["name"]: e for e in json.loads(out)["endpoints"]}, status

    def metrics(self):
        """The same configuration's metrics."""
        return once(self.estate.path("mq.conf"), "--format=metrics")[1]

    def check(self, found, stage, reason):
        self.assertEqual((found["stage"], found["reason"]), (stage, reason), found["message"])
        return found["findings"][0] if stage else None

    def refused(self, found, reason, message=None):
        finding = self.check(found, "mq", reason)
        self.assertTrue(finding["remedy"])
        if message:
            self.assertIn(message, finding["message"])
        return finding


def words(finding):
    """All that a finding says of MQ's own messages."""
    return json.dumps(finding)
