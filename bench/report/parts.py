# SPDX-License-Identifier: Apache-2.0
"""One function a part of bench/run: measures, and returns its tables as Markdown and what it says of the budgets."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench" / "side_by_side"))

import compare  # noqa: E402
import gateway_swaps  # noqa: E402
from google_benchmark import benchmarks  # noqa: E402
from markdown import count, megabytes, met, short, table, times  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Scale:
    """How big everything is; the smoke scale only shows that it works."""

    sizes: tuple = (100_000, 1_000_000, 10_000_000)
    names: int = 10_000_000
    lines: int = 1_000_000
    flows: int = 1_000_000
    swaps: int = 100
    seconds: int = 10
    compared: compare.Sizes = compare.Sizes()
    bursts: int = 50_000
    repeat: int = 9
    windows: int = 12  # of 131,072 packets, in each of which a rate is measured
    lists: str = "names:|shared_lists"  # which lists luytre-bench-index asks
    min_time: str = "0.5"


SMOKE = Scale(sizes=(5000,), names=20_000, lines=1000, flows=10_000, swaps=5, seconds=1,
              compared=compare.Sizes(names=20_000, questions=40_000, seconds=1), bursts=1000, repeat=1, windows=2, lists="names:",
              min_time="0.02")


@dataclasses.dataclass(frozen=True)
class Place:
    binaries: pathlib.Path
    directory: pathlib.Path  # empty, for this part alone
    keep: pathlib.Path       # stays for the next run


@dataclasses.dataclass(frozen=True)
class Budget:
    """A line of the table of budgets."""

    what: str
    budget: str
    measured: str
    verdict: str

    @staticmethod
    def at_most(what, limit, measured, unit):
        return Budget(what, short(limit, unit), short(measured, unit),
                      met(measured <= limit, f"{measured / limit - 1:.0%} over"))

    @staticmethod
    def at_least(what, limit, measured, unit):
        return Budget(what, short(limit, unit), short(measured, unit),
                      met(measured >= limit, f"{1 - measured / limit:.0%} short"))

    @staticmethod
    def none(what, measured):
        """Nothing of it may happen."""
        return Budget(what, "0", count(measured), met(measured == 0, "missed"))

    def row(self):
        return [self.what, self.budget, self.measured, self.verdict]


def budget_table(budgets):
    return table(["what", "budget", "measured", ""], [budget.row() for budget in budgets])


# The contenders of luytre-bench-index, in the words of a table.
CONTENDERS = {("index", 32): "index, burst of 32", ("index", 1): "index, one by one",
              ("unordered_map", 32): "std::unordered_map, suffix walk", ("lmdb_walk", 32): "LMDB, walk by labels",
              ("lmdb_seek", 32): "LMDB, range seek"}


def index(place, scale):
    runs = benchmarks(place.binaries / "luytre-bench-index", "--sizes=" + ",".join(map(str, scale.sizes)),
                      f"--bursts={scale.bursts}", f"--benchmark_filter={scale.lists}")
    rows = []
    for size in scale.sizes:
        for (contender, burst), words in CONTENDERS.items():
            five, fifty = (runs[f"{contender}/names:{size}/burst:{burst}/hit%:{hits}"] for hits in (5, 50))
            rows.append([count(size), words, short(five["median_ns"], "ns"), short(fifty["median_ns"], "ns"),
                         times(five.get("times_index", 1)), counted(five, "cycles"), counted(five, "cache_misses"),
                         short(five["bytes/name"])])
    for (contender, burst), words in CONTENDERS.items():
        found = runs.get(f"{contender}/shared_lists/burst:{burst}")
        if found:
            rows.append(["real lists", words, short(found["median_ns"], "ns"), "", times(found.get("times_index", 1)),
                         counted(found, "cycles"), counted(found, "cache_misses"), short(found["bytes/name"])])
    largest = scale.sizes[-1]
    run = [runs[f"index/names:{largest}/burst:32/hit%:{hits}"] for hits in (5, 50)]
    budgets = [Budget.at_most(f"lookup in a burst, {count(largest)} names, {hits} % hits", 60, found["median_ns"], "ns")
               for hits, found in zip((5, 50), run)]
    budgets.append(Budget.at_most("memory of the index, bytes a name", 16, run[0]["bytes/name"], ""))
    return table(["names", "", "5 % hits", "50 % hits", "times the index", "cycles", "cache misses", "bytes a name"],
                 rows), budgets


def counted(run, what):
    return short(run[what]) if what in run else "not counted here"


PACKETS = {"unprofiled_64_bytes": "line without a profile, 64 bytes",
           "decided_flow_64_bytes/from_client/0": "packet of a decided flow, from the client",
           "decided_flow_64_bytes/from_server/1": "packet of a decided flow, from the server",
           "dns/blocked_percent/5": "DNS query to answer or forward, 5 % refused",
           "dns/blocked_percent/50": "DNS query, 50 % refused",
           "tls_hello_two_segments/blocked/0": "ClientHello of 1.9 KB in two segments to verdict, allowed",
           "tls_hello_two_segments/blocked/1": "ClientHello of 1.9 KB in two segments, refused",
           "quic_initial_to_verdict/datagrams/blocked/1/0": "QUIC Initial of a hello in one datagram, allowed",
           "quic_initial_to_verdict/datagrams/blocked/1/1": "QUIC Initial of a hello in one datagram, refused",
           "quic_initial_to_verdict/datagrams/blocked/2/0": "QUIC Initial of a hello in two datagrams, allowed",
           "quic_initial_to_verdict/datagrams/blocked/2/1": "QUIC Initial of a hello in two datagrams, refused"}


def packets(place, scale):
    runs = benchmarks(place.binaries / "luytre-bench-dataplane", f"--names={scale.names}", f"--lines={scale.lines}",
                      f"--flows={scale.flows}", f"--benchmark_min_time={scale.min_time}")
    rows, budgets = [], []
    for name, words in PACKETS.items():
        rate, budget = runs[name]["M/s"], runs[name]["budget_M/s"]
        rows.append([words, short(runs[name]["median_ns"], "ns"), short(rate, "M/s"), short(budget, "M/s"),
                     met(rate >= budget, f"{1 - rate / budget:.0%} short")])
        budgets.append(Budget.at_least(words, budget, rate, "M/s"))
    return table(["what", "median", "rate", "budget", ""], rows), budgets


DEVICES = {"unprofiled_64_bytes": "line without a profile, 64 bytes",
           "decided_flow_64_bytes": "packet of a decided flow, from the client",
           "dns/blocked_percent/5": "DNS query, 5 % refused",
           "dns/blocked_percent/50": "DNS query, 50 % refused",
           "tls_hello_two_segments/blocked/0": "ClientHello of 1.9 KB in two segments, allowed",
           "tls_hello_two_segments/blocked/1": "ClientHello of 1.9 KB in two segments, refused",
           "quic_hello_two_datagrams/blocked/0": "QUIC Initial of a hello in two datagrams, allowed",
           "quic_hello_two_datagrams/blocked/1": "QUIC Initial of a hello in two datagrams, refused"}


def devices(place, scale):
    runs = benchmarks(place.binaries / "luytre-bench-end-to-end", f"--names={scale.names}", f"--lines={scale.lines}",
                      f"--flows={scale.flows}", f"--windows={scale.windows}", cpu=None)
    rate = lambda run: short(run["M/s"], "M/s")
    rows = []
    for name, words in DEVICES.items():
        memory, device, spread = (runs[f"{path}/{name}"] for path in ("memory", "device", "distributed"))
        slower = "generator" if min(device["waited"], spread["waited"]) < 0.01 else "gateway"
        rows.append([words, rate(memory), rate(device), f"{device['M/s'] / memory['M/s']:.0%}", rate(spread),
                     f"{spread['M/s'] / memory['M/s']:.0%}", slower])
    alone = [[name.removeprefix("distributor/workers/"), rate(run)] for name, run in runs.items()
             if name.startswith("distributor/workers/")]
    return (table(["what", "from memory", "through devices", "of memory", "behind a distributor", "of memory", "slower"],
                  rows) + "\n\n" +
            table(["workers fed by a distributor", "64-byte packets through it and back"], alone) + "\n\n" +
            f"A number went from one core to the other and back in {short(runs['cores/round_trip']['ns'], 'ns')}."), []


def life(place, scale):
    runs = benchmarks(place.binaries / "luytre-bench-life-cycle", f"--names={scale.names}",
                      f"--folder={place.directory}", cpu=None)
    rows = [[f"{count(scale.names)} names: {words}", short(runs[name]["real_time"] / 1e3, "s"),
             short(runs[name]["processor_s"], "s"), short(runs[name]["peak_MB"], "MB"), short(runs[name]["result_MB"], "MB")]
            for name, words in (("import", "import into a new database"), ("compile", "compile the index"),
                                ("open", "open the index"))]
    rows.append(["old and new index together", short(runs["swap"]["real_time"] / 1e3, "s"),
                 short(runs["swap"]["processor_s"], "s"), short(runs["swap"]["peak_MB"], "MB"), times(runs["swap"]["times_index"]) + " one index"])
    budgets = [Budget.at_most(f"{words} {count(scale.names)} names", limit, runs[name]["real_time"] / 1e3, "s")
               for name, words, limit in (("compile", "compile the index of", 10), ("open", "open the index of", 1))]
    together = round(runs["swap"]["times_index"], 2)
    budgets.append(Budget.at_most("old and new index together, times one", 2, together, ""))
    changes = [[name.removeprefix("overlay/names:"), short(run["commit_ms"], "ms"), short(run["build_ms"], "ms"),
                short(run["commit_ms"] + run["build_ms"], "ms"), short(run["overlay_KB"], "KB")]
               for name, run in runs.items() if name.startswith("overlay/")]
    # From the commit on; the gateway looks for one every 50 ms.
    budgets += [Budget.at_most(f"urgent change of {name.removeprefix('overlay/names:')} in force, polling included",
                               1, run["build_ms"] / 1e3 + 0.05, "s")
                for name, run in runs.items() if name.startswith("overlay/")]
    return (table(["step", "time", "processor time", "peak of the process", "result"], rows) + "\n\n" +
            table(["names changed at once", "commit", "overlay", "together", "overlay's size"], changes)), budgets


def swaps(place, scale):
    runs = benchmarks(place.binaries / "luytre-bench-swaps", f"--names={scale.names}", f"--swaps={scale.swaps}",
                      f"--seconds={scale.seconds}", cpu=None)
    rows = []
    for number, words in ((0, "no swap"), (scale.swaps, f"{scale.swaps} swaps")):
        run = runs[f"fixed_rate/swaps/{number}"]
        rows.append([words, count(run["offered"]), count(run["lost"]), count(run["wrong"]),
                     *(short(run[key], "µs") for key in ("p50_us", "p99_us", "p99.9_us", "max_us"))])
    note = (f"Opening an index took {short(run['open_ms'], 'ms')}, giving back the old one at most "
            f"{short(run['publish_max_us'], 'µs')}; old and new together {times(run['times_index'])} one index.")
    return latency_table(rows) + "\n\n" + note, [
        Budget.none(f"queries lost or wrong during {scale.swaps} swaps, in memory", run["lost"] + run["wrong"])]


def latency_table(rows):
    return table(["", "queries", "lost", "wrong", "p50", "p99", "p99.9", "max"], rows)


def gateway(place, scale):
    found = gateway_swaps.run(place.binaries, place.directory, swaps=scale.swaps, seconds=scale.seconds)
    rows = [[words, count(run["sent"]), count(run["lost"]), count(run["wrong"]),
             *(short(run[key], "µs") for key in ("p50_us", "p99_us", "p999_us", "max_us"))]
            for words, run in (("no swap", found["without"]), (f"{found['swaps']} swaps", found["with"]))]
    note = (f"From the beginning of an import to its index in force: {short(found['mean_swap_s'], 's')} on average, "
            f"{short(found['longest_swap_s'], 's')} at most.")
    swapped = found["with"]
    return latency_table(rows) + "\n\n" + note, [
        Budget.none(f"queries lost or wrong during {found['swaps']} swaps, running gateway",
                    swapped["lost"] + swapped["wrong"])]


def side(place, scale):
    found = compare.run(place.binaries, place.directory, place.keep, scale.compared)
    rows = []
    for server in found["servers"]:
        perf, checked = server["dnsperf"], server["checked"]
        rows.append([server["name"], count(perf["rate"]), count(checked["rate"]),
                     count(checked["rate"] / max(checked["server_cpu"], 0.01)), f"{checked['server_cpu']:.0%}",
                     megabytes(server["rss_bytes"]), short(server["load_s"], "s"),
                     f"{count(perf['name_errors'])} of {count(perf['expected_name_errors'])}",
                     count(perf["lost"] + checked["lost"])])
    servers = table(["through the kernel", "queries/s (dnsperf)", "queries/s (own load)", "per second of its processor",
                     "of its processor", "RSS", "load", "NXDOMAIN", "lost"], rows)
    lookups = found["lookups"]
    dnsdist = lookups["dnsdist"]
    alone = [["dnsdist SuffixMatchNode::check", short(dnsdist["check_ns"] - dnsdist["call_ns"], "ns"),
              f"from Lua {short(dnsdist['check_ns'], 'ns')}, of which a call that does nothing "
              f"{short(dnsdist['call_ns'], 'ns')}"]]
    for (contender, burst), words in CONTENDERS.items():
        run = lookups["index"][f"{contender}/given/burst:{burst}"]
        alone.append([words, short(run["median_ns"], "ns"), f"{short(run['bytes_per_name'])} bytes a name"])
    alone.append(["DNS query in memory, frame to answer or verdict", short(lookups["packet_ns"], "ns"),
                  f"{short(1e3 / lookups['packet_ns'])} M packets/s; no port, no kernel"])
    return servers + "\n\n" + table(["one lookup, nothing else", "median", ""], alone), []


CAPTURES = {"corpus": "other projects' test captures", "browsers": "Chromium and Firefox, TLS and QUIC"}


def captures(place, scale):
    shared = pathlib.Path(os.environ.get("LUYTRE_SHARED", ROOT.parent / "shared"))
    rows = []
    for folder, words in CAPTURES.items():
        if not (shared / folder).is_dir():
            raise RuntimeError(f"{shared / folder} is absent: the captures are there (LUYTRE_SHARED).")
        done = subprocess.run([str(place.binaries / "luytre-bench-captures"), "--repeat", str(scale.repeat),
                               str(shared / folder)], check=True, capture_output=True, text=True)
        run = json.loads(done.stdout)
        rows.append([words, count(run["captures"]), count(run["packets"]), short(run["luytre_ns"], "ns"),
                     short(run["ndpi_ns"], "ns"), times(run["ratio"]), count(run["luytre_names"]),
                     count(run["ndpi_names"]), count(run["both_names"])])
    return table(["captures", "files", "packets", "Luytre, a packet", "nDPI, a packet", "nDPI takes", "names Luytre saw",
                  "names nDPI saw", "both"], rows), []


# Name: (function, title).
ALL = {
    "index": (index, "A name in the index, and next to others"),
    "life": (life, "A list's life"),
    "swaps": (swaps, "Swaps under a fixed rate, in memory"),
    "gateway": (gateway, "Swaps under a fixed rate, in a running gateway"),
    "side": (side, "Side by side"),
    "packets": (packets, "A packet through the gateway"),
    "devices": (devices, "End to end through devices"),
    "captures": (captures, "The same captures through nDPI"),
}
