# SPDX-License-Identifier: Apache-2.0
"""The same list and the same questions for dnsdist, Unbound and luytre-gateway, one after another on one processor."""

import dataclasses

import load
import lookups
import servers
import workload as workloads
from gateway_path import GatewayPath


@dataclasses.dataclass(frozen=True)
class Sizes:
    names: int = 800_000
    questions: int = 1_000_000
    seconds: int = 10


def run(binaries, directory, keep, sizes):
    """{"workload", "servers": [one dictionary each], "lookups": {...}}; `keep` is where the workload stays."""
    workload = workloads.make(keep, sizes.names, sizes.questions, binaries)
    contenders = (lambda folder: servers.dnsdist(folder, workload), lambda folder: servers.unbound(folder, workload),
                  lambda folder: GatewayPath(binaries, folder, workload.list))
    rows = []
    for number, contender in enumerate(contenders):
        folder = directory / str(number)
        folder.mkdir()
        with contender(folder) as server:
            rows.append(_measure(server, binaries, workload, sizes))
    return {"workload": {"names": workload.names, "questions": workload.questions, "blocked": workload.blocked},
            "servers": rows, "lookups": _lookups(binaries, directory, workload)}


def _measure(server, binaries, workload, sizes):
    row = {"name": server.name, "load_s": server.load_seconds, "rss_bytes": server.process.resident_bytes(),
           "dnsperf": load.dnsperf(server, workload),
           "checked": load.checked(server, binaries, workload, sizes.seconds)}
    answered = row["dnsperf"]
    # With nothing lost every question was asked once, so the number of refusals is known exactly.
    if answered["lost"] == 0 and answered["name_errors"] != answered["expected_name_errors"]:
        raise RuntimeError(f"{server.name} refused {answered['name_errors']} names instead of "
                           f"{answered['expected_name_errors']}.")
    return row


def _lookups(binaries, directory, workload):
    index, packets = lookups.luytre(binaries, workload)
    return {"dnsdist": lookups.dnsdist(directory, workload),
            "index": {name: {"median_ns": found["median_ns"], "bytes_per_name": found["bytes/name"]}
                      for name, found in index.items()},
            "packet_ns": packets["dns/given"]["median_ns"]}
