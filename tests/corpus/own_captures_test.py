# SPDX-License-Identifier: Apache-2.0
"""Compares luytre-inspect with expect.txt of every case folder beside this file.

usage: own_captures_test.py LUYTRE_INSPECT

expect.txt: one line an event, "proto client > server name", then the question's type, "vlan OUTER[.INNER…]",
"in LAYER…" and "×TIMES" where they apply; "unread CAUSE PACKETS" for packets that are not looked into. Nothing else may be reported.
"""

import re
import sys
from pathlib import Path

import inspection

BURSTS = ("1", "2", "32")


def endpoint(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def event_line(event):
    words = [
        event["proto"],
        endpoint(event["src"], event["sport"]),
        ">",
        endpoint(event["dst"], event["dport"]),
        event["name"],
    ]
    if "qtype" in event:
        words.append(str(event["qtype"]))
    if "vlan" in event:
        words += ["vlan", ".".join(map(str, event["vlan"]))]
    if "encap" in event:
        words += ["in", *event["encap"]]
    if "n" in event:
        words.append(f"×{event['n']}")
    return " ".join(words)


def unread_lines(summary):
    """The lines of the last part of the summary: "  PACKETS  CAUSE  text"."""
    _, _, unread = summary.partition("Packets that were not looked into:\n")
    return [f"unread {cause} {count}" for count, cause in re.findall(r"^ *(\d+)  (\w+)", unread, re.M)]


def expected_lines(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = sys.argv[1]
    cases = sorted(path.parent for path in Path(__file__).parent.glob("*/input.pcap"))
    failures = 0
    for case in cases:
        expected = sorted(expected_lines(case / "expect.txt"))
        for burst in BURSTS:
            capture = case / "input.pcap"
            events, _ = inspection.events_by_file(program, [capture], "--burst", burst)
            summary, _ = inspection.run(program, [capture], "--burst", burst)
            found = sorted([event_line(event) for event in events[capture]] + unread_lines(summary))
            if found == expected:
                continue
            failures += 1
            print(f"{case.name}, packets in bursts of {burst}:")
            for line in expected:
                if line not in found:
                    print(f"  missing     {line}")
            for line in found:
                if line not in expected:
                    print(f"  unexpected  {line}")
    print(f"{len(cases)} captures in bursts of {', '.join(BURSTS)}: {failures} differences")
    sys.exit(1 if failures or not cases else 0)


if __name__ == "__main__":
    main()
