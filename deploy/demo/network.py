# SPDX-License-Identifier: Apache-2.0
"""Network namespaces for a demonstration or a test: two lines, a gateway's place, and a small internet.

    child  198.51.100.10  ─┐                                        ┌─ 203.0.113.53  DNS
           2001:db8:1:10:: │ access switch ─ subscriber │ internet ─┤  2001:db8:f::53
    adult  198.51.100.20  ─┘                 (namespace gw)         └─ 203.0.113.80  HTTP, HTTPS
           2001:db8:1:20::                                             2001:db8:f::80

The gateway is a bump in the wire: its two interfaces carry no addresses, and without it nothing passes.
Only documentation addresses (RFC 5737, RFC 3849) are used, and nothing outside the namespaces is touched.
"""

import dataclasses
import os
import subprocess


@dataclasses.dataclass(frozen=True)
class Line:
    """A customer's line: one host behind the access switch."""

    name: str
    ipv4: str
    ipv6: str
    ipv6_router: str

    @property
    def ipv6_prefix(self):
        return self.ipv6.rsplit("::", 1)[0] + "::/64"


CHILD = Line("child", "198.51.100.10", "2001:db8:1:10::10", "2001:db8:1:10::1")
ADULT = Line("adult", "198.51.100.20", "2001:db8:1:20::10", "2001:db8:1:20::1")
ROUTER_IPV4 = "198.51.100.1"
DNS_IPV4, DNS_IPV6 = "203.0.113.53", "2001:db8:f::53"
WEB_IPV4, WEB_IPV6 = "203.0.113.80", "2001:db8:f::80"
SUBSCRIBER_PORT, INTERNET_PORT = "subscriber", "internet"


def run(*command, check=True):
    """Runs a command; its complaint becomes the exception's text."""
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if check and done.returncode != 0:
        raise RuntimeError(f"'{' '.join(command)}' failed: {done.stderr.strip() or done.stdout.strip()}")
    return done


def daemon(*command):
    """`command` as a child that ends with this program, however that ends: nothing is left behind by a kill -9."""
    return ["setpriv", "--pdeathsig", "TERM", "--", *command]


class Network:
    """Owns the namespaces `<prefix>-child`, `-adult`, `-access`, `-gw` and `-net`. Use it with `with`."""

    def __init__(self, prefix="luytre", lines=(CHILD, ADULT)):
        self.prefix = prefix
        self.lines = lines
        self._made = []

    def namespace(self, name):
        return f"{self.prefix}-{name}"

    def command(self, name, *command):
        """`command` as it has to be started to run inside a namespace."""
        return ["ip", "netns", "exec", self.namespace(name), *command]

    def inside(self, name, *command, check=True):
        return run(*self.command(name, *command), check=check)

    def __enter__(self):
        if os.geteuid() != 0:
            raise RuntimeError("Network namespaces need root: run this as root.")
        try:
            self._build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for name in self._made:
            run("ip", "netns", "delete", self.namespace(name), check=False)
        self._made.clear()

    def _build(self):
        for name in [line.name for line in self.lines] + ["access", "gw", "net"]:
            self._remove_leftover(self.namespace(name))
            run("ip", "netns", "add", self.namespace(name))
            self._made.append(name)
            self.inside(name, "ip", "link", "set", "lo", "up")

        self.inside("access", "ip", "link", "add", "switch", "type", "bridge")
        self._quiet("access", "switch")
        self._cable("gw", SUBSCRIBER_PORT, "access", "uplink")
        self._quiet("gw", SUBSCRIBER_PORT)
        self._plug("uplink")
        self._cable("gw", INTERNET_PORT, "net", "eth0")
        self._quiet("gw", INTERNET_PORT)
        for line in self.lines:
            self._cable(line.name, "eth0", "access", line.name)
            self._plug(line.name)
            self._address(line.name, "eth0", f"{line.ipv4}/24", f"{line.ipv6}/64")
            self.inside(line.name, "ip", "route", "add", "default", "via", ROUTER_IPV4)
            self.inside(line.name, "ip", "-6", "route", "add", "default", "via", line.ipv6_router)

        self._address("net", "eth0", f"{ROUTER_IPV4}/24", *(f"{line.ipv6_router}/64" for line in self.lines))
        self._address("net", "lo", *(f"{a}/32" for a in (DNS_IPV4, WEB_IPV4)),
                      *(f"{a}/128" for a in (DNS_IPV6, WEB_IPV6)))

    @staticmethod
    def _remove_leftover(namespace):
        """An earlier run that was killed leaves namespaces, but no processes in them."""
        users = run("ip", "netns", "pids", namespace, check=False)
        if users.returncode != 0:
            return  # there is none of this name
        if users.stdout.strip():
            raise RuntimeError(f"The network namespace {namespace} is in use: another demonstration or test is running. "
                               "Stop it first.")
        run("ip", "netns", "delete", namespace)

    def _cable(self, a, a_end, b, b_end):
        run("ip", "link", "add", a_end, "netns", self.namespace(a), "type", "veth",
            "peer", "name", b_end, "netns", self.namespace(b))
        for name, end in ((a, a_end), (b, b_end)):
            # A veth pair hands over what a real cable could not carry: packets without checksums and over the MTU.
            self.inside(name, "ethtool", "-K", end, "tx", "off", "tso", "off", "gso", "off", "gro", "off")
            self.inside(name, "ip", "link", "set", end, "up")

    def _plug(self, end):
        self._quiet("access", end)
        self.inside("access", "ip", "link", "set", end, "master", "switch")

    def _quiet(self, name, end):
        """No addresses and no neighbour discovery of its own: a port, not a host."""
        self.inside(name, "sysctl", "-q", "-w", f"net.ipv6.conf.{end}.disable_ipv6=1")
        self.inside(name, "ip", "link", "set", end, "up")

    def _address(self, name, end, *addresses):
        for address in addresses:
            # nodad: duplicate address detection would make the address unusable for a second.
            extra = ["nodad"] if ":" in address else []
            self.inside(name, "ip", "address", "add", address, "dev", end, *extra)
