# SPDX-License-Identifier: Apache-2.0
"""Queries at a fixed rate through a running luytre-gateway while its list is replaced again and again: are all of them
answered, each as the old or the new list says?"""

import re
import subprocess
import time

import load
from gateway_path import Gateway, GatewayPath
from process import LOAD_CPU, pinned

QUESTIONS = 4000


def write_lists(directory, names):
    """Two lists that share half of their names, and questions about both: a name of one alone may get either answer."""
    name = "n{}.bench-{}.test".format
    numbers = range(names * 3 // 2)
    for list_file, part in ("a.txt", numbers[:names]), ("b.txt", numbers[names // 2:]):
        (directory / list_file).write_text("".join(name(i, i % 97) + "\n" for i in part))
    with (directory / "questions.expected").open("w") as questions:
        for i in range(QUESTIONS // 4):
            questions.write(f"{name(i, i % 97)} any\n")
            questions.write(f"{name(names // 2 + i, (names // 2 + i) % 97)} nx\n")
            questions.write(f"www.{name(names + i, (names + i) % 97)} any\n")
            questions.write(f"open{i}.test ok\n")
    return directory / "a.txt", directory / "b.txt"


def await_newer(path, serial, seconds=10):
    end = time.monotonic() + seconds
    while path.status()["luytre_index_serial"] <= serial:
        if time.monotonic() > end:
            raise RuntimeError(f"The gateway did not take over an index newer than {serial} within {seconds} s.")
        time.sleep(0.005)


def swap(path, lists, times):
    """Seconds from the beginning of each import to its index in force."""
    taken = []
    for number in range(1, times + 1):
        before = path.status()["luytre_index_serial"]
        begin = time.monotonic()
        path.import_list(lists[number % 2])
        await_newer(path, before)
        taken.append(time.monotonic() - begin)
    return taken


def run(binaries, directory, names=10_000, swaps=100, rate=20_000, seconds=10):
    """{"without": report of the load, "with": the same during the swaps, and how long a swap took}."""
    lists = write_lists(directory, names)
    stop = directory / "stop"

    class Questions:
        expected = directory / "questions.expected"

    with GatewayPath(binaries, directory, lists[0], Gateway) as path:
        at_rest = load.checked(path, binaries, Questions, seconds, "--rate", str(rate))
        asking = subprocess.Popen(
            pinned(LOAD_CPU, *path.prefix(), binaries / "luytre-bench-dns-load", "ask", Questions.expected, "--address",
                   path.address, "--port", path.port, "--seconds", 300, "--rate", rate, "--until-exists", stop),
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        try:
            taken = swap(path, lists, swaps)
        finally:
            stop.touch()
            output = asking.communicate(timeout=30)[0]
        swapped = load.parse(output)
        log = path.gateway.log.read_text(errors="replace")
        in_force = len(re.findall(r"Index \d+ with [\d,]+ names", log)) - 1  # the first one at start
        if in_force != swaps:
            raise RuntimeError(f"The gateway took over {in_force} of {swaps} indexes.")
    return {"without": at_rest, "with": swapped, "swaps": len(taken), "mean_swap_s": sum(taken) / len(taken),
            "longest_swap_s": max(taken)}
