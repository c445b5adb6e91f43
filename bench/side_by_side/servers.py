# SPDX-License-Identifier: Apache-2.0
"""dnsdist and Unbound with the list, configured to answer everything themselves: no backend limits them."""

import time

from process import Process, await_answer, need

DNSDIST = """
setLocal("127.0.0.1:{port}")
setACL({{"127.0.0.0/8"}})
setSecurityPollSuffix("")
local listed = newSuffixMatchNode()
for name in io.lines("{list}") do
  listed:add(newDNSName(name))
end
addAction(SuffixMatchNodeRule(listed), RCodeAction(DNSRCode.NXDOMAIN))
addAction(AllRule(), SpoofAction({{"192.0.2.1"}}))
"""

# The policy zone is asked before a zone that Unbound serves itself, but behind local-data: so the rest of the world is
# a zone with one wildcard.
UNBOUND = """
server:
  interface: 127.0.0.1@{port}
  access-control: 127.0.0.0/8 allow
  num-threads: 1
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: ""
  use-syslog: no
  do-ip6: no
  module-config: "respip validator iterator"
  so-rcvbuf: 4m
  so-sndbuf: 4m
auth-zone:
  name: "."
  zonefile: "{directory}/world.zone"
  for-downstream: yes
  for-upstream: no
  fallback-enabled: no
rpz:
  name: "rpz.test"
  zonefile: "{directory}/rpz.zone"
remote-control:
  control-enable: no
"""

ZONE_HEAD = "$TTL 300\n@ SOA localhost. root.localhost. 1 3600 600 86400 300\n@ NS localhost.\n"


class Server:
    """A running server: `load_seconds` from its start to its first right answer."""

    def __init__(self, name, port, command, directory, workload):
        self.name = name
        self.address, self.port = "127.0.0.1", port
        self._workload = workload
        self.process = Process(command, directory)
        self.load_seconds = 0.0

    def __enter__(self):
        with self._workload.list.open() as names:
            first = names.readline().strip()
        begin = time.monotonic()
        self.process.__enter__()
        try:
            await_answer(self.process, self.address, self.port, first, code=3)
            self.load_seconds = time.monotonic() - begin
            return self
        except BaseException:
            self.process.__exit__()
            raise

    def __exit__(self, *_):
        self.process.__exit__()

    def prefix(self):
        """What a load generator is started through."""
        return []


def dnsdist(directory, workload, port=5301):
    need("dnsdist")
    config = directory / "dnsdist.conf"
    config.write_text(DNSDIST.format(port=port, list=workload.list))
    return Server("dnsdist (SuffixMatchNode)", port,
                  ["/usr/bin/dnsdist", "--supervised", "--disable-syslog", "-C", config], directory, workload)


def unbound(directory, workload, port=5302):
    need("unbound")
    (directory / "unbound.conf").write_text(UNBOUND.format(port=port, directory=directory))
    (directory / "world.zone").write_text(ZONE_HEAD + "* A 192.0.2.1\n")
    with (directory / "rpz.zone").open("w") as zone, workload.list.open() as names:
        zone.write(ZONE_HEAD)
        for name in map(str.strip, names):
            zone.write(f"{name} CNAME .\n*.{name} CNAME .\n")
    return Server("Unbound (RPZ)", port, ["/usr/sbin/unbound", "-c", directory / "unbound.conf"], directory, workload)
