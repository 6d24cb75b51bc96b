#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What outlives the daemon: each change once in ledger, JSON, metrics and log, over kill -9 at every
write; disks that are full, read-only, damaged or of a later version; --accept and --expect beside it."""

import contextlib
import glob
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import unittest

import harness
from harness import MQTLSD, Estate, needs, once, until

RECIPE = """
name=root ca=yes cn="E2E Root" days-before=1000 days-after=3000
name=good issuer=root cn=QM1 o=Example days-before=10 days-after=200 eku=server
name=renewed issuer=root cn=QM1 o=Example days-before=1 days-after=365 eku=server
name=other issuer=root cn=QM2 o=Example days-before=10 days-after=100 eku=server
"""
DRIFT_OF_THE_NAME = ["drift:key", "drift:leaf", "drift:subject"]


class Listener:
    """A TLS listener whose certificate and cipher change while it listens."""

    def __init__(self, estate, certificate, address="127.0.0.1", cipher=None):
        self.estate = estate
        self.serve(certificate, cipher)
        self.server = socket.create_server((address, 0))
        self.port = self.server.getsockname()[1]
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()
        estate.stack.callback(self.close)

    def serve(self, certificate, cipher=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.estate.path(certificate + ".crt"),
                                self.estate.path(certificate + ".key"))
        if cipher:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(cipher)
        self.context = context

    def accept(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self.talk, args=(connection, self.context),
                             daemon=True).start()

    @staticmethod
    def talk(connection, context):
        with contextlib.suppress(OSError):
            with context.wrap_socket(connection, server_side=True) as tls:
                while tls.recv(4096):
                    pass

    def close(self):
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        for connection in self.connections:
            connection.close()


class Case(unittest.TestCase):
    def setUp(self):
        self.estate = Estate(RECIPE)
        self.addCleanup(self.estate.close)

    def config(self, *endpoints):
        return f"""
http = {{ listen = ( "127.0.0.1:0" ); lifecycle = true; }};
defaults = {{ trust = "{self.estate.path('root.crt')}"; sslciph = "ANY_TLS12_OR_HIGHER";
             interval = "1h"; retry_interval = "1h"; timeout = "5s"; }};
