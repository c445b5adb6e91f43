# SPDX-License-Identifier: Apache-2.0
"""Writes the stored corpus of reassembly_fuzz: make_reassembly_corpus.py FOLDER. Run by hand when the format changes."""

import struct
import sys
from pathlib import Path

MORE, LATER = 1, 2


def step(offset, data, more=True, ident=0, later=False):
    flags = (MORE if more else 0) | (LATER if later else 0) | ident << 2
    return struct.pack(">BHB", flags, offset // 8, len(data)) + data


A, B, C, D = (bytes([letter]) * 16 for letter in b"abcd")
IN_ORDER = step(0, A) + step(16, B) + step(32, C[:9], more=False)
CASES = {
    "in-order": b"\0" + IN_ORDER,
    "in-order-ipv6": b"\2" + IN_ORDER,
    "in-order-vxlan": b"\4" + IN_ORDER,
    "in-order-ipv6-vxlan": b"\6" + IN_ORDER,
    "last-first": b"\0" + step(32, C, more=False) + step(16, B) + step(0, A),
    "repeated": b"\0" + step(0, A) + step(0, A) + step(16, B, more=False),
    "repeated-other-bytes": b"\0" + step(0, A) + step(0, B) + step(16, B, more=False),
    "teardrop": b"\2" + step(0, A + B) + step(8, C[:8]) + step(32, D, more=False),
    "overlap-at-the-end": b"\1" + step(16, B) + step(8, A) + step(0, A) + step(32, D, more=False),
    "two-ends": b"\0" + step(16, B, more=False) + step(32, C, more=False) + step(0, A),
    "end-before-what-is-there": b"\0" + step(32, C) + step(16, B[:8], more=False) + step(0, A),
    "no-multiple-of-eight": b"\0" + step(0, A[:13]) + step(16, B, more=False),
    "beyond-the-largest-packet": b"\0" + step(65528, A, more=False),
    "no-bytes": b"\0" + step(8, b""),
    "whole-with-fragment-header": b"\2" + step(0, A, more=False),
    "tiny": b"\0" + b"".join(step(8 * i, A[:8]) for i in range(70)),
    "many-datagrams": b"\x08" + b"".join(step(0, A, ident=i) for i in range(4)) + step(16, B, more=False, ident=3),
    "late": b"\1" + step(0, A) + step(16, B, more=False, later=True),
    "two-interleaved": b"\0" + b"".join(step(0, A, ident=i) for i in (0, 1)) + b"".join(step(16, B, more=False, ident=i) for i in (0, 1)),
}

for name, content in CASES.items():
    (Path(sys.argv[1]) / name).write_bytes(content)
