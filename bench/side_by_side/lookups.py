# SPDX-License-Identifier: Apache-2.0
"""What a lookup alone costs, by each program's own means, for the same list and the same questions."""

import json
import subprocess

from google_benchmark import benchmarks
from process import SERVER_CPU, need, pinned

# dnsdist's own SuffixMatchNode, timed inside dnsdist. Names are made before the clock starts; a call that does next to
# nothing (countLabels) is timed too, because every call from Lua costs something that the server itself does not pay.
DNSDIST = """
setSecurityPollSuffix("")
local listed = newSuffixMatchNode()
for name in io.lines("{list}") do
  listed:add(newDNSName(name))
end
local names = {{}}
for line in io.lines("{questions}") do
  names[#names + 1] = newDNSName(string.match(line, "%S+"))
  if #names == {count} then break end
end
local hits = 0
local begin = os.clock()
for i = 1, #names do
  if listed:check(names[i]) then hits = hits + 1 end
end
local check = os.clock() - begin
local labels = 0
begin = os.clock()
for i = 1, #names do
  labels = labels + names[i]:countLabels()
end
local call = os.clock() - begin
local file = io.open("{report}", "w")
file:write(string.format('{{"asked": %d, "hits": %d, "check_ns": %.1f, "call_ns": %.1f}}', #names, hits,
                         check * 1e9 / #names, call * 1e9 / #names))
file:close()
"""


def dnsdist(directory, workload, count=200_000):
    """Nanoseconds of SuffixMatchNode::check, with and without what the call from Lua costs."""
    need("dnsdist")
    count = min(count, workload.questions)
    report = directory / "dnsdist-lookups.json"
    config = directory / "dnsdist-lookups.conf"
    config.write_text(DNSDIST.format(list=workload.list, questions=workload.dnsperf, count=count, report=report))
    subprocess.run(pinned(SERVER_CPU, "dnsdist", "--check-config", "-C", config), check=True, capture_output=True)
    found = json.loads(report.read_text())
    with workload.expected.open() as lines:
        expected = sum(line.endswith(" nx\n") for _, line in zip(range(count), lines))
    if (found["asked"], found["hits"]) != (count, expected):
        raise RuntimeError(f"dnsdist found {found['hits']} of {expected} listed names among {found['asked']}.")
    return found


def luytre(binaries, workload, *more):
    """Ours: the index alone and next to others, and a DNS query in memory from frame to answer."""
    files = (f"--list={workload.list}", f"--questions={workload.dnsperf}")
    return (benchmarks(binaries / "luytre-bench-index", *files, "--benchmark_filter=/given", *more),
            benchmarks(binaries / "luytre-bench-dataplane", *files, "--lines=100000", *more))
