# SPDX-License-Identifier: Apache-2.0
"""Runs luytre-inspect and reads what it prints; shared by the two corpus tests."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

SKIPPED = 77  # ctest's SKIP_RETURN_CODE of these tests
FILES_PER_RUN = 100


def run(program, captures, *options):
    """(standard output, standard error) over all captures. Exit status 1 says that some could not be read."""
    out, err = [], []
    for at in range(0, len(captures), FILES_PER_RUN):
        some = [str(capture) for capture in captures[at : at + FILES_PER_RUN]]
        done = subprocess.run(
            [program, *options, *some], capture_output=True, text=True, timeout=240, check=False
        )
        if done.returncode not in (0, 1):
            sys.exit(f"{program} ended with {done.returncode} on one of {some[0]} … {some[-1]}:\n{done.stderr}")
        out.append(done.stdout)
        err.append(done.stderr)
    return "".join(out), "".join(err)


def events_by_file(program, captures, *options):
    """{capture: [event, …]} as luytre-inspect --json says, and its standard error."""
    out, err = run(program, captures, "--json", *options)
    events = defaultdict(list)
    for line in out.splitlines():
        event = json.loads(line)
        events[Path(event.pop("file"))].append(event)
    return events, err
