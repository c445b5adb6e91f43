# SPDX-License-Identifier: Apache-2.0
"""luytrectl categories: import, lookup, stats, compile, remove."""

import os
import pathlib
import subprocess
import time

import pytest


@pytest.fixture
def names(tmp_path):
    def write(text, file="list.txt"):
        path = tmp_path / file
        path.write_text(text)
        return path
    return write


def current(ctl):
    return os.readlink(ctl.data_dir / "index" / "current")


def test_the_starter_list_is_imported_whole(starter):
    stats = starter.json("categories", "stats")
    assert [source["name"] for source in stats["sources"]] == ["starter"]
    assert stats["sources"][0]["format"] == "luytre"
    assert stats["names"] > 200
    assert stats["index"]["serial"] == stats["serial"] == 1
    assert "gambling" in stats["categories"] and len(stats["categories"]) == 64


def test_lookup_says_who_says_what(starter):
    found = starter.json("categories", "lookup", "www.casino.test", "unlisted.example")
    listed = found[0]["listed"][0]
    assert (listed["name"], listed["source"], listed["categories"]) == ("casino.test", "starter", ["gambling"])
    assert found[0]["in_force"]["categories"] == ["gambling"]
    assert found[1]["listed"] == [] and found[1]["in_force"]["categories"] == []
    text = starter.run("categories", "lookup", "WWW.Casino.TEST.", "unlisted.example")
    assert "starter says: gambling" in text and "no list names it" in text


def test_an_import_counts_what_it_skips_with_examples(ctl, names):
    path = names("# comment\na.example\nb.example\na.example\n10.0.0.1\nhttps://c.example/x\ncom.vn\n-\n")
    report = ctl.json("categories", "import", path, "--category", "gambling")
    assert (report["source"], report["format"], report["serial"]) == ("list", "names", 1)
    assert report["lines"] == 7 and report["entries"] == 2 and report["duplicates"] == 1
    assert sum(row["lines"] for row in report["skipped"].values()) == 4
    assert "10.0.0.1" in report["skipped"]["address"]["example"]
    assert report["skipped"]["public_suffix"]["lines"] == 1
    assert report["entries_by_category"] == {"gambling": 2}
    assert report["index"]["names"] == 2
    text = ctl.run("categories", "import", path, "--category", "gambling", "--source", "second")
    assert "skipped" in text and "https://c.example/x" in text


def test_several_categories_and_a_reach_can_be_given(ctl, names):
    ctl.run("categories", "import", names("a.example\n"), "--category", "gambling,porn", "--reach", "exact",
            "--minimum-age", "16")
    listed = ctl.json("categories", "lookup", "a.example")[0]["listed"][0]
    assert listed["categories"] == ["porn", "gambling"]
    assert listed["reach"] == "exact" and listed["minimum_age"] == 16
    assert ctl.json("categories", "lookup", "b.a.example")[0]["listed"] == []


def test_importing_a_source_again_replaces_it_and_keeps_the_others(ctl, names):
    ctl.run("categories", "import", names("a.example\nb.example\n"), "--source", "one", "--category", "porn")
    ctl.run("categories", "import", names("b.example\n"), "--source", "two", "--category", "gambling")
    ctl.run("categories", "import", names("c.example\n"), "--source", "one", "--category", "porn")
    found = {row["name"]: row for row in ctl.json("categories", "lookup", "a.example", "b.example", "c.example")}
    assert found["a.example"]["listed"] == []
    assert [row["source"] for row in found["b.example"]["listed"]] == ["two"]
    assert found["c.example"]["in_force"]["categories"] == ["porn"]


def test_the_index_is_swapped_by_a_link_and_the_previous_one_kept(ctl, names):
    for serial in range(1, 5):
        ctl.run("categories", "import", names(f"n{serial}.example\n"), "--source", "s", "--category", "porn")
        assert current(ctl) == f"index-{serial}"
    kept = sorted(path.name for path in (ctl.data_dir / "index").iterdir())
    assert kept == ["current", "index-3", "index-4"]


def test_no_compile_leaves_the_index_and_says_so(ctl, names):
    ctl.run("categories", "import", names("a.example\n"), "--source", "one", "--category", "porn")
    text = ctl.run("categories", "import", names("b.example\n"), "--source", "two", "--category", "porn", "--no-compile")
    assert "categories compile" in text
    assert current(ctl) == "index-1"
    behind = subprocess.run(ctl.command("categories", "lookup", "b.example"), capture_output=True, text=True)
    assert behind.returncode == 0 and "categories compile" in behind.stderr
    assert ctl.json("categories", "compile")["names"] == 2
    assert current(ctl) == "index-2"


