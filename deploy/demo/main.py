# SPDX-License-Identifier: Apache-2.0
"""The main job of deploy/quickstart, once everything is built: a child's line, an adult's line, a small internet,
the gateway between them, and a table of what each line may reach, found out with real clients."""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import probes
from gateway import Gateway
from network import ADULT, CHILD, INTERNET_PORT, SUBSCRIBER_PORT, Network
from servers import STATUS_NAME, Servers

BAND = "b1"
STATUS_PAGE = f"http://{STATUS_NAME}/"

# name, what the child's line must meet. The .test names are the starter list's own, for demonstrations.
EXPECTED = [
    ("adult.test", probes.CLOSED),
    ("casino.test", probes.CLOSED),
    ("malware.test", probes.CLOSED),
    ("vpn.test", probes.CLOSED),
    ("news.test", probes.OPEN),
    ("health.test", probes.OPEN),
    ("helpline.test", probes.OPEN),
    ("tongdai111.vn", probes.OPEN),
    ("vi.wikipedia.org", probes.OPEN),
    ("never-heard-of.example", probes.OPEN),
]
ON_PAUSE = [("news.test", probes.CLOSED), ("helpline.test", probes.OPEN), ("health.test", probes.OPEN)]


class Interrupted(Exception):
    pass


def main():
    options = parse_arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        return run_on_ports(options) if options.ports else run_demonstration(options)
    except Interrupted:
        print("\nStopped; everything was cleaned up.", file=sys.stderr)
        return 130
    except (RuntimeError, OSError) as error:
        print(f"quickstart: {error}", file=sys.stderr)
        return 1


def interrupt(*_):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not stop the cleaning up
    raise Interrupted


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="deploy/quickstart", description="Build Luytre and see it filter a child's line.")
    parser.add_argument("--keep", action="store_true", help="leave it running until Ctrl-C, and say how to look around")
    parser.add_argument("--ports", metavar="A,B",
                        help="run the gateway between two interfaces of this machine (subscriber side, internet "
                             "side) instead of the demonstration; they must carry no addresses")
    parser.add_argument("--list", metavar="FILE", action="append", default=[],
                        help="import a real list besides the starter list: a UT1 tarball or folder, hosts, plain "
                             "names, adblock, dnsmasq, RPZ or CSV")
    parser.add_argument("--category", metavar="NAME",
                        help="the category of lists that name none themselves (hosts, plain names), e.g. gambling")
    parser.add_argument("--data-dir", default="/var/lib/luytre",
                        help="where --ports keeps lists and lines (default: %(default)s)")
    parser.add_argument("--binaries", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--share-dir", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def import_lists(gateway, options):
    gateway.luytrectl("categories", "import", str(gateway.share_dir / "lists" / "starter.txt"),
                      "--source", "starter", "--scope", "national", *(["--no-compile"] if options.list else []))
    for number, path in enumerate(options.list):
        if not os.path.exists(path):
            raise RuntimeError(f"The list {path} does not exist.")
        last = number == len(options.list) - 1
        command = [str(gateway.binaries / "luytrectl"), "--data-dir", str(gateway.data_dir), "--share-dir",
                   str(gateway.share_dir), "categories", "import", path]
        command += ["--category", options.category] if options.category else []
        command += [] if last else ["--no-compile"]
        # Real lists close popular names, often as they should: who tries one out is told, and gets it.
        command += ["--accept", "popular,opens,never_block"]
        # Its own progress and report go to the terminal.
        if subprocess.run(command).returncode != 0:
            raise RuntimeError(f"The list {path} was not imported; the reason stands above.")


def run_demonstration(options):
    began = time.monotonic()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="luytre-demo-"))
    names = [name for name, _ in EXPECTED]
    try:
        with Network("luytre") as network, Servers(network, directory, names) as servers:
            gateway = Gateway(options.binaries, options.share_dir, directory, directory / "data",
                              (SUBSCRIBER_PORT, INTERNET_PORT), STATUS_PAGE, network)
            import_lists(gateway, options)
            gateway.luytrectl("line", "add", CHILD.name, "--band", BAND, "--key", CHILD.ipv4, "--key",
                              CHILD.ipv6_prefix)
            with gateway:
                wrong = show_tables(network, gateway, servers.ca_file)
                print(f"\nStarted and checked over IPv4 and IPv6 in {time.monotonic() - began:.0f} s.")
                if options.keep:
                    explain_keep(gateway, servers)
                    wait_for_end(gateway)
        return 1 if wrong else 0
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def show_tables(network, gateway, ca_file):
    print("\nA child's line (ages 7-12) and an adult's line, asking for the same names:\n")
    print(f"  {'name':<24}{'child: DNS':<18}{'HTTPS':<15}{'HTTP':<12}{'why':<18}adult")
    wrong = [row for row in EXPECTED if not show_row(network, gateway, ca_file, *row)]

    print("\nThe same line while its owner has paused it: help stays open.\n")
    gateway.await_policy(lambda: gateway.luytrectl("line", "set", CHILD.name, "--pause", "30m"))
    wrong += [row for row in ON_PAUSE if not show_row(network, gateway, ca_file, *row)]
    gateway.await_policy(lambda: gateway.luytrectl("line", "set", CHILD.name, "--resume"))
    if wrong:
        print("\nNOT as promised: " + ", ".join(sorted({name for name, _ in wrong})), file=sys.stderr)
    return wrong


