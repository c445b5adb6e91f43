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
        path.parent.mkdir(exist_ok=True)
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
    assert report["lines"] == 7 and report["entries"] == 3 and report["duplicates"] == 1
    assert (report["names"], report["paths"], report["prefixes"], report["exceptions"]) == (2, 1, 0, 0)
    assert sum(row["lines"] for row in report["skipped"].values()) == 3
    assert "10.0.0.1" in report["skipped"]["reserved_address"]["example"]
    assert report["skipped"]["public_suffix"]["lines"] == 1
    assert report["entries_by_category"] == {"gambling": 3}
    assert report["index"]["names"] == 2
    text = ctl.run("categories", "import", path, "--category", "gambling", "--source", "second")
    assert "skipped" in text and "10.0.0.1" in text and "pages" in text


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
    assert "international" in ctl.refused("categories", "lookup", "xn--\u202e.example")
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
    report = ctl.json("categories", "import", next(ut1.glob("*.tar.zst")), "--accept", "popular,opens")
    assert report["format"] == "ut1" and report["entries"] > 200_000
    skipped = sum(row["lines"] for row in report["skipped"].values())
    assert report["lines"] == report["entries"] + report["duplicates"] + skipped


def test_a_source_states_only_what_its_scope_allows(ctl, names):
    content = "a.example\tporn\nb.example\teducation,porn\nhelp.example\thelpline_report\nc.example\tcsam\n"
    path = names(content)
    report = ctl.json("categories", "import", path)
    assert report["entries"] == 2 and report["reduced"] == 1
    assert report["skipped"]["not_granted"]["lines"] == 2
    assert "help.example" in report["skipped"]["not_granted"]["example"]
    for options, entries in ((("--grant", "never_block_1"), 3), (("--grant", "never_block_1,never_block_2"), 3),
                             (("--scope", "school", "--grant", "never_block_1"), 2), (("--scope", "national"), 3),
                             (("--scope", "mandatory"), 4)):
        assert ctl.json("categories", "import", path, *options)["entries"] == entries, options
    message = ctl.refused("categories", "import", names("c.example\tcsam\n"), "--source", "other")
    assert "may not state" in message and "--scope" in message
    assert "'mandatory' cannot be granted" in ctl.refused("categories", "import", path, "--grant", "mandatory")


def test_a_lists_own_words_are_mapped(ctl, names):
    path = names("name,categories\na.example,adult\nb.example,games\nc.example,other\n", "list.csv")
    report = ctl.json("categories", "import", path, "--map", "adult=porn+dating,games=-")
    assert report["entries_by_category"] == {"dating": 1, "porn": 1}
    assert {cause: row["lines"] for cause, row in report["skipped"].items()} == {"unknown_category": 1, "left_out": 1}
    assert "'porno'" in ctl.refused("categories", "import", path, "--map", "adult=porno")


def test_pages_ranges_and_exceptions_are_entries(ctl, names):
    path = names("a.example\tporn\n!good.a.example\tporn\nhttp://b.example/bad\tporn\n8.8.8.0/24\tmalware\n")
    report = ctl.json("categories", "import", path)
    assert (report["names"], report["paths"], report["prefixes"], report["exceptions"]) == (2, 1, 1, 1)
    text = ctl.run("categories", "import", path)
    assert "pages" in text and "they take back" in text
    found = {row["name"]: row for row in ctl.json("categories", "lookup", "www.a.example", "good.a.example",
                                                  "b.example")}
    assert found["www.a.example"]["in_force"]["categories"] == ["porn"]
    assert found["good.a.example"]["in_force"]["categories"] == []
    assert found["b.example"]["in_force"]["categories"] == [], "a page says nothing about its host"


def test_names_may_be_typed_as_people_write_them(ctl, names):
    ctl.run("categories", "import", names("bücher.example\n"), "--category", "porn")
    assert ctl.json("categories", "lookup", "www.Bücher.example")[0]["name"] == "www.xn--bcher-kva.example"


@pytest.fixture
def catalogue(names):
    names("a.example\nb.example\nnot a name\n", "lists/one.adult.txt")
    names("c.example\n", "lists/two.adult.txt")
    names("0.0.0.0 d.example\n", "lists/casino.hosts")
    names("nothing here\n", "lists/broken.txt")
    return names('[[source]]\npath = "lists/*.adult.txt"\nissuer = "Somebody"\ncategories = ["porn"]\npriority = 7\n'
                 '[[source]]\npath = "lists/casino.hosts"\nname = "bets"\ncategories = ["gambling"]\n'
                 '[[source]]\npath = "lists/*"\ncategories = ["malware"]\n', "sources.toml")


def test_a_catalogue_imports_all_lists_and_one_bad_one_stops_none(ctl, catalogue):
    report = ctl.json("categories", "import", "--sources", catalogue, code=1)
    assert [row["source"] for row in report["sources"]] == ["one.adult", "two.adult", "bets"]
    assert [row["source"] for row in report["failed"]] == ["broken"]
    assert "not a domain name" in report["failed"][0]["reason"]
    assert (report["lines"], report["entries"]) == (5, 4)
    assert report["skipped"]["not_a_name"]["lines"] == 1
    assert report["entries_by_category"] == {"gambling": 1, "porn": 3}
    stats = ctl.json("categories", "stats")
    assert stats["serial"] == 3 and stats["index"]["serial"] == 3
    assert sorted(source["name"] for source in stats["sources"]) == ["bets", "one.adult", "two.adult"]
    text = ctl.run("categories", "import", "--sources", catalogue, code=1)
    assert "Imported 3 lists; 0 held, 0 left out, 1 failed." in text and "one.adult.txt:3: not a name" in text


def test_a_catalogue_leaves_lists_out_with_the_reason(ctl, catalogue, names, tmp_path):
    other = names('[[source]]\npath = ["broken.txt", "casino.hosts"]\nleave_out = "Not wanted here."\n'
                  '[[source]]\npath = "*"\ncategories = ["porn"]\n', "elsewhere/other.toml")
    text = ctl.run("categories", "import", "--sources", other, "--root", tmp_path / "lists", "--no-compile")
    assert "Not wanted here." in text and "broken, casino" in text
    assert "Imported 2 lists; 0 held, 2 left out, 0 failed." in text and "categories compile" in text


def test_a_wrong_catalogue_imports_nothing(ctl, names, catalogue):
    assert ":3: unknown key" in ctl.refused("categories", "import", "--sources",
                                            names('[[source]]\npath = "lists/*"\nfoo = 1\n', "wrong.toml"))
    assert "matches nothing" in ctl.refused("categories", "import", "--sources",
                                            names('[[source]]\npath = "none/*"\n', "wrong.toml"))
    assert "cannot be opened" in ctl.refused("categories", "import", "--sources", "missing.toml")
    ctl.refused("categories", "import", "--sources", catalogue, "--scope", "national", code=2)
    ctl.refused("categories", "import", catalogue, "--root", ".", code=2)
    assert "PATH of one list" in ctl.refused("categories", "import")
    assert not ctl.data_dir.exists()