probing = {{ spacing = "0s"; }};
endpoints = ( {", ".join(endpoints)} );
"""

    @staticmethod
    def endpoint(name, *listeners, more=""):
        connames = ",".join(f"{l.server.getsockname()[0]}({l.port})" for l in listeners)
        return (f'{{ name = "{name}"; qmgr = "QM1"; channel = "A.SVRCONN"; '
                f'conname = "{connames}"; {more} }}')

    # ---- the daemon's answers ----

    @staticmethod
    def value(page, family, **labels):
        """The sum over all series with these labels; None without any."""
        found = []
        for line in page.splitlines():
            m = re.fullmatch(re.escape(family) + r"(?:\{(.*)\})? (\S+)", line)
            if m and all(f'{k}="{v}"' in (m.group(1) or "") for k, v in labels.items()):
                found.append(float(m.group(2)))
        return sum(found) if found else None

    def probe(self, daemon, name="one"):
        def count():
            return self.value(daemon.metrics(), "mqtls_probes_total", endpoint=name) or 0
        before = count()
        self.assertEqual(daemon.request("POST", f"/api/v1/endpoints/{name}/probe")[0], 202)
        until(lambda: count() > before, f"a probe of {name}")

    @staticmethod
    def entries(daemon, name="one"):
        """event:kind of each entry of the ledger, sorted."""
        changes = json.loads(daemon.get("/api/v1/changes"))["changes"]
        return sorted(f'{c["event"]}:{c["kind"]}' for c in changes if c["endpoint"] == name)

    # ---- the file ----

    @staticmethod
    def database(daemon_or_directory):
        directory = getattr(daemon_or_directory, "state_directory", daemon_or_directory)
        return os.path.join(directory, "mqtlsd.db")

    def ask_file(self, where, question, *values):
        """Rows out of the file; None while there is none that can be read."""
        path, mode = self.database(where), "ro"
        try:
            if path.startswith("/proc/"):
                # SQLite would follow the link out of the other mount namespace; a copy will do.
                path, mode = self.estate.path("look.db"), "rw"
                for suffix in ("", "-wal"):
                    shutil.copy(self.database(where) + suffix, path + suffix)
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode={mode}", uri=True)) as db:
                return db.execute(question, values).fetchall()
        except (sqlite3.Error, OSError):
            return None

    def stored(self, where, name="one"):
        """The same out of the file."""
        rows = self.ask_file(
            where, "SELECT event || ':' || kind FROM change WHERE endpoint = ?", name)
        return None if rows is None else sorted(r[0] for r in rows)

    def wait_stored(self, where, entries, name="one"):
        until(lambda: self.stored(where, name) == entries, f"{entries} in the file")

    def wait_baseline(self, where, name="one"):
        until(lambda: self.ask_file(where, "SELECT 1 FROM baseline WHERE endpoint = ?", name),
              "a baseline in the file")

    def stop(self, daemon):
        daemon.process.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.process.wait(harness.PATIENCE), 0, daemon.log())

    @staticmethod
    def kill(daemon):
        daemon.process.kill()
        daemon.process.wait()


class EachChangeOnce(Case):
    """Rotation, cipher, DN, addresses and mixed."""

    AES256, AES128 = "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"
    EXPECTED = {
        "rotation": ["rotation:leaf"],
        "cipher": ["drift:cipher"],
        "name": DRIFT_OF_THE_NAME,
        "addresses": ["mismatch:addresses", "rotation:leaf"],
        "mixed": ["mixed:leaf", "rotation:leaf"],
    }
    OPEN = {"rotation": set(), "cipher": {"cipher"}, "name": {"key", "leaf", "subject"},
            "addresses": {"addresses"}, "mixed": set()}

    def check(self, daemon, n_changes):
        page = daemon.metrics()
        for name, entries in self.EXPECTED.items():
            with self.subTest(name):
                self.assertEqual(self.entries(daemon, name), entries)
                self.assertEqual(self.value(page, "mqtls_changes_total", endpoint=name),
                                 len(entries))
                drift = {kind for kind in ("cipher", "key", "leaf", "subject", "addresses")
                         if self.value(page, "mqtls_drift", endpoint=name, kind=kind)}
                self.assertEqual(drift - {"addresses"}, self.OPEN[name] - {"addresses"})
                details = json.loads(daemon.get("/api/v1/endpoints/" + name))
                self.assertEqual(len(details["changes"]), len(entries))
                logged = re.findall(rf"^mqtlsd: (?:warning: )?{name}: \w+ "
                                    r"(?:drift|rotation|mixed|mismatch)\b", daemon.log(), re.M)
                self.assertEqual(len(logged), len(entries) if n_changes else 0, daemon.log())
        self.assertEqual(self.value(page, "mqtls_mixed", endpoint="mixed", kind="leaf"), 1)
        self.assertEqual(self.value(page, "mqtls_state_saved"), 1)

    def test_in_ledger_json_metrics_and_log_over_restarts(self):
        e = self.estate
        rotation, name, mixed, first = (Listener(e, "good") for _ in range(4))
        second = Listener(e, "good", address="127.0.0.2")
        cipher = Listener(e, "good", cipher=self.AES256)
        config = self.config(
            self.endpoint("rotation", rotation), self.endpoint("cipher", cipher),
            self.endpoint("name", name), self.endpoint("mixed", mixed),
            self.endpoint("addresses", first, second, more="all_addresses = true;"))
        daemon = e.daemon(config)
        daemon.wait_ready()
        self.assertEqual(json.loads(daemon.get("/api/v1/changes"))["changes"], [])

        rotation.serve("renewed")
        cipher.serve("good", self.AES128)
        name.serve("other")
        second.serve("renewed")
        mixed.serve("renewed")
        for endpoint in self.EXPECTED:
            self.probe(daemon, endpoint)
        mixed.serve("good")
        for endpoint in self.EXPECTED:
            self.probe(daemon, endpoint)  # and those that stay as they are bring nothing new
        self.check(daemon, True)

        for endpoint, entries in self.EXPECTED.items():
            self.wait_stored(daemon, entries, endpoint)
        changes = json.loads(daemon.get("/api/v1/changes"))["changes"]
        self.kill(daemon)
        for end in (self.kill, self.stop):
            daemon = e.daemon(config)
            self.assertEqual(json.loads(daemon.get("/api/v1/changes"))["changes"], changes,
                             "the same entries in the same order, with the same ids")
            page = daemon.metrics()  # the first scrape
            for endpoint, entries in self.EXPECTED.items():
                self.assertEqual(self.value(page, "mqtls_changes_total", endpoint=endpoint),
                                 len(entries))
                self.assertIsNotNone(self.value(
                    page, "mqtls_chain_not_after_timestamp_seconds", endpoint=endpoint,
                    chain="effective"))
            daemon.wait_ready()
            self.check(daemon, False)
            end(daemon)

    def test_the_last_known_facts_and_their_age_are_on_the_first_page(self):
        listener = Listener(self.estate, "good")
        config = self.config(self.endpoint("one", listener))
        daemon = self.estate.daemon(config)
        daemon.wait_ready()
        self.probe(daemon)
        before = daemon.metrics()
        self.stop(daemon)
        listener.close()

        daemon = self.estate.daemon(config)
        page = daemon.metrics()
        for family in ("mqtls_chain_not_after_timestamp_seconds",
                       "mqtls_probe_last_run_timestamp_seconds",
                       "mqtls_probe_last_success_timestamp_seconds"):
            with self.subTest(family):
                self.assertIsNotNone(self.value(before, family, endpoint="one"))
                self.assertEqual(self.value(page, family, endpoint="one"),
                                 self.value(before, family, endpoint="one"))
        self.assertGreater(self.value(page, "process_start_time_seconds") + 1,
                           self.value(page, "mqtls_probe_last_run_timestamp_seconds"))

    def test_an_endpoint_that_comes_back_still_has_its_baseline(self):
        listener, other = Listener(self.estate, "good"), Listener(self.estate, "good")
        both = self.config(self.endpoint("one", listener), self.endpoint("two", other))
        daemon = self.estate.daemon(both)
        daemon.wait_ready()
        self.wait_baseline(daemon)

        daemon.reconfigure(self.config(self.endpoint("two", other)))
        self.assertEqual(daemon.request("POST", "/-/reload")[0], 200)
        listener.serve("other")
        daemon.reconfigure(both)
        self.assertEqual(daemon.request("POST", "/-/reload")[0], 200)
        until(lambda: self.entries(daemon) == DRIFT_OF_THE_NAME, "the drift since it was missing")
        self.wait_stored(daemon, DRIFT_OF_THE_NAME)


@needs("strace")
class KilledAtEveryWrite(Case):
    """kill -9 at the first write of the state file, at the second, ...: the file is whole, and the
    change stands in it once when the next daemon has looked."""

    def run_until_killed(self, n, config, directory):
        """Kills it at the n-th write. False: it ended by itself, there are not so many."""
        path = self.estate.write("killed.conf", config)
        process = self.estate.spawn(
            ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64",
             "-e", f"inject=pwrite64:signal=SIGKILL:when={n}", MQTLSD, "-c", path], "killed",
            env={**os.environ, "STATE_DIRECTORY": directory,
                 "ASAN_OPTIONS": "detect_leaks=0"})  # which needs the tracer's place
        until(lambda: process.poll() is not None
              or self.stored(directory) == DRIFT_OF_THE_NAME, "its end, or the change in the file")
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        status = process.wait(harness.PATIENCE)
        self.assertIn(status, (0, -signal.SIGKILL), self.estate.log_of("killed"))
        return status != 0

    def test_the_change_stands_once(self):
        listener = Listener(self.estate, "good")
        config = self.config(self.endpoint("one", listener))
        first = self.estate.daemon(config, "first")
        first.wait_ready()
        self.wait_baseline(first)
        self.stop(first)
        listener.serve("other")

        n = 1
        while True:
            directory = self.estate.path("copy.state")
            shutil.rmtree(directory, ignore_errors=True)
            shutil.copytree(first.state_directory, directory)
            was_killed = self.run_until_killed(n, config, directory)
            daemon = self.estate.daemon(config, "after",
                                        environment={"STATE_DIRECTORY": directory})
            daemon.wait_ready()
            self.wait_stored(directory, DRIFT_OF_THE_NAME)
            self.assertEqual(self.entries(daemon), DRIFT_OF_THE_NAME, f"write {n}")
            self.assertEqual(self.value(daemon.metrics(), "mqtls_changes_total"), 3, f"write {n}")
            self.assertEqual(self.value(daemon.metrics(), "mqtls_state_damaged_total"), 0)
            self.kill(daemon)
            if not was_killed:
                break
            n += 1
        self.assertGreater(n, 10, "it was killed at that many writes")


class Mounted:
    """A small file system of its own, in a mount namespace; skips where there may be none."""

    def __init__(self, case, options):
        self.directory = case.estate.path("disk")
        os.mkdir(self.directory)
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        script = f"mount -t tmpfs -o {options} tmpfs {self.directory} && echo mounted && exec cat"
        self.keeper = subprocess.Popen(["unshare", *user, "--mount", "sh", "-c", script],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL)
        case.estate.stack.callback(self.close)
        if self.keeper.stdout.readline() != b"mounted\n":
            case.skipTest("no file system can be mounted here (neither root nor user namespaces)")
        enter = ["--user", "--preserve-credentials"] if user else []
        self.wrap = ["nsenter", "-t", str(self.keeper.pid), *enter, "--mount"]
        # The same directory, as it is seen from outside.
        self.outside = f"/proc/{self.keeper.pid}/root{self.directory}"

    def close(self):
        self.keeper.stdin.close()
        self.keeper.wait()
        self.keeper.stdout.close()

    def run(self, *argv):
        subprocess.run([*self.wrap, *argv], check=True)

    def fill(self):
        with contextlib.suppress(OSError), open(self.outside + "/filler", "wb", 0) as f:
            while f.write(bytes(4096)) == 4096:
                pass

    def empty(self):
        os.unlink(self.outside + "/filler")


class Disk(Case):
    def expect_problem(self, daemon, problem):
        until(lambda: self.value(daemon.metrics(), "mqtls_state_problem_info", problem=problem),
              f"the problem {problem}")
        page = daemon.metrics()
        self.assertEqual(self.value(page, "mqtls_state_saved"), 0)
        self.assertEqual(daemon.log().count("what changes is not being saved"), 1, daemon.log())

    def expect_recovery(self, daemon):
        until(lambda: self.value(daemon.metrics(), "mqtls_state_saved") == 1, "the recovery")
        page = daemon.metrics()
        self.assertIsNone(self.value(page, "mqtls_state_problem_info"))
        self.assertEqual(self.value(page, "mqtls_state_waiting_endpoints"), 0)
        self.assertEqual(daemon.log().count("what changes is being saved again"), 1, daemon.log())

    def start(self, listener, **options):
        daemon = self.estate.daemon(self.config(self.endpoint("one", listener)), **options)
        daemon.wait_ready()
        return daemon

    @needs("unshare", "nsenter")
    def test_a_full_disk(self):
        disk = Mounted(self, "size=512k")
        listener = Listener(self.estate, "good")
        directory = disk.outside + "/state"
        options = {"wrap": disk.wrap, "environment": {"STATE_DIRECTORY": disk.directory + "/state"}}
        daemon = self.start(listener, **options)
        self.wait_baseline(directory)

        disk.fill()
        listener.serve("other")
        self.probe(daemon)
        self.expect_problem(daemon, "full")
        page = daemon.metrics()
        self.assertEqual(self.value(page, "mqtls_state_waiting_endpoints"), 1)
        self.assertEqual(self.value(page, "mqtls_drift", kind="subject"), 1)
        self.assertEqual(self.entries(daemon), DRIFT_OF_THE_NAME)
        self.probe(daemon)  # goes on
        self.assertIn("make room on the disk", daemon.log())

        disk.empty()
        listener.serve("good")
        self.probe(daemon)
        self.expect_recovery(daemon)
        all_entries = sorted(DRIFT_OF_THE_NAME + ["returned:key", "returned:leaf",
                                                  "returned:subject"])
        self.wait_stored(directory, all_entries)
        self.kill(daemon)

        disk.fill()  # what was saved is there after a start on a full disk, too
        daemon = self.start(listener, **options)
        self.assertEqual(self.entries(daemon), all_entries)

    @needs("unshare", "nsenter")
    def test_a_read_only_directory(self):
        if os.geteuid() == 0:  # to whom modes mean nothing
            disk = Mounted(self, "size=1m")
            self.check_read_only(
                disk.outside + "/state",
                lambda: disk.run("mount", "-o", "remount,ro", disk.directory),
                lambda: disk.run("mount", "-o", "remount,rw", disk.directory),
                wrap=disk.wrap, environment={"STATE_DIRECTORY": disk.directory + "/state"})
            return

        directory = self.estate.path("mqtlsd.state")

        def set_modes(of_directory, of_file):
            os.chmod(self.database(directory), of_file)
            os.chmod(directory, of_directory)
        self.check_read_only(directory, lambda: set_modes(0o500, 0o400),
                             lambda: set_modes(0o700, 0o600))

    def check_read_only(self, directory, lock, unlock, **options):
        listener = Listener(self.estate, "good")
        daemon = self.start(listener, **options)
        self.wait_baseline(directory)
        listener.serve("other")
        self.probe(daemon)
        self.stop(daemon)

        lock()
        listener.serve("good")
        daemon = self.estate.daemon(self.config(self.endpoint("one", listener)), **options)
        self.assertEqual(self.value(daemon.metrics(), "mqtls_changes_total"), 3, "it can be read")
        daemon.wait_ready()
        self.expect_problem(daemon, "read_only")
        self.assertEqual(len(self.entries(daemon)), 6)
        self.assertEqual(self.value(daemon.metrics(), "mqtls_state_waiting_endpoints"), 1)

        unlock()
        listener.serve("other")
        self.probe(daemon)
        self.expect_recovery(daemon)
        entries = self.entries(daemon)
        self.assertGreater(len(entries), 6)
        self.wait_stored(directory, entries)
        self.kill(daemon)
        daemon = self.start(listener, **options)
        self.assertEqual(self.entries(daemon), entries)

    def test_a_directory_that_cannot_be_made(self):
        listener = Listener(self.estate, "good")
        daemon = self.start(listener, environment={
            "STATE_DIRECTORY": self.estate.path("missing/state")})
        self.expect_problem(daemon, "unavailable")
        self.assertIn("missing/state cannot be created", daemon.log())
        listener.serve("other")
        self.probe(daemon)
        self.assertEqual(self.entries(daemon), DRIFT_OF_THE_NAME)

        os.mkdir(self.estate.path("missing"))
        listener.serve("good")
        self.probe(daemon)
        self.expect_recovery(daemon)
        until(lambda: len(self.stored(self.estate.path("missing/state")) or []) == 6, "the file")

    def test_a_damaged_database(self):
        listener = Listener(self.estate, "good")
        daemon = self.start(listener)
        self.wait_baseline(daemon)
        listener.serve("other")
        self.probe(daemon)
        self.stop(daemon)
        path = self.database(daemon)
        size = os.path.getsize(path)
        with open(path, "r+b") as f:
            for at in range(4096, size, 4096):
                f.seek(at)
                f.write(b"\xa5" * 64)
        with open(path, "rb") as f:
            damaged = f.read()

        daemon = self.start(listener)
        self.assertEqual(self.value(daemon.metrics(), "mqtls_state_damaged_total"), 1)
        self.assertEqual(self.value(daemon.metrics(), "mqtls_state_saved"), 1)
        aside = glob.glob(path + ".damaged-*Z")
        self.assertEqual(len(aside), 1)
        with open(aside[0], "rb") as f:
            self.assertEqual(f.read(), damaged, "it is kept as it was")
        self.assertIn(aside[0], daemon.log())
        self.assertEqual(daemon.log().count("is damaged"), 1)
        self.wait_baseline(daemon)

        listener.serve("good")  # what was there when it began anew is the baseline now
        self.probe(daemon)
        self.assertEqual(self.entries(daemon), DRIFT_OF_THE_NAME)

    def test_a_file_that_was_deleted_is_written_again(self):
        listener = Listener(self.estate, "good")
        daemon = self.start(listener)
        self.wait_baseline(daemon)
        listener.serve("other")
        self.probe(daemon)
        self.wait_stored(daemon, DRIFT_OF_THE_NAME)
        for path in glob.glob(self.database(daemon) + "*"):
            os.unlink(path)
        self.wait_stored(daemon, DRIFT_OF_THE_NAME)
        self.kill(daemon)
        daemon = self.start(listener)
        self.assertEqual(self.entries(daemon), DRIFT_OF_THE_NAME)
        self.assertEqual(self.value(daemon.metrics(), "mqtls_drift", kind="subject"), 1)

    def test_a_database_of_a_later_version_is_left_alone(self):
        listener = Listener(self.estate, "good")
        daemon = self.start(listener)
        self.wait_baseline(daemon)
        self.stop(daemon)
        path = self.database(daemon)

        def set_version(version):
            with contextlib.closing(sqlite3.connect(path)) as db:
                before = db.execute("PRAGMA user_version").fetchone()[0]
                db.execute(f"PRAGMA user_version = {version}")
                db.commit()
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return before
        version = set_version(99)
        with open(path, "rb") as f:
            before = f.read()

        listener.serve("other")
        daemon = self.start(listener)
        self.expect_problem(daemon, "newer")
        self.assertIn("later version", daemon.log())
        listener.serve("good")
        self.probe(daemon)
        self.assertEqual(len(self.entries(daemon)), 3, "in memory it goes on")
        self.stop(daemon)
        with open(path, "rb") as f:
            self.assertEqual(f.read(), before)

        set_version(version)
        listener.serve("other")
        daemon = self.start(listener)
        self.assertEqual(self.entries(daemon), DRIFT_OF_THE_NAME, "by the baseline that was saved")

    def test_a_second_daemon_saves_nothing_until_the_first_has_ended(self):
        listener = Listener(self.estate, "good")
        first = self.start(listener)
        self.wait_baseline(first)
        where = {"STATE_DIRECTORY": first.state_directory}
        listener.serve("other")
        second = self.start(listener, name="second", environment=where)
        self.expect_problem(second, "in_use")
        self.assertIn(f"another mqtlsd uses {first.state_directory}", second.log())
        self.assertEqual(self.entries(second), [], "what it sees first is its baseline")
        self.assertEqual(self.value(first.metrics(), "mqtls_state_saved"), 1)

        # Whoever drops in is not kept out.
        self.probe(first)
        self.wait_stored(first, DRIFT_OF_THE_NAME)
        for argv in (["--expect", "one", "0"], ["--check-config"]):
            subprocess.run([MQTLSD, *argv, "-c", first.config_path], check=True, timeout=60,
                           capture_output=True, env={**os.environ, **where})
        self.assertEqual(self.value(first.metrics(), "mqtls_state_saved"), 1)

        self.stop(first)
        listener.serve("good")
        self.probe(second)
        self.expect_recovery(second)
        listener.serve("other")
        self.probe(second)
        self.assertEqual(self.value(second.metrics(), "mqtls_drift", kind="subject"), 1)
        entries = self.entries(second)
        self.wait_stored(second.estate.path("mqtlsd.state"), entries)


class Operator(Case):
    """--accept and --expect beside the running daemon."""

    def run_beside(self, daemon, *argv):
        return subprocess.run([MQTLSD, *argv, "-c", daemon.config_path], capture_output=True,
                              timeout=60, check=False,
                              env={**os.environ, "STATE_DIRECTORY": daemon.state_directory})

    def test_accept(self):
        listener = Listener(self.estate, "good")
        daemon = self.estate.daemon(self.config(self.endpoint("one", listener)))
        daemon.wait_ready()
        listener.serve("other")
        self.probe(daemon)
        self.wait_stored(daemon, DRIFT_OF_THE_NAME)

        result = self.run_beside(daemon, "--accept", "one")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertIn(b"subject at ", result.stdout)
        self.assertIn(b"now CN=QM2,O=Example", result.stdout)
        until(lambda: self.value(daemon.metrics(), "mqtls_drift", kind="subject") == 0,
              "the daemon to follow")
        expected = sorted(DRIFT_OF_THE_NAME + ["accepted:key", "accepted:leaf", "accepted:subject"])
        self.assertEqual(self.entries(daemon), expected)
        self.assertEqual(self.value(daemon.metrics(), "mqtls_changes_total"), 6)
        self.assertEqual(daemon.log().count("subject accepted"), 1)

        self.probe(daemon)
        self.assertEqual(self.entries(daemon), expected, "nothing is noticed anew")
        listener.serve("good")
        self.probe(daemon)
        self.wait_stored(daemon, sorted(expected + DRIFT_OF_THE_NAME))
        self.stop(daemon)
        daemon = self.estate.daemon(self.config(self.endpoint("one", listener)))
        daemon.wait_ready()
        self.assertEqual(self.entries(daemon), sorted(expected + DRIFT_OF_THE_NAME))

        result = self.run_beside(daemon, "--accept", "one", "--kind", "cipher")
        self.assertEqual(result.returncode, 0)
        self.assertIn(b"nothing to accept", result.stdout)
        self.assertEqual(self.run_beside(daemon, "--accept", "two").returncode, 3)

    def test_expect(self):
        listener = Listener(self.estate, "good")
        daemon = self.estate.daemon(self.config(self.endpoint("one", listener)))
        daemon.wait_ready()
        self.wait_baseline(daemon)
        self.assertEqual(self.run_beside(daemon, "--expect", "one", "4h").returncode, 0)
        until(lambda: json.loads(daemon.get("/api/v1/endpoints/one"))["expected_until"],
              "the daemon to know of it")
        listener.serve("other")
        self.probe(daemon)
        changes = json.loads(daemon.get("/api/v1/changes"))["changes"]
        self.assertEqual([(c["expected"], c["alarm"]) for c in changes], [(True, False)] * 3)
        self.assertEqual(self.value(daemon.metrics(), "mqtls_drift", kind="subject"), 0)
        self.assertIn("subject drift (expected)", daemon.log())

        self.wait_stored(daemon, DRIFT_OF_THE_NAME)
        self.assertEqual(self.run_beside(daemon, "--expect", "one", "0").returncode, 0)
        until(lambda: not json.loads(daemon.get("/api/v1/endpoints/one"))["expected_until"],
              "the daemon to know of that, too")
        listener.serve("good")
        self.probe(daemon)
        self.assertEqual(self.value(daemon.metrics(), "mqtls_drift", kind="subject"), 1)

    def test_once_needs_no_state(self):
        listener = Listener(self.estate, "good")
        path = self.estate.write("once.conf", self.config(self.endpoint("one", listener)).replace(
            "probing", f'state_directory = "{self.estate.path("none/state")}";\nprobing'))
        status, _, err = once(path)
        self.assertEqual((status, err), (0, ""))
        self.assertFalse(os.path.exists(self.estate.path("none")))


if __name__ == "__main__":
    harness.main()