def show_row(network, gateway, ca_file, name, expected):
    """Prints one name's row; true if both lines met what was promised and `check` says the same."""
    child = probes.all_ways(network, CHILD.name, name, ca_file, STATUS_PAGE)
    adult = probes.all_ways(network, ADULT.name, name, ca_file, STATUS_PAGE)
    check = gateway.luytrectl("check", name, "--line", CHILD.name, "--json", check=False)
    verdict = json.loads(check.stdout)
    adult_reach = {answer.reach for answer in adult.values()}
    good = ({answer.reach for answer in child.values()} == {expected} and adult_reach == {probes.OPEN}
            and (verdict["action"] == "block") == (expected == probes.CLOSED))
    dns, https, http = child["DNS"], child["HTTPS"], child["HTTP"]
    print(f"  {name:<24}{cell(dns, dns.detail):<18}{cell(https, https.detail):<15}"
          f"{cell(http, '302'):<12}{verdict['reason']:<18}{'/'.join(sorted(adult_reach))}"
          f"{'' if good else '   <- expected ' + expected}")
    return good


def cell(answer, closed_detail):
    return closed_detail if answer.reach == probes.CLOSED else (
        answer.reach if answer.reach == probes.OPEN else f"broken ({answer.detail})")


def explain_keep(gateway, servers):
    ctl = f"{gateway.binaries / 'luytrectl'} --data-dir {gateway.data_dir} --share-dir {gateway.share_dir}"
    print(f"""
It stays up until you press Ctrl-C. In another terminal:

  ip netns exec luytre-child dig @203.0.113.53 casino.test
  ip netns exec luytre-child curl -v --cacert {servers.ca_file} --resolve casino.test:443:203.0.113.80 https://casino.test/
  ip netns exec luytre-gw {ctl} status
  {ctl} check casino.test --line child
  {ctl} line set child --allow casino.test
  {ctl} categories lookup casino.test

The gateway's log is {gateway.log}.""", flush=True)


def wait_for_end(gateway):
    code = gateway.process.wait()  # Ctrl-C ends this by an exception
    raise RuntimeError(f"The gateway stopped by itself with exit code {code}; its log:\n"
                       f"{gateway.log.read_text(errors='replace')[-2000:]}")


def run_on_ports(options):
    ports = options.ports.split(",")
    if len(ports) != 2 or not all(ports) or ports[0] == ports[1]:
        raise RuntimeError("--ports takes two different interfaces, subscriber side first: --ports eth1,eth2")
    for port in ports:
        if not os.path.exists(f"/sys/class/net/{port}"):
            raise RuntimeError(f"There is no interface {port}; 'ip link' lists what this machine has.")
    data_dir = pathlib.Path(options.data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="luytre-run-"))
    try:
        gateway = Gateway(options.binaries, options.share_dir, directory, data_dir, ports, STATUS_PAGE)
        import_lists(gateway, options)
        with gateway:
            ctl = f"{gateway.binaries / 'luytrectl'} --data-dir {data_dir} --share-dir {gateway.share_dir}"
            print(f"""The gateway runs between {ports[0]} (subscriber side) and {ports[1]} (internet side). Nothing is
filtered until a line is registered:

  {ctl} line add my-child --band b1 --key 192.0.2.10
  {ctl} status

Ctrl-C stops it, and then nothing passes between the two interfaces. Lists and lines stay in {data_dir}.""", flush=True)
            wait_for_end(gateway)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
