#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Wireshark's own MQ dissector as an independent judge: initial data exchanges between mqinit and the
queue manager of tests/support are recorded, wrapped into a capture, and every segment's fields as
tshark decodes them must be what both sides mean to say."""

import re
import socket
import struct
import subprocess
import unittest

import harness
from harness import PATIENCE, Estate, needs
from mqpartner import Qmgr, converse

RANDOM = "a0a1a2a3a4a5a6a7a8a9aaab"

CODES = {0x01: "NO_CHANNEL", 0x02: "CHANNEL_WRONG_TYPE", 0x03: "QM_UNAVAILABLE",
         0x04: "MSG_SEQUENCE_ERROR", 0x05: "QM_TERMINATING", 0x06: "CAN_NOT_STORE",
         0x07: "USER_CLOSED", 0x10: "PROTOCOL_GENERAL", 0x11: "BATCH_FAILURE",
         0x12: "MESSAGE_LENGTH_ERROR", 0x13: "SEGMENT_NUMBER_ERROR", 0x14: "SECURITY_FAILURE",
         0x15: "WRAP_VALUE_ERROR", 0x16: "CHANNEL_UNAVAILABLE", 0x17: "CLOSED_BY_EXIT",
         0x18: "CIPHER_SPEC", 0x19: "PEER_NAME", 0x1a: "SSL_CLIENT_CERTIFICATE",
         0x1b: "RMT_RSRCS_IN_RECOVERY", 0x1c: "SSL_REFRESHING", 0x1d: "INVALID_HOBJ",
         0x1e: "CONV_ID_ERROR", 0x1f: "SOCKET_ACTION_TYPE", 0x20: "STANDBY_Q_MGR",
         0x24: None, 0x25: None, 0x28: None, 0xf0: "CCSID_NOT_SUPPORTED",
         0xf1: "ENCODING_INVALID", 0xf2: "FAP_LEVEL", 0xf3: "NEGOTIATION_FAILED", 0xff: None}

SCRIPT = """
qmgr=QM1 qmgrid=QM1_2026-01-01_00.00.00 product=MQMM09040300 order=little
channel ACCEPT.LITTLE
channel ACCEPT.BIG       order=big
channel ACCEPT.PLAIN     sharecnv=0
channel ACCEPT.HEARTBEAT heartbeats=3
channel ACCEPT.SLICED    slice=1
channel ACCEPT.POSITIVE  answer=positive
channel ACCEPT.FAP10     fap=10
channel ACCEPT.FAP8      fap=8
channel ACCEPT.EBCDIC    order=big ebcdic=yes qmgr=CSQ9 qmgrid=CSQ9.DEADBEEF product=MQMV09040000
channel COUNTER.LITTLE   answer=counter:heartbeat
channel COUNTER.BIG      answer=counter:heartbeat order=big
channel COUNTER.MASK     answer=counter:mask
channel COUNTER.ALL      answer=counter:0xff+header-compression+message-compression+key-reset+mask
channel COUNTER.EBCDIC   answer=counter:ccsid order=big ebcdic=yes qmgr=CSQ9 qmgrid=CSQ9.DEADBEEF
channel COUNTER.FAP8     answer=counter:fap fap=8
channel END.REFUSED      end-conv=refuse
channel RECEIVER         type=RCVR
channel NEEDS.TLS        sslciph=ANY_TLS12_OR_HIGHER
""" + "".join(f"channel REFUSE.{code:02X} answer=status:{code:#x} order=big\n" for code in CODES)

FIELDS = """tsh.structid tsh.seglength tsh.convid tsh.requestid tsh.byteorder tsh.type tsh.cflags1
tsh.cflags2 tsh.luwid tsh.encoding tsh.ccsid
id.structid id.faplevel id.cflags id.ecflags id.inierrflg1 id.maxmsgbatch id.maxtrsize id.maxmsgsize
id.seqwrap id.channelname id.cflags2 id.ecflags2 id.ccsid id.qm id.hbint id.efllength id.inierrflg2
id.hdrcprslst id.msgcprslst id.sslkeyrst id.convbyskt id.cflags3 id.ecflags3 id.processid id.threadid
id.traceid id.prodid id.mqmid id.pal id.r status.length status.code socket.conversid socket.requestid
socket.type socket.parm1 socket.parm2""".split()

TEXTS = ("tsh.structid", "id.structid", "id.channelname", "id.qm", "id.prodid", "id.mqmid")
BYTES = ("tsh.luwid", "id.hdrcprslst", "id.msgcprslst", "id.pal", "id.r")

HEADER = {"tsh.structid": "TSH", "tsh.luwid": "00" * 8, "tsh.cflags2": 0, "tsh.encoding": 0x111,
          "tsh.ccsid": 819}


def big(**fields):
    return named({**fields, "tsh_byteorder": 1})


def little(**fields):
    return named({**fields, "tsh_byteorder": 2})


def named(fields):
    return {key.replace("_", ".", 1): value for key, value in fields.items()}


def initial(channel, **fields):
    """Initial data as the client says it first; `fields` are what differs."""
    return {**HEADER, **big(tsh_type=1, tsh_seglength=268, tsh_cflags1=0x31, id_structid="ID",
                            id_faplevel=13, id_cflags=0x26, id_ecflags=0, id_inierrflg1=0,
                            id_maxmsgbatch=0, id_maxtrsize=32748, id_maxmsgsize=4194304,
                            id_seqwrap=0, id_channelname=channel, id_cflags2=0x51, id_ecflags2=0,
                            id_ccsid=819, id_qm="", id_hbint=300, id_efllength=138,
                            id_inierrflg2=0, id_hdrcprslst="00ff", id_msgcprslst="00" + "ff" * 15,
                            id_sslkeyrst=0, id_convbyskt=10, id_cflags3=0, id_ecflags3=0,
                            id_processid=1, id_threadid=1, id_traceid=1, id_prodid="MQTL00000000",
                            id_mqmid="mqtlsd tests", id_pal="00010000" + "ff" * 16, id_r=RANDOM),
            **named(fields)}


def answered(channel, order, **fields):
    """Initial data as the queue manager accepts it."""
    own = {"tsh_byteorder": order, "tsh_cflags1": 0, "tsh_encoding": (0x111, 0x222)[order - 1],
           "id_qm": "QM1", "id_efllength": 0, "id_processid": 1353, "id_threadid": 7,
           "id_traceid": 25, "id_prodid": "MQMM09040300", "id_mqmid": "QM1_2026-01-01_00.00.00",
           "id_pal": ("00010000", "01000000")[order - 1] + "ff" * 16, "id_r": "5a" * 12}
    return initial(channel, **{**own, **fields})


def ebcdic(channel, **fields):
    """The same from z/OS."""
    return answered(channel, 1, **{"tsh_encoding": 0x311, "tsh_ccsid": 500, "id_ccsid": 500,
                                   "id_qm": "CSQ9", "id_mqmid": "CSQ9.DEADBEEF", **fields})


def without(fields, pattern):
    return {key: v for key, v in fields.items() if not re.match(pattern, key)}


SHARED = {"tsh_structid": "TSHM", "tsh_seglength": 276, "tsh_convid": 1, "tsh_requestid": 0}


def second(channel, order, **fields):
    """What the client says after a counter-proposal."""
    return initial(channel, **{**SHARED, "tsh_byteorder": order,
                               "id_mqmid": "QM1_2026-01-01_00.00.00",
                               "id_pal": ("00010000", "01000000")[order - 1] + "ff" * 16, **fields})


def end_conv(order, **fields):
    return {**HEADER, **named({"tsh_structid": "TSHC", "tsh_seglength": 48, "tsh_type": 12,
                               "tsh_cflags1": 0x38, "tsh_byteorder": order, "socket_conversid": 1,
                               "socket_requestid": 0, "socket_type": 2, "socket_parm1": 0,
                               "socket_parm2": 0, **fields})}


def bare(kind, flags, order, **fields):
    return {**HEADER, **named({"tsh_seglength": 28, "tsh_type": kind, "tsh_cflags1": flags,
                               "tsh_byteorder": order, **fields})}


def refusal(code):
    return {**HEADER, **big(tsh_seglength=36, tsh_type=5, tsh_cflags1=0x0a, status_length=8,
                            status_code=code)}


def exchanges():
    """Channel, and its segments in the order in which they were said."""
    yield "ACCEPT.LITTLE", lambda c: [initial(c), answered(c, 2), end_conv(1)]
    yield "ACCEPT.SLICED", lambda c: [initial(c), answered(c, 2), end_conv(1)]
    yield "ACCEPT.BIG", lambda c: [initial(c), answered(c, 1), end_conv(1)]
    yield "ACCEPT.PLAIN", lambda c: [initial(c), answered(c, 2, id_convbyskt=0), bare(5, 0x08, 1)]
    yield "ACCEPT.HEARTBEAT", lambda c: [
        initial(c), *3 * [bare(9, 0x30, 2, tsh_encoding=0x222)], answered(c, 2), end_conv(1)]
    yield "ACCEPT.POSITIVE", lambda c: [
        initial(c), bare(5, 0x40, 2, tsh_encoding=0x222), bare(5, 0x08, 1)]
    yield "ACCEPT.FAP10", lambda c: [
        initial(c), answered(c, 2, tsh_seglength=236, id_faplevel=10, id_pal=None, id_r=None),
        end_conv(1)]
    # What is behind offset 102 is ours, in our order, so nobody can say what it means.
    yield "ACCEPT.FAP8", lambda c: [
        initial(c), without(answered(c, 2, tsh_seglength=236, id_faplevel=8),
                            r"id\.(inierrflg2|.*lst|sslkey|conv|.*flags3|.*id$|pal|r$)"),
        bare(5, 0x08, 1)]
    yield "ACCEPT.EBCDIC", lambda c: [
        initial(c), ebcdic(c, id_prodid="MQMV09040000"), end_conv(1)]
    for channel, order in (("COUNTER.LITTLE", 2), ("COUNTER.BIG", 1)):
        yield channel, lambda c, order=order: [
            initial(c),
            answered(c, order, tsh_cflags1=0x02, tsh_encoding=0x111, id_inierrflg1=0x80,
                     id_hbint=600),
            second(c, order, id_hbint=600),
            answered(c, order, **SHARED, id_hbint=600), end_conv(order)]
    yield "COUNTER.MASK", lambda c: [
        initial(c), answered(c, 2, tsh_cflags1=0x02, tsh_encoding=0x111, id_ecflags3=0x08),
        second(c, 2), answered(c, 2, **SHARED), end_conv(2)]
    yield "COUNTER.ALL", counter_all
    # Names are in the other's code page, "ID" is not; tshark would have all of it or nothing.
    yield "COUNTER.EBCDIC", lambda c: [
        initial(c), ebcdic(c, tsh_cflags1=0x02, id_inierrflg1=0x01),
        without(second(c, 1, tsh_ccsid=500, id_ccsid=500, id_mqmid="CSQ9.DEADBEEF"), "id.structid"),
        ebcdic(c, **SHARED), end_conv(1, tsh_ccsid=500)]
    yield "COUNTER.FAP8", lambda c: [
        initial(c), None, {**bare(1, 0x31, 2, tsh_seglength=130), "id.faplevel": 8,
                           "id.channelname": c, "id.qm": "", "id.hbint": 300, "id.efllength": 0,
                           "id.prodid": None},
        None, bare(5, 0x08, 2)]
    yield "END.REFUSED", lambda c: [
        initial(c), answered(c, 2), end_conv(1), refusal(0x0d)]
    yield "RECEIVER", lambda c: [initial(c), refusal(0x02)]
    yield "NEEDS.TLS", lambda c: [initial(c), refusal(0x18)]
    yield "NOT.DEFINED", lambda c: [initial(c), refusal(0x01)]
    for code in CODES:
        yield f"REFUSE.{code:02X}", lambda c, code=code: [initial(c), refusal(code)]


def counter_all(channel):
    wanted = {"id_faplevel": 10, "id_maxmsgbatch": 50, "id_maxtrsize": 16384, "id_seqwrap": 999999999,
              "id_maxmsgsize": 1048576, "id_hbint": 600, "id_hdrcprslst": "08ff",
              "id_msgcprslst": "02" + "ff" * 15, "id_sslkeyrst": 40000, "id_pal": None, "id_r": None}
    return [initial(channel),
            answered(channel, 2, **wanted, tsh_cflags1=0x02, tsh_seglength=236, id_ccsid=850,
                     id_inierrflg1=0xff, id_inierrflg2=0x07, id_ecflags3=0x08),
            second(channel, 2, **{**wanted, "tsh_seglength": 244, "tsh_encoding": 0x222,
                                  "tsh_ccsid": 850, "id_ccsid": 850, "id_efllength": 106}),
            answered(channel, 2, **{**SHARED, **wanted, "tsh_seglength": 244}),
            end_conv(2, tsh_encoding=0x222, tsh_ccsid=850)]


def talk(port, channel):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        facts = converse(connection, channel, RANDOM)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    return facts


# ---- the capture ----

def segments(data):
    while data:
        length, = struct.unpack(">I", data[4:8])
        yield data[:length]
        data = data[length:]


def packet(connection, from_client, sequence, acknowledged, data):
    """Ethernet, IPv4, TCP: port 1414 is what the dissector listens to. No checksums."""
    ports = (40000 + connection, 1414) if from_client else (1414, 40000 + connection)
    tcp = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledged, 0x50, 0x18, 65535, 0, 0)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(data), 1, 0, 64, 6, 0,
                     bytes([127, 0, 0, 1]), bytes([127, 0, 0, 1]))
    frame = bytes(12) + b"\x08\x00" + ip + tcp + data
    return struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame


def capture(record):
    """A pcap file of what qmgr took down, one packet for each segment; and of which connection."""
    content = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
    said, order = {}, []
    for line in record.splitlines():
        connection, who, hexadecimal = line.split()
        for segment in segments(bytes.fromhex(hexadecimal)):
            mine, other = (int(connection), who == "c"), (int(connection), who != "c")
            content += packet(int(connection), who == "c", said.setdefault(mine, 1),
                              said.setdefault(other, 1), segment)
            said[mine] += len(segment)
            order.append(int(connection))
    return content, order


def value(field, text):
    if text == "":
        return None
    if field in TEXTS:
        return text.strip()
    if field in BYTES:
        return text.replace(":", "").lower()
    return int(text, 0)


def dissect(path):
    """Each packet's fields as tshark reads them; None where it sees none."""
    argv = ["tshark", "-r", path, "-Y", "mq", "-T", "fields", "-E", "separator=/t"]
    for field in FIELDS:
        argv += ["-e", "mq." + field]
    result = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=True)
    for line in result.stdout.splitlines():
        yield {f: value(f, text) for f, text in zip(FIELDS, line.split("\t"))}


