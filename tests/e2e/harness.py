# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: certificates made for the run, real TLS stacks on free ports of
loopback, scripted listeners, and the daemon itself.

Nothing here waits a fixed time: things are waited for by reading what a program prints, by a
connection that succeeds, or by a value that appears on the daemon's own pages."""

import contextlib
import http.client
import importlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BUILD = os.environ.get("MQTLSD_BUILD", os.getcwd())
MQTLSD = os.path.join(BUILD, "mqtlsd")
MKPKI = os.path.join(BUILD, "tests", "support", "mkpki")
PATIENCE = 90  # seconds until a thing that should happen is said not to happen


def until(question, what):
    """Asks until the answer is true, and returns it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(0.02)  # between two looks; nothing depends on its length
    raise AssertionError(f"waited {PATIENCE} s in vain for {what}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def needs(*programs):
    """Skips a test, visibly, where a program is missing."""
    missing = [p for p in programs if not shutil.which(p)]
    return unittest.skipIf(missing, "not installed: " + ", ".join(missing))


def module(name, package):
    """Imports what a test cannot do without; where it is missing, the whole file is skipped, visibly."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"not installed: {package}; skipped", flush=True)
        sys.exit(77)


class Estate:
    """A directory with certificates and everything that was started in it."""

    def __init__(self, recipe):
        self.directory = tempfile.mkdtemp(prefix="mqtlsd-e2e.")
        self.stack = contextlib.ExitStack()
        self.stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
        recipe_path = self.path("pki.recipe")
        with open(recipe_path, "w", encoding="utf-8") as f:
            f.write(recipe)
        subprocess.run([MKPKI, self.directory, recipe_path], check=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def close(self):
        self.stack.close()

    def spawn(self, argv, name, **options):
        """Starts a program whose output goes to NAME.log; it is ended with the estate."""
        log = open(self.path(name + ".log"), "wb")
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=subprocess.STDOUT, cwd=self.directory, **options)
        log.close()
        self.stack.callback(end_process, process)
        return process

    def log_of(self, name):
        """Its whole lines: a line across a page of the file can be seen while half of it is there."""
        with open(self.path(name + ".log"), encoding="utf-8", errors="replace") as f:
            text = f.read()
        return text[:text.rfind("\n") + 1]

    def wait_listening(self, port, process, name):
        def connects():
            if process.poll() is not None:
                raise AssertionError(f"{name} ended: {self.log_of(name)}")
            with socket.socket() as s:
                s.settimeout(1)
                return s.connect_ex(("127.0.0.1", port)) == 0
        until(connects, f"{name} to listen")

    # ---- real stacks; each returns its port ----

    def openssl(self, name, certificate, *options, chain=None):
        """`chain` names the certificates to send behind the leaf."""
        argv = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-www",
                "-cert", self.path(certificate + ".crt"), "-key", self.path(certificate + ".key")]
        if chain:
            argv += ["-cert_chain", self.path(chain + ".crt")]
        process = self.spawn(argv + list(options), name)

        def port():
            if process.poll() is not None:
                raise AssertionError(f"{name} ended: {self.log_of(name)}")
            return re.search(r"^ACCEPT .*:(\d+)$", self.log_of(name), re.M)
        return int(until(port, f"{name} to listen").group(1))

    def gnutls(self, name, certificate, *options, priority="NORMAL"):
        port = free_port()
        argv = ["gnutls-serv", "--echo", "-p", str(port), "--priority", priority,
                "--x509certfile", self.path(certificate + ".chain.crt"),
                "--x509keyfile", self.path(certificate + ".key")]
        process = self.spawn(argv + list(options), name)
        self.wait_listening(port, process, name)
        return port

    def stunnel(self, name, certificate, backend_port, *lines):
        port = free_port()
        config = "\n".join([
            "foreground = yes", "pid =", "debug = 4", "syslog = no", f"[{name}]",
            f"accept = 127.0.0.1:{port}", f"connect = 127.0.0.1:{backend_port}",
            f"cert = {self.path(certificate + '.chain.crt')}",
            f"key = {self.path(certificate + '.key')}", *lines, ""])
        process = self.spawn(["stunnel4", self.write(name + ".stunnel.conf", config)], name)
        self.wait_listening(port, process, name)
        return port

    def haproxy(self, name, certificate, backend_port, bind_options, address="127.0.0.1"):
        port = free_port()
        with open(self.path(certificate + ".chain.crt"), encoding="ascii") as chain, \
                open(self.path(certificate + ".key"), encoding="ascii") as key:
            pem = self.write(name + ".pem", chain.read() + key.read(), 0o600)
        config = "\n".join([
            "defaults", "  mode tcp", "  timeout connect 5s", "  timeout client 30s",
            "  timeout server 30s", f"listen {name}",
            f"  bind {address}:{port} ssl crt {pem} {bind_options}",
            f"  server backend 127.0.0.1:{backend_port}", ""])
        process = self.spawn(["haproxy", "-db", "-f", self.write(name + ".haproxy.cfg", config)],
                             name)
        self.wait_listening(port, process, name)
        return port

    def nginx(self, name, certificate, *directives):
        port = free_port()
        lines = "\n".join("    " + d + ";" for d in directives)
        config = f"""daemon off;
pid {self.path(name + '.pid')};
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {self.path(name + '.body')};
  proxy_temp_path {self.path(name + '.proxy')};
  fastcgi_temp_path {self.path(name + '.fastcgi')};
  uwsgi_temp_path {self.path(name + '.uwsgi')};
  scgi_temp_path {self.path(name + '.scgi')};
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {self.path(certificate + '.chain.crt')};
    ssl_certificate_key {self.path(certificate + '.key')};
{lines}
  }}
}}
"""
        path = self.write(name + ".nginx.conf", config)
        process = self.spawn(["nginx", "-c", path, "-p", self.directory], name)
        self.wait_listening(port, process, name)
        return port

    # ---- scripted listeners ----

    def scripted(self, behave):
        """A listener whose `behave(connection)` runs in a thread for each connection."""
        server = socket.create_server(("127.0.0.1", 0))
        stopped = threading.Event()
        held = []

        def serve():
            while not stopped.is_set():
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                held.append(connection)
                threading.Thread(target=run, args=(connection,), daemon=True).start()

        def run(connection):
            with contextlib.suppress(OSError):
                behave(connection)

        def stop():
            stopped.set()
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
            for connection in held:
                connection.close()

        threading.Thread(target=serve, daemon=True).start()
        self.stack.callback(stop)
        return server.getsockname()[1]

    def held_backend(self):
        """A plain TCP service that accepts and says nothing: what stands behind a proxy."""
        return self.scripted(lambda connection: connection.recv(1))

    # ---- the daemon ----

    def daemon(self, config, name="mqtlsd", environment=None, wrap=()):
        """`wrap` is what the command line begins with, such as nsenter and its options."""
        return Daemon(self, config, name, environment, wrap)


