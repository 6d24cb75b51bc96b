#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What make install does with a configuration that is there, and the unit file by systemd's own judgement."""

import os
import re
import shlex
import subprocess
import tempfile
import unittest

import harness
from harness import needs

ROOT = os.environ.get("MQTLSD_SOURCE") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "etc", "mqtlsd.conf")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


class InTemporary(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="mqtlsd-e2e.")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name


class Configuration(InTemporary):
    def make(self, target):
        # The directories of the build are set aside, so that the place is known; nor does the make that
        # runs this test have a say.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        subprocess.run(["make", "-C", harness.BUILD, target, "mqtlsdconfdir=/etc/mqtlsd",
                        "DESTDIR=" + self.directory], check=True, env=environment,
                       stdout=subprocess.DEVNULL)

    def setUp(self):
        super().setUp()
        self.installed = os.path.join(self.directory, "etc", "mqtlsd", "mqtlsd.conf")

    def test_the_sample_comes_where_nothing_is_and_goes_again(self):
        self.make("install-data-local")
        self.assertEqual(read(self.installed), read(SAMPLE))
        self.make("uninstall-local")
        self.assertFalse(os.path.exists(self.installed))

    def test_a_configuration_survives_an_upgrade_and_a_removal(self):
        os.makedirs(os.path.dirname(self.installed))
        with open(self.installed, "w", encoding="utf-8") as f:
            f.write("# of somebody who did not ask for the sample\n")
        before = read(self.installed)
        self.make("install-data-local")
        self.assertEqual(read(self.installed), before)
        self.make("uninstall-local")
        self.assertEqual(read(self.installed), before)


class Unit(InTemporary):
    def setUp(self):
        super().setUp()
        self.config = os.path.join(self.directory, "mqtlsd", "mqtlsd.conf")
        os.makedirs(os.path.dirname(self.config))
        text = read(os.path.join(ROOT, "systemd", "mqtlsd.service.in"))
        self.text = text.replace("@sbindir@", harness.BUILD).replace("@sysconfdir@", self.directory)
        self.path = os.path.join(self.directory, "mqtlsd.service")
        with open(self.path, "w", encoding="utf-8") as f:
            f.write(self.text)

    @needs("systemd-analyze")
    def test_systemd_understands_every_line(self):
        for unit in self.path, os.path.join(ROOT, "systemd", "mqtlsd.socket"):
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", self.path, unit],
                                  capture_output=True, text=True)
            # Units of the machine that these ask for may have faults of their own.
            self.assertEqual([line for line in (done.stdout + done.stderr).splitlines()
                              if "mqtlsd" in line], [])

    def reload_check(self):
        """What systemctl reload runs behind the signal, with the configuration of this test."""
        commands = re.findall(r"^ExecReload=(.*)$", self.text, re.MULTILINE)
        self.assertEqual(commands[0], "/bin/kill -HUP $MAINPID")
        return subprocess.run(shlex.split(commands[1]), capture_output=True, text=True)

    def test_a_reload_tells_that_the_configuration_is_refused(self):
        with open(self.config, "w", encoding="utf-8") as f:
            f.write('defaults = { intervall = "15m"; };\n')
        done = self.reload_check()
        self.assertEqual(done.returncode, 1)
        self.assertIn("intervall", done.stdout + done.stderr)

    def test_a_reload_succeeds_with_the_sample(self):
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(read(SAMPLE))
        done = self.reload_check()
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    harness.main()