def test_removing_a_source_takes_it_out_of_force(ctl, names):
    ctl.run("categories", "import", names("a.example\n"), "--source", "one", "--category", "porn")
    ctl.run("categories", "remove", "one")
    assert ctl.json("categories", "lookup", "a.example")[0]["in_force"]["categories"] == []
    assert "one" in ctl.refused("categories", "remove", "one")


def test_a_list_that_lost_half_of_its_names_needs_a_word(ctl, names):
    long = names("".join(f"n{i}.example\n" for i in range(300)))
    ctl.run("categories", "import", long, "--source", "s", "--category", "porn")
    short = names("only.example\n", "short.txt")
    held = ctl.json("categories", "import", short, "--source", "s", "--category", "porn", code=5)
    assert [finding["kind"] for finding in held["findings"]] == ["shrink"]
    assert ctl.json("categories", "stats")["names"] == 300
    ctl.run("categories", "import", short, "--source", "s", "--category", "porn", "--allow-shrink")
    assert ctl.json("categories", "stats")["names"] == 1


@pytest.mark.parametrize("content", ["", "# nothing\n", "10.0.0.1\nnot a name\n"])
def test_a_list_without_names_is_refused(ctl, names, content):
    message = ctl.refused("categories", "import", names(content), "--category", "porn", "--format", "names")
    assert "list.txt" in message


def test_mistakes_are_answered_with_what_to_do(ctl, names):
    assert "categories import" in ctl.refused("categories", "lookup", "a.example")
    assert "categories import" in ctl.refused("categories", "stats")
    assert "missing.txt" in ctl.refused("categories", "import", "missing.txt", "--category", "porn")
    assert "categor" in ctl.refused("categories", "import", names("a.example\n"))
    assert "'nonsense'" in ctl.refused("categories", "import", names("a.example\n"), "--category", "nonsense")
    ctl.run("categories", "import", names("a.example\n"), "--category", "porn")
    assert "without scheme" in ctl.refused("categories", "lookup", "https://a.example/")
    assert "xn--" in ctl.refused("categories", "lookup", "tiếng.example")
    ctl.refused("categories", "import", names("a.example\n"), "--format", "bind", code=2)
    ctl.refused("categories", code=2)


def test_a_share_folder_without_data_is_named(ctl, names, tmp_path):
    ctl.share_dir = tmp_path
    assert "--share-dir" in ctl.refused("categories", "import", names("a.example\n"), "--category", "porn")


def test_a_damaged_index_is_not_used(ctl, names):
    ctl.run("categories", "import", names("a.example\n"), "--category", "porn")
    index = ctl.data_dir / "index" / current(ctl)
    content = bytearray(index.read_bytes())
    content[len(content) // 2] ^= 0xFF
    index.unlink()
    index.write_bytes(content)
    ctl.refused("check", "a.example", "--band", "b1")


def test_a_killed_import_leaves_the_lists_usable(ctl, names):
    ctl.run("categories", "import", names("a.example\n"), "--source", "s", "--category", "porn")
    many = names("".join(f"n{i}.example\n" for i in range(200_000)), "many.txt")
    for delay in (0.1, 0.3, 0.6):
        running = subprocess.Popen(ctl.command("categories", "import", many, "--source", "s", "--category", "porn"),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        running.kill()
        running.wait()
        assert ctl.json("categories", "stats")["names"] in (1, 200_000)
    ctl.run("categories", "import", many, "--source", "s", "--category", "porn")
    assert ctl.json("categories", "stats")["index"]["names"] == 200_000


def test_a_real_list_is_imported(ctl):
    shared = pathlib.Path(os.environ.get("LUYTRE_SHARED", pathlib.Path(__file__).resolve().parents[4] / "shared"))
    ut1 = shared / "lists" / "ut1"
    if not ut1.is_dir():
        pytest.skip(f"{ut1} is absent: it holds the real list that this test imports")
    report = ctl.json("categories", "import", next(ut1.glob("*.tar.zst")))
    assert report["format"] == "ut1" and report["entries"] > 200_000
    skipped = sum(row["lines"] for row in report["skipped"].values())
    assert report["lines"] == report["entries"] + report["duplicates"] + skipped
