#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes corpus/query/: one DNS message for each thing that the parser distinguishes."""

import pathlib
import struct


def name(text):
    labels = [label.encode() for label in text.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def question(qname=name("www.example.org"), qtype=1, qclass=1):
    return qname + struct.pack("!HH", qtype, qclass)


def record(owner, rtype, rclass=1, ttl=0, rdata=b""):
    return owner + struct.pack("!HHIH", rtype, rclass, ttl, len(rdata)) + rdata


def opt(size=1232, version=0, do=False, options=b""):
    return record(b"\0", 41, size, version << 16 | do << 15, options)


def message(body, counts=(1, 0, 0, 0), flags=0x0100):
    return struct.pack("!HHHHHH", 0x1234, flags, *counts) + body


LONGEST = name(".".join(["x" * 63] * 3 + ["y" * 61]))
COOKIE = struct.pack("!HH", 10, 8) + b"12345678"
CASES = {
    "a": message(question()),
    "aaaa_mixed_case": message(question(name("wWw.ExAmPlE.oRg"), 28)),
    "https_with_edns": message(question(qtype=65) + opt(), (1, 0, 0, 1)),
    "edns_do_cookie": message(question() + opt(4096, do=True, options=COOKIE), (1, 0, 0, 1)),
    "edns_version_1": message(question() + opt(version=1), (1, 0, 0, 1)),
    "edns_cut_option": message(question() + opt(options=COOKIE[:-1]), (1, 0, 0, 1)),
    "two_opts": message(question() + opt() + opt(), (1, 0, 0, 2)),
    "opt_with_name": message(question() + record(name("a"), 41), (1, 0, 0, 1)),
    "tsig": message(question() + opt() + record(name("key"), 250, 255, 0, b"x" * 40), (1, 0, 0, 2)),
    "ixfr": message(question(qtype=251) + record(b"\xc0\x0c", 6, rdata=b"\0\0" + b"\0" * 20), (1, 0, 1, 0)),
    "longest_name": message(question(LONGEST) + opt(512, do=True), (1, 0, 0, 1)),
    "name_too_long": message(question(b"\x01x" + LONGEST)),
    "root": message(question(b"\0", 2)),
    "compressed_qname": message(question(b"\x01a\xc0\x04")),
    "two_questions": message(question() + question(name("b")), (2, 0, 0, 0)),
    "no_question_but_cookie": message(opt(options=COOKIE), (0, 0, 0, 1)),
    "trailing_junk": message(question() + b"junk"),
    "counts_beyond_the_end": message(question(), (1, 65535, 65535, 65535)),
    "notify": message(question(qtype=6), flags=0x2000),
    "response": message(question(), flags=0x8180),
}

if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent / "corpus" / "query"
    folder.mkdir(parents=True, exist_ok=True)
    for case, octets in CASES.items():
        (folder / case).write_bytes(octets)
