# SPDX-License-Identifier: Apache-2.0
"""Runs a program of Google Benchmark on the server's processor and reads what it counted."""

import json
import re
import subprocess

from process import SERVER_CPU, pinned


def benchmarks(program, *arguments, cpu=SERVER_CPU):
    """Counters of each benchmark by its name, without what all names end in. Raises what a benchmark complains of."""
    done = subprocess.run(pinned(cpu, program, "--benchmark_format=json", *arguments), capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"{program} failed: {done.stderr}")
    runs = json.loads(done.stdout)["benchmarks"]
    for run in runs:
        if run.get("error_occurred"):
            raise RuntimeError(f"{run['name']}: {run['error_message']}")
    return {re.sub(r"(/iterations:\d+)?/manual_time$", "", run["name"]): run for run in runs}