def end_process(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Daemon:
    """A running mqtlsd; `config` is the text of its configuration, listening on port 0."""

    def __init__(self, estate, config, name, environment, wrap):
        self.estate = estate
        self.name = name
        self.config_path = estate.write(name + ".conf", config)
        # Nothing of the machine's own: each daemon keeps its state where its configuration is.
        self.state_directory = estate.path(name + ".state")
        self.process = estate.spawn([*wrap, MQTLSD, "-c", self.config_path], name,
                                    env={**os.environ, "STATE_DIRECTORY": self.state_directory,
                                         **(environment or {})})

        def port():
            if self.process.poll() is not None:
                raise AssertionError("mqtlsd ended: " + estate.log_of(name))
            return re.search(r"[Ll]istening on (?:https?://)?127\.0\.0\.1:(\d+)", estate.log_of(name))
        self.port = int(until(port, "mqtlsd to listen").group(1))

    def request(self, method, path, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def get(self, path, headers=None):
        status, _, body = self.request("GET", path, headers)
        assert status == 200, f"GET {path}: {status} {body[:200]}"
        return body

    def metrics(self, headers=None):
        return self.get("/metrics", headers).decode()

    def status(self):
        return json.loads(self.get("/api/v1/status"))

    def wait_ready(self):
        until(lambda: self.request("GET", "/-/ready")[0] == 200, "mqtlsd to be ready")

    def log(self):
        return self.estate.log_of(self.name)

    def reconfigure(self, config):
        with open(self.config_path, "w", encoding="utf-8") as f:
            f.write(config)

    def hangup(self):
        self.process.send_signal(signal.SIGHUP)

    def resources(self):
        """Resident kB and open descriptors, as the daemon tells them."""
        page = self.metrics()
        resident, descriptors = (
            float(re.search(rf"^{name} (\S+)$", page, re.M).group(1))
            for name in ("process_resident_memory_bytes", "process_open_fds"))
        return int(resident / 1024), int(descriptors)


def once(config_path, *options):
    """Runs --once; returns (exit status, standard output, standard error)."""
    result = subprocess.run([MQTLSD, "--once", "-c", config_path, *options],
                            capture_output=True, timeout=120, check=False)
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def quoted(text):
    """A libconfig string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main():
    """unittest, closed by the line that counts."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    bad = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    good = max(0, result.testsRun - bad - len(result.skipped))
    line = f"{good} passed, {bad} failed"
    if result.skipped:
        line += f", {len(result.skipped)} skipped"
    print(line, flush=True)
    sys.exit(0 if bad == 0 else 1)
