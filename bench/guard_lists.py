#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks the guards about every list of a folder of real lists, as if each were imported into an empty installation.

The folder holds MANIFEST.tsv (columns file, group, quality), categories/*.domains.zst and popular.domains.zst. Prints a
table of the lists that would be held and of those that are only noticed, and how many pass. See docs/guards.md."""

import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

# The category that an operator would give a group of lists.
GROUPS = {
    "adult": "porn", "ads": "ads_trackers", "ai": "generative_ai", "allow": "education", "anime-novel": "adult_mature",
    "blog-forum": "forum_blog", "chat": "messaging", "crypto": "finance_crypto", "dangerous-material":
    "weapons_explosives", "dating": "dating", "doh": "encrypted_dns", "drugs": "drugs", "dynamic-dns": "dynamic_parked",
    "exam": "exam_cheating", "fakenews": "disinformation", "filehosting": "file_hosting", "finance": "finance_crypto",
    "gambling": "gambling", "games": "game_unrated", "hacking": "hacking_tools", "jobs": "leisure", "lifestyle":
    "leisure", "malware": "malware", "national": "national_order", "news": "news", "no-safesearch": "search_unsafe",
    "phishing": "phishing_scam", "piracy": "piracy", "remote-control": "remote_control", "risk-junk": "disinformation",
    "scam": "phishing_scam", "sect-astrology": "cult_occult", "shock-gore": "violence_gore", "shopping": "shopping",
    "shortener": "url_shortener", "social": "social_network", "spam": "phishing_scam", "sports": "leisure",
    "streaming": "streaming_av", "tobacco": "alcohol_tobacco_vape", "tracking": "ads_trackers", "typosquat":
    "phishing_scam", "violence-hate": "hate_extremism", "vpn-proxy": "proxy_anonymizer", "webmail": "webmail",
}
# Lists that are about something else than the rest of their group.
LISTS = {
    "blp.tiktok": "short_video_live", "blp.youtube": "video_sharing", "ut1.bank": "finance_crypto",
    "ut1.cleaning": "infrastructure", "ut1.lingerie": "adult_mature", "ut1.mixed_adult": "adult_mature",
    "ut1.update": "infrastructure", "v2fly.svc-tiktok": "short_video_live", "v2fly.svc-twitch": "short_video_live",
    "v2fly.svc-youtube": "video_sharing",
}
# Lists of what the law forbids, and of what may never be blocked, need a source that may say so.
SCOPES = {"national_order": "mandatory", "infrastructure": "mandatory", "education": "mandatory"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--luytrectl", required=True, help="the program to ask")
    parser.add_argument("--share-dir", default=pathlib.Path(__file__).resolve().parents[1], help="taxonomy, presets")
    parser.add_argument("--lists", required=True, type=pathlib.Path, help="the folder of lists")
    parser.add_argument("--top", type=int, default=1000, help="so many names of the ranking (default: %(default)s)")
    parser.add_argument("--names", type=int, default=6, help="names in a row (default: %(default)s)")
    options = parser.parse_args()
    with open(options.lists / "MANIFEST.tsv", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    with tempfile.TemporaryDirectory() as folder:
        found = [(row, ask(options, row, pathlib.Path(folder) / "data")) for row in rows]
    report(found, options)


def list_name(row):
    return pathlib.PurePath(row["file"]).name.removesuffix(".domains.zst")


def category(row):
    return LISTS.get(list_name(row), GROUPS[row["group"]])


def ask(options, row, data_dir):
    command = [options.luytrectl, "--data-dir", data_dir, "--share-dir", options.share_dir, "categories", "preview",
               options.lists / row["file"], "--format", "names", "--category", category(row), "--popular",
               options.lists / "popular.domains.zst", "--top", options.top, "--json"]
    if category(row) in SCOPES:
        command += ["--scope", SCOPES[category(row)]]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode not in (0, 5):
        sys.exit(f"{list_name(row)}: {done.stderr}")
    return json.loads(done.stdout)


def report(found, options):
    held = [(row, answer) for row, answer in found if answer["would_be_held"]]
    noticed = [(row, answer) for row, answer in found if not answer["would_be_held"] and answer["findings"]]
    print(f"{len(found)} lists, popular names: own data and the first {options.top} of the ranking: {len(held)} held, "
          f"{len(noticed)} with a notice, {len(found) - len(held) - len(noticed)} pass in silence\n")
    for title, part in (("held", held), ("notice", noticed)):
        print(f"| {title} | as | entries | why |\n| --- | --- | ---: | --- |")
        for row, answer in part:
            print(f"| {list_name(row)} | {category(row)} | {answer['entries']:,} | {why(answer, options.names)} |")
        print()


def why(answer, most):
    parts = []
    for finding in answer["findings"]:
        names = [hit["subject"] for hit in finding["first"]][:most]
        names += ["…"] if finding["count"] > len(names) else []
        mark = "" if finding["severity"] != "notice" else " (notice)"
        parts.append(f"{finding['kind']}{mark} {finding['count']}: {', '.join(names)}")
    return "; ".join(parts)


if __name__ == "__main__":
    main()
