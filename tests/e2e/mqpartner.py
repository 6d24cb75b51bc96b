# SPDX-License-Identifier: MIT
"""Both ends of an initial data exchange: the queue manager of tests/support as a running program, and
mqinit, whose bytes are carried over a socket of any kind."""

import os
import re
import subprocess

from harness import BUILD, PATIENCE, until

QMGR = os.path.join(BUILD, "tests", "support", "qmgr")
MQINIT_DUMP = os.path.join(BUILD, "tests", "support", "mqinit_dump")


class Qmgr:
    """A running queue manager; its script and log are files NAME.* of the estate."""

    def __init__(self, estate, name, script, *options):
        self.estate = estate
        self.name = name
        path = estate.write(name + ".script", script)
        self.process = estate.spawn([QMGR, "--script", path, *options], name)
        self.port = int(until(self.listening, name + " to listen").group(1))

    def listening(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended: {self.log()}")
        return re.search(r"^LISTENING 127\.0\.0\.1:(\d+)$", self.log(), re.M)

    def log(self):
        return self.estate.log_of(self.name)

    def connections(self):
        """What it printed of each connection, by number."""
        lines = re.findall(r"^connection=(\d+) (.*)$", self.log(), re.M)
        return {int(number): dict(re.findall(r'(\w+)=("[^"]*"|\S*)', rest))
                for number, rest in lines}

    def connection(self, number):
        return until(lambda: self.connections().get(number), f"{self.name} to end a connection")

    def wait(self):
        self.process.wait(PATIENCE)


def converse(connection, channel, random):
    """Brings the socket to mqinit, and returns the facts it tells."""
    facts = {}
    with subprocess.Popen([MQINIT_DUMP, channel, random], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as dump:
        for line in dump.stdout:
            if line.startswith("> "):
                connection.sendall(bytes.fromhex(line[2:]))
            elif line == "?\n":
                answer = connection.recv(65536)
                if answer:
                    dump.stdin.write(answer.hex() + "\n")
                    dump.stdin.flush()
                else:
                    dump.stdin.close()
            else:
                facts = dict(word.split("=", 1) for word in line.rstrip("\n").split("\t"))
    return facts
