# SPDX-License-Identifier: Apache-2.0
"""The load: dnsperf, as everybody knows it, and luytre-bench-dns-load, which checks every single answer."""

import json
import re
import resource
import subprocess

from process import LOAD_CPU, need, pinned

# What fits the default socket buffer of a server (208 KiB) at once: more and the kernel drops, whoever serves.
OUTSTANDING = 128


def _run(server, command):
    """(finished process, processor seconds of the server, of the generator)."""
    server_before = server.process.cpu_seconds()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(pinned(LOAD_CPU, *server.prefix(), *command), capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done, server.process.cpu_seconds() - server_before, used


def dnsperf(server, workload, outstanding=OUTSTANDING):
    """Every question once. Fails if an answer is missing or the share of NXDOMAIN is not the list's."""
    need("dnsperf")
    done, server_cpu, generator_cpu = _run(
        server, ["dnsperf", "-s", server.address, "-p", str(server.port), "-d", str(workload.dnsperf), "-n", "1",
                 "-l", "60", "-c", "1", "-T", "1", "-q", str(outstanding), "-t", "2"])
    found = {key: re.search(pattern, done.stdout) for key, pattern in {
        "rate": r"Queries per second:\s+([\d.]+)", "seconds": r"Run time \(s\):\s+([\d.]+)",
        "completed": r"Queries completed:\s+(\d+)", "lost": r"Queries lost:\s+(\d+)",
        "latency": r"Average Latency \(s\):\s+([\d.]+)"}.items()}
    if done.returncode != 0 or not all(found.values()):
        raise RuntimeError(f"dnsperf against {server.name} failed: {done.stderr or done.stdout}")
    found = {key: float(match[1]) for key, match in found.items()}
    refused = re.search(r"NXDOMAIN (\d+)", done.stdout)
    return {"generator": "dnsperf", "rate": found["rate"], "lost": int(found["lost"]),
            "completed": int(found["completed"]), "name_errors": int(refused[1]) if refused else 0,
            "expected_name_errors": workload.blocked, "average_us": found["latency"] * 1e6,
            "server_cpu": server_cpu / found["seconds"], "generator_cpu": generator_cpu / found["seconds"]}


def checked(server, binaries, workload, seconds, *more):
    """As fast as answers come, or as `more` says, each answer compared with what is expected for its name."""
    more = more or ("--window", str(OUTSTANDING))
    done, server_cpu, generator_cpu = _run(
        server, [str(binaries / "luytre-bench-dns-load"), "ask", str(workload.expected), "--address", server.address,
                 "--port", str(server.port), "--seconds", str(seconds), *more])
    if not done.stdout:
        raise RuntimeError(f"The load against {server.name} failed: {done.stderr}")
    report = parse(done.stdout, f"{server.name}: {done.stderr}")
    return {**report, "server_cpu": server_cpu / report["seconds"],
            "generator_cpu": generator_cpu / report["seconds"]}


def parse(output, context=""):
    """The report of luytre-bench-dns-load. A wrong answer is no figure but a failure; `context` helps to find it."""
    report = json.loads(output)
    if report["wrong"] or report["strange"]:
        raise RuntimeError(f"{report['wrong']} wrong and {report['strange']} strange answers among {report['sent']}. {context}")
    return {"generator": "luytre-bench-dns-load", **report}
