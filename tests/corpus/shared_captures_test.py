# SPDX-License-Identifier: Apache-2.0
"""Compares luytre-inspect with the captures of $LUYTRE_SHARED/corpus and its expected.jsonl.

usage: shared_captures_test.py LUYTRE_INSPECT [--list]

An event is a name that a client showed; need 1 says that an extractor should report it, need 0 that it may. The test fails
- if a TLS or QUIC event or one of DNS over UDP is missing that has need 1, unless cause_of_absence() knows why,
- if an event is reported that the corpus does not have,
- if an event has other VLANs or is in other tunnels, or was seen more or less often (DNS only: a connection shows its first name only).
It prints the counts that docs/inspection.md quotes; --list names every missing event too.
"""

import ipaddress
import json
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

import inspection

# Captures whose events are not reported for a reason that stands in their bytes; docs/inspection.md shows them.
EXPLAINED = {
    ("dns", "DnsEdit.pcap"): "DNS message with several questions",
    ("http", "methods.pcap"): "request line that is not HTTP/1",
    ("http", "no-uri.pcap"): "request line that is not HTTP/1",
}


UNREAD_ENCAPSULATIONS = {"ayiya", "capwap.data"}


def shared_corpus():
    default = Path(__file__).resolve().parents[2].parent / "shared"
    return Path(os.environ.get("LUYTRE_SHARED") or default) / "corpus"


def read_expected(corpus):
    with open(corpus / "expected.jsonl", encoding="utf-8") as rows:
        return {corpus / row["file"]: row["events"] for row in map(json.loads, rows)}


def flow(event):
    return (event["src"], event["sport"], event["dst"], event["dport"])


def key(event):
    """What makes two events the same. Only DNS has a type of question."""
    return (event["proto"], *flow(event), event["name"], event.get("qtype"))


def vlans(event):
    """Without priority tags, which name no VLAN."""
    return [vlan for vlan in event.get("vlan", []) if vlan != 0]


def is_address(name):
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def is_read_version(version):
    """QUIC versions 1 and 2, and drafts 23 to 34."""
    if version.startswith("gquic"):
        return False
    number = int(version, 16)
    return number in (1, 0x6B3343CF) or 0xFF000017 <= number <= 0xFF000022


def unseen_layer(event):
    """A layer of the event that is not read yet, or None."""
    if event["proto"] == "http2":
        return event["proto"].upper()
    if event["proto"] == "quic" and not is_read_version(event["ver"]):
        return "version that is not read"
    if UNREAD_ENCAPSULATIONS.intersection(event.get("encap", [])):
        return "encapsulation: " + event["encap"][0]
    if event["proto"] == "dns" and event.get("t") == "tcp":
        return "DNS over TCP"
    if event["proto"] == "dns" and event["dport"] != 53:
        return "DNS on another port than 53"
    if event.get("via") or "mid" in event.get("flags", []):
        return "behind another protocol in its stream"
    return None


def cause_of_absence(path, event, flows_with_name, unreadable):
    """Why the event is not reported; None if it should have been."""
    if unreadable:
        return "capture that libpcap cannot read"
    layer = unseen_layer(event)
    if layer:
        return layer
    if event["proto"] == "http" and flow(event) in flows_with_name:
        return "later request of a connection"
    if event["proto"] in ("tls", "http", "quic") and is_address(event["name"]):
        return "an IP address in place of a name"
    if "malformed" in event.get("flags", []) or "cut" in event.get("flags", []):
        return "malformed or cut by the snap length"
    explained = EXPLAINED.get((event["proto"], path.name))
    if explained is None and event["need"] == 0:
        return "odd name, or seen by one program alone"
    return explained


class Comparison:
    def __init__(self, corpus, notes):
        self.corpus = corpus
        self.notes = notes  # what luytre-inspect said about captures that it could not read
        self.known = Counter()  # (proto, need)
        self.found = Counter()  # (proto, need)
        self.absent = Counter()  # (proto, need, cause)
        self.failures = []
        self.missing = []

    def fail(self, path, what, event):
        self.failures.append(f"{what}: {path.relative_to(self.corpus)} {json.dumps(event)}")

    def add(self, path, expected, reported):
        by_key = defaultdict(list)
        for event in reported:
            by_key[key(event)].append(event)
        flows_with_name = {flow(event) for event in reported}
        for event in expected:
            if event["name"] is None:  # a hello or request without a name: nothing may be reported
                continue
            group = (event["proto"], event["need"])
            self.known[group] += 1
            twins = by_key.pop(key(event), None)
            if twins is None:
                self.add_absent(path, event, flows_with_name)
                continue
            self.found[group] += 1
            self.compare(path, event, twins)
        for events in by_key.values():
            for event in events:
                self.fail(path, "not in the corpus", event)

    def compare(self, path, event, twins):
        # Where the same connection is captured in several VLANs, the corpus has one event without any.
        if len(twins) == 1 and vlans(twins[0]) != vlans(event):
            self.fail(path, f"VLANs {vlans(twins[0])} and not", event)
        if len(twins) == 1 and twins[0].get("encap", []) != event.get("encap", []):
            self.fail(path, f"in {twins[0].get('encap', [])} and not", event)
        times = sum(twin.get("n", 1) for twin in twins)
        if event["proto"] == "dns" and times != event.get("n", 1):
            self.fail(path, f"asked {times} times and not", event)

    def add_absent(self, path, event, flows_with_name):
        cause = cause_of_absence(path, event, flows_with_name, f"{path}: " in self.notes)
        self.absent[event["proto"], event["need"], cause or "no known cause"] += 1
        self.missing.append(f"{cause}: {path.relative_to(self.corpus)} {json.dumps(event)}")
        if cause is None and event["need"] == 1:
            self.fail(path, "missing", event)

    def report(self):
        print(f"{'':10} {'need 1':>16} {'need 0':>16}")
        for proto in sorted({proto for proto, _ in self.known}):
            cells = [f"{self.found[proto, need]:>8} of {self.known[proto, need]:>4}" for need in (1, 0)]
            print(f"{proto:10} {cells[0]:>16} {cells[1]:>16}")
        print("\nNot reported, by cause:")
        causes = defaultdict(lambda: [0, 0])
        for (proto, need, cause), count in self.absent.items():
            causes[proto, cause][1 - need] += count
        for (proto, cause), (need_1, need_0) in sorted(causes.items()):
            print(f"  {proto:6} {cause:40} need 1: {need_1:>4}   need 0: {need_0:>4}")


def main():
    arguments = sys.argv[1:]
    list_missing = "--list" in arguments
    programs = [argument for argument in arguments if argument != "--list"]
    if len(programs) != 1:
        sys.exit(__doc__)
    corpus = shared_corpus()
    if not (corpus / "expected.jsonl").exists():
        print(f"SKIPPED: {corpus}/expected.jsonl does not exist; LUYTRE_SHARED names the folder of corpus/")
        sys.exit(inspection.SKIPPED)
    expected = read_expected(corpus)
    reported, notes = inspection.events_by_file(programs[0], list(expected))
    comparison = Comparison(corpus, notes)
    for path, events in expected.items():
        comparison.add(path, events, reported[path])
    print(f"{len(expected)} captures")
    comparison.report()
    print("\nNot read by libpcap:")
    for note in notes.splitlines():
        if f"{corpus}/" in note:
            print("  " + note.partition(f"{corpus}/")[2])
    if list_missing:
        print("\n".join(sorted(comparison.missing)))
    print("\n".join(["", *comparison.failures, f"{len(comparison.failures)} failures"]))
    sys.exit(1 if comparison.failures else 0)


if __name__ == "__main__":
    main()
