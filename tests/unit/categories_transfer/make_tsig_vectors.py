#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tsig_vectors.h: a signed AXFR query and a signed answer of three messages, computed from the text of RFC 8945
with Python's hmac alone, so that a mistake in categories/transfer/tsig.cc cannot hide in both.

    python3 make_tsig_vectors.py > tsig_vectors.h
"""

import base64
import hashlib
import hmac

NOW = 1_790_000_000  # seconds since 1970
FUDGE = 300
QUERY_ID = 0x1A2B
SECRET = base64.b64decode("bHV5dHJlLXRyYW5zZmVyLXRlc3Qta2V5LTMyLW9jdGV0cw==")


def u16(value):
    return value.to_bytes(2, "big")


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


KEY = name("transfer.key.example")
ALGORITHM = name("hmac-sha256")
TIMERS = NOW.to_bytes(6, "big") + u16(FUDGE)
# RFC 8945 §4.3.3: name, class ANY, TTL, algorithm, timers, error, other length.
VARIABLES = KEY + u16(255) + bytes(4) + ALGORITHM + TIMERS + u16(0) + u16(0)


def mac(*parts):
    return hmac.new(SECRET, b"".join(parts), hashlib.sha256).digest()


def signed(message, made):
    """The message with its TSIG record and one more additional."""
    count = u16(int.from_bytes(message[10:12], "big") + 1)
    rdata = ALGORITHM + TIMERS + u16(len(made)) + made + message[:2] + u16(0) + u16(0)
    record = KEY + u16(250) + u16(255) + bytes(4) + u16(len(rdata)) + rdata
    return message[:10] + count + message[12:] + record


def message(flags, questions, answers):
    return (u16(QUERY_ID) + u16(flags) + u16(len(questions)) + u16(len(answers)) + bytes(4) + b"".join(questions)
            + b"".join(answers))


ZONE = name("rpz.example")
QUESTION = ZONE + u16(252) + u16(1)
SOA_RDATA = name("ns.example") + name("admin.example") + b"".join(
    number.to_bytes(4, "big") for number in (2026082201, 3600, 600, 86400, 60))


def record(owner, kind, rdata):
    return owner + u16(kind) + u16(1) + (60).to_bytes(4, "big") + u16(len(rdata)) + rdata


SOA = record(ZONE, 6, SOA_RDATA)


def cname(owner):
    return record(name(owner) [:-1] + ZONE, 5, b"\0")


query = message(0, [QUESTION], [])
query_mac = mac(query, VARIABLES)

first = message(0x8400, [QUESTION], [SOA, cname("one.example")])
first_mac = mac(u16(len(query_mac)), query_mac, first, VARIABLES)
# RFC 8945 §5.3.1: later messages cover the last MAC, everything since, and the timers.
second = message(0x8400, [], [cname("two.example")])
third = message(0x8400, [], [cname("three.example"), SOA])
third_mac = mac(u16(len(first_mac)), first_mac, second, third, TIMERS)

VECTORS = {
    "kPlainQuery": query,
    "kSignedQuery": signed(query, query_mac),
    "kFirstAnswer": signed(first, first_mac),
    "kSecondAnswer": second,
    "kThirdAnswer": signed(third, third_mac),
}

print("// SPDX-License-Identifier: Apache-2.0")
print("// Written by make_tsig_vectors.py; do not edit.")
print("#pragma once\n\n#include <cstdint>\n\nnamespace luytre::categories::tsig_vectors {\n")
print(f"inline constexpr std::uint64_t kNow = {NOW};")
print(f"inline constexpr std::uint16_t kQueryId = {QUERY_ID:#x};")
for word, octets in VECTORS.items():
    print(f"\ninline constexpr std::uint8_t {word}[] = {{")
    for at in range(0, len(octets), 16):
        print("    " + " ".join(f"0x{octet:02x}," for octet in octets[at:at + 16]))
    print("};")
print("\n}  // namespace luytre::categories::tsig_vectors")
