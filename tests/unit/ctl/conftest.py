# SPDX-License-Identifier: Apache-2.0
"""Runs the real luytrectl (environment LUYTRECTL) on an empty data folder for each test."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Luytrectl:
    def __init__(self, data_dir):
        self.program = os.environ.get("LUYTRECTL")
        if not self.program:
            pytest.skip("LUYTRECTL does not name the program to test")
        self.data_dir = pathlib.Path(data_dir)
        self.share_dir = ROOT

    def command(self, *arguments):
        return [self.program, "--data-dir", str(self.data_dir), "--share-dir", str(self.share_dir),
                *map(str, arguments)]

    def run(self, *arguments, code=0):
        """Runs one command, demands its exit code and returns what it printed."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=120)
        assert done.returncode == code, f"{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        if "--json" not in arguments:
            assert all(len(line) <= 100 for line in done.stdout.splitlines()), done.stdout
        return done.stdout

    def json(self, *arguments, code=0):
        return json.loads(self.run(*arguments, "--json", code=code))

    def refused(self, *arguments, code=1):
        """Runs a command that must fail and returns its sentence."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=120)
        assert done.returncode == code, f"{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.stdout == ""
        if code == 1:
            assert done.stderr.startswith("luytrectl: ") and done.stderr.rstrip().endswith("."), done.stderr
        return done.stderr


@pytest.fixture
def ctl(tmp_path):
    return Luytrectl(tmp_path / "data")


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    """One installation with the starter list, for tests that only read."""
    made = Luytrectl(tmp_path_factory.mktemp("installation") / "data")
    made.run("categories", "import", ROOT / "deploy" / "lists" / "starter.txt", "--scope", "national")
    return made
