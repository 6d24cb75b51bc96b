#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files that change under a running daemon: nobody reloads it, and it follows."""

import os
import unittest

import harness
from harness import Estate, until

RECIPE = "name=root ca=yes cn=\"E2E Root\" days-before=10 days-after=3000\n"
HEAD = """
http = {{ listen = ( "127.0.0.1:0" ); }};
defaults = {{ interval = "1h"; retry_interval = "1h"; timeout = "5s"; }};
imports = ( {{ mqsc = "{imported}"; qmgr = "QM1"; host = "127.0.0.1(1)"; }} );
"""


def channels(*names):
    return "".join(f"DEFINE CHANNEL({n}) CHLTYPE(SVRCONN) SSLCIPH(ANY_TLS12_OR_HIGHER)\n"
                   for n in names)


class Watch(unittest.TestCase):
    def setUp(self):
        self.estate = Estate(RECIPE)
        self.addCleanup(self.estate.close)

    @staticmethod
    def names(daemon):
        return {e["name"].split("/")[1].split("@")[0] for e in daemon.status()["endpoints"]}

    def expect(self, daemon, names):
        until(lambda: self.names(daemon) == names, f"the endpoints {names}")

    def test_a_changed_import_is_read_by_itself_and_a_broken_one_is_not(self):
        self.estate.write("qm1.mqsc", channels("A"))
        daemon = self.estate.daemon(HEAD.format(imported="qm1.mqsc"))
        daemon.wait_ready()
        self.assertEqual(self.names(daemon), {"A"})

        self.estate.write("qm1.mqsc", channels("A", "B"))
        self.expect(daemon, {"A", "B"})
        self.assertIn("qm1.mqsc has changed: the configuration is read again", daemon.log())
        self.assertRegex(daemon.metrics(), r'mqtls_probes_total\{[^}]*channel="A"[^}]*\} 1\n')

        self.estate.write("qm1.mqsc", "DEFINE CHANNEL(")
        until(lambda: "mqtls_config_last_reload_successful 0\n" in daemon.metrics(), "the refusal")
        self.assertEqual(self.names(daemon), {"A", "B"})
        self.assertIn("the old configuration stays at work", daemon.log())

        # As editors and configuration management write: beside it, then over it.
        self.estate.write(".qm1.mqsc.new", channels("A", "C"))
        os.rename(self.estate.path(".qm1.mqsc.new"), self.estate.path("qm1.mqsc"))
        self.expect(daemon, {"A", "C"})
        self.assertIn("mqtls_config_last_reload_successful 1\n", daemon.metrics())
        self.assertRegex(daemon.metrics(), r'mqtls_probes_total\{[^}]*channel="A"[^}]*\} 1\n')

    def test_a_mounted_configuration_that_is_swapped_is_followed(self):
        """Kubernetes keeps the files of a ConfigMap behind ..data, and renames another link over it."""
        for version, names in (("1", ["A"]), ("2", ["A", "B"]), ("3", ["B"])):
            os.mkdir(self.estate.path(version))
            self.estate.write(f"{version}/qm1.mqsc", channels(*names))
        os.symlink("1", self.estate.path("..data"))
        os.symlink("..data/qm1.mqsc", self.estate.path("qm1.mqsc"))
        daemon = self.estate.daemon(HEAD.format(imported="qm1.mqsc"))
        daemon.wait_ready()
        self.assertEqual(self.names(daemon), {"A"})

        for version, names in (("2", {"A", "B"}), ("3", {"B"})):
            os.symlink(version, self.estate.path("..data_tmp"))
            os.rename(self.estate.path("..data_tmp"), self.estate.path("..data"))
            self.expect(daemon, names)


if __name__ == "__main__":
    harness.main()
