# SPDX-License-Identifier: Apache-2.0
"""Real blocked names, and questions about them: the same files for every program that is compared."""

import dataclasses
import json
import os
import pathlib
import random
import shutil
import subprocess
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = 1
# A name of the list may get a label in front and Unbound's zone name behind it: 253 characters less room for both.
LONGEST = 230


@dataclasses.dataclass(frozen=True)
class Workload:
    folder: pathlib.Path
    names: int
    questions: int
    blocked: int  # questions that the list covers

    @property
    def list(self):
        """A name a line; each stands for itself and everything below it."""
        return self.folder / "list.txt"

    @property
    def dnsperf(self):
        return self.folder / "questions.dnsperf"

    @property
    def expected(self):
        """The same questions, each with the answer that is expected: nx or ok."""
        return self.folder / "questions.expected"


def shared_folder():
    folder = pathlib.Path(os.environ.get("LUYTRE_SHARED", ROOT.parent / "shared"))
    if not (folder / "lists" / "make_workload.py").is_file():
        raise RuntimeError(f"{folder} has no lists/make_workload.py: real names come from there (LUYTRE_SHARED).")
    return folder


def make(folder, names, questions, binaries):
    """Written once and kept: reading all lists takes half a minute."""
    folder = pathlib.Path(folder) / f"names-{names}-{questions}"
    summary = folder / "summary.json"
    if not summary.exists():
        folder.mkdir(parents=True, exist_ok=True)
        summary.write_text(json.dumps(_write(folder, names, questions, binaries)))
    return Workload(folder=folder, **json.loads(summary.read_text()))


def _write(folder, names, count, binaries):
    lists = shared_folder() / "lists"
    subprocess.run(["python3", str(lists / "make_workload.py"), "lists", "--total", str(names), "--layout", "tsv",
                    "-o", str(folder)], check=True, capture_output=True)
    with (folder / "all.tsv").open() as lines:
        listed = [name for name in (line.split("\t", 1)[0] for line in lines) if len(name) <= LONGEST]
    (folder / "all.tsv").unlink()
    special = _special_names()
    listed = [name for name in _importable(folder, listed, binaries) if not covered(name, special)]
    (folder / "list.txt").write_text("\n".join(listed) + "\n")

    chance = random.Random(SEED)
    blocked = [_below(chance, chance.choice(listed)) for _ in range(count // 2)]
    listed = set(listed)
    clean = [name for name in _real_names(lists)
             if len(name) <= LONGEST and not covered(name, listed) and not covered(name, special)]
    chance.shuffle(clean)
    asked = [(name, "nx") for name in blocked]
    asked += [(clean[i % len(clean)], "ok") for i in range(count - len(asked))]
    chance.shuffle(asked)
    with (folder / "questions.dnsperf").open("w") as plain, (folder / "questions.expected").open("w") as expected:
        for name, answer in asked:
            plain.write(f"{name} A\n")
            expected.write(f"{name} {answer}\n")
    return {"names": len(listed), "questions": len(asked), "blocked": len(blocked)}


def _importable(folder, names, binaries):
    """Without the registries and hosts that strangers share (blogspot.bg, duckdns.org): luytrectl skips and counts them,
    the other programs block all below them. So all three have the same list."""
    given, taken, database = folder / "given.txt", folder / "taken.txt", folder / "database"
    given.write_text("\n".join(names) + "\n")
    luytrectl = [str(binaries / "luytrectl"), "--data-dir", str(database), "--share-dir", str(ROOT), "categories"]
    subprocess.run([*luytrectl, "import", str(given), "--source", "all", "--format", "names", "--category", "gambling",
                    "--reach", "subtree", "--no-compile", "--accept", "popular,never_block"], check=True,
                   capture_output=True)
    subprocess.run([*luytrectl, "export", "--format", "names", "--output", str(taken)], check=True, capture_output=True)
    kept = {line.removeprefix("*.") for line in taken.read_text().split()}
    given.unlink()
    taken.unlink()
    shutil.rmtree(database)
    return [name for name in names if name in kept]


def _special_names():
    """They have an answer of their own for a child's line, whatever the lists say."""
    preset = tomllib.loads((ROOT / "policy" / "presets" / "vn.toml").read_text())
    return {special["name"] for special in preset["special_names"]}


def _below(chance, name):
    """Half of all questions are for a listed name itself, half for one below it."""
    return name if chance.random() < 0.5 else "www." + name


def _real_names(lists):
    """Popular and crawled names that people really ask for."""
    files = ["popular-fqdn.names.zst", *(f"realnames.{end}.names.zst" for end in ("de", "edu", "net", "vn"))]
    done = subprocess.run(["zstd", "-dcq", *(str(lists / file) for file in files)], check=True, capture_output=True,
                          text=True)
    return sorted({name for name in done.stdout.split("\n") if "." in name and not name.endswith(".arpa")})


def covered(name, listed):
    """Whether `listed` has the name or one above it."""
    while name:
        if name in listed:
            return True
        name = name.partition(".")[2]
    return False