@needs("tshark")
class Dissector(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.estate = Estate("")
        try:
            cls.facts = cls.converse()
            with open(cls.estate.path("record"), encoding="ascii") as f:
                content, order = capture(f.read())
            with open(cls.estate.path("mq.pcap"), "wb") as f:
                f.write(content)
            decoded = list(dissect(cls.estate.path("mq.pcap")))
            assert len(decoded) == len(order), f"{len(order)} segments, {len(decoded)} dissected"
            cls.decoded = {}
            for connection, fields in zip(order, decoded):
                cls.decoded.setdefault(connection, []).append(fields)
        except BaseException:
            cls.estate.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.estate.close()

    @classmethod
    def converse(cls):
        """One connection for each exchange, numbered as qmgr numbers them."""
        channels = [channel for channel, _ in exchanges()]
        cls.qmgr = Qmgr(cls.estate, "qmgr", SCRIPT, "--record", cls.estate.path("record"),
                        "--connections", str(len(channels)))
        facts = [talk(cls.qmgr.port, channel) for channel in channels]
        cls.qmgr.wait()
        return facts

    def test_every_field_reads_as_it_was_meant(self):
        for connection, (channel, make) in enumerate(exchanges(), 1):
            expected, decoded = make(channel), self.decoded[connection]
            with self.subTest(channel):
                self.assertEqual(len(decoded), len(expected))
            for i, (wanted, got) in enumerate(zip(expected, decoded)):
                if wanted is None:
                    continue
                with self.subTest(channel, segment=i):
                    self.assertEqual({f: got[f] for f in wanted}, wanted)

    def test_both_sides_tell_the_same_result(self):
        connections = self.qmgr.connections()
        results = {c["channel"]: c for c in connections.values()}
        for facts, (channel, _) in zip(self.facts, exchanges()):
            with self.subTest(channel):
                told = results[channel]
                if facts["state"] == "refused":
                    self.assertEqual(told["result"], f"refused:{facts['status']}")
                    self.assertEqual(told["left"], "-")
                else:
                    self.assertEqual(facts["state"], "accepted", facts)
                    self.assertEqual(told["result"], "accepted")
                    self.assertEqual(told["left"],
                                     "end-conv" if int(facts["conversations"]) else "status")
                    self.assertEqual(int(told["flows"]), 1 + int(facts["counters"]))

    def test_the_codes_have_the_names_of_the_dissector(self):
        text = subprocess.run(["tshark", "-r", self.estate.path("mq.pcap"), "-Y", "mq.status.code",
                               "-V"], capture_output=True, text=True, timeout=120, check=True).stdout
        names = {int(code): name
                 for name, code in re.findall(r"Code\.\.: (\w+) \((\d+)\)", text)}
        for code, name in CODES.items():
            with self.subTest(code=hex(code)):
                self.assertEqual(names[code], name or "Unknown")


if __name__ == "__main__":
    harness.main()
