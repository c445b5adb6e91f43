# SPDX-License-Identifier: Apache-2.0
"""luytrectl categories import --format labels and label-registry: what sites say about themselves."""

import json

import pytest

RTA = '<html><head><meta name="rating" content="RTA-5042-1996-1400-1577-RTA"></head></html>'


def age_xml(*labels, default="18"):
    parts = "".join(f'<label class="x"><age>{age}</age><scope>{scope}</scope></label>' for age, scope in labels)
    return (f"<age-declaration><ageblock-labeltype><xmlfile>true</xmlfile><default-age>{default}</default-age>"
            "</ageblock-labeltype><ageblock-labeltype-definition><labeltype-xmlfile>" + parts +
            "</labeltype-xmlfile></ageblock-labeltype-definition></age-declaration>")


@pytest.fixture
def crawl(tmp_path):
    """A crawler's folder: crawl({"a.example/age-de.xml": text, …})."""
    def made(files):
        root = tmp_path / "crawl"
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return root
    return made


def in_force(ctl, name):
    return ctl.json("categories", "lookup", name)[0]["in_force"]




def test_a_crawl_becomes_a_source_of_ages(ctl, crawl):
    root = crawl({"a.example/age-de.xml": age_xml(("16", "*.a.example/*"), ("18", "a.example/shop/*")),
                  "b.example/index.html": RTA,
                  "c.example/headers.txt": "HTTP/1.1 200 OK\r\nRating: RTA-5042-1996-1400-1577-RTA\r\n",
                  "d.example/age.xml": age_xml(default="12"),
                  "e.example/age-de.xml": "<html>not found</html>",
                  "f.example/age-de.xml": age_xml(("18", "a.example"), ("18", "w+.f.example"), ("0", "f.example")),
                  "f.example/robots.txt": "User-agent: *\n"})
    report = ctl.json("categories", "import", root, "--format", "labels", "--source", "labels")
    assert (report["format"], report["entries"], report["names"], report["paths"]) == ("labels", 5, 4, 1)
    assert report["lines"] == 9
    assert {cause: found["lines"] for cause, found in report["skipped"].items()} == {
        "no_label": 1, "other_host": 1, "not_name_level": 1, "all_ages": 1}
    assert report["skipped"]["other_host"]["example"] == "f.example/age-de.xml: a.example"
    assert report["entries_by_category"] == {"adult_mature": 2}
    assert in_force(ctl, "www.a.example") == {"categories": [], "minimum_age": 16}
    assert in_force(ctl, "b.example") == {"categories": ["adult_mature"], "minimum_age": 18}
    assert in_force(ctl, "www.b.example") == {"categories": [], "minimum_age": 0}
    assert in_force(ctl, "d.example")["minimum_age"] == 12
    assert in_force(ctl, "f.example") == {"categories": [], "minimum_age": 0}


def test_an_age_closes_a_site_for_the_younger_bands(ctl, crawl):
    root = crawl({"a.example/age-de.xml": age_xml(("16", "*.a.example"))})
    ctl.run("categories", "import", root, "--format", "labels", "--source", "labels")
    ctl.run("line", "add", "young", "--band", "b1", "--key", "10.0.0.1")
    ctl.run("line", "add", "old", "--band", "b3", "--key", "10.0.0.2")
    refused = ctl.json("check", "www.a.example", "--line", "young", code=3)
    assert "ages 16 and over" in json.dumps(refused)
    ctl.run("check", "www.a.example", "--line", "old")


def test_a_label_raises_and_never_lowers(ctl, crawl, tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text("name,categories,minimum_age\nhigh.example,dating,18\nlow.example,dating,6\n")
    ctl.run("categories", "import", listed, "--source", "listed")
    root = crawl({"high.example/age.xml": age_xml(("6", "*.high.example")),
                  "low.example/age.xml": age_xml(("16", "*.low.example"))})
    ctl.run("categories", "import", root, "--format", "labels", "--source", "labels")
    assert in_force(ctl, "high.example") == {"categories": ["dating"], "minimum_age": 18}
    assert in_force(ctl, "low.example") == {"categories": ["dating"], "minimum_age": 16}


def test_one_file_needs_its_host(ctl, crawl):
    root = crawl({"x/age-de.xml": age_xml(("16", "*"))})
    assert "fetched from" in ctl.refused("categories", "import", root / "x" / "age-de.xml", "--format", "labels")
    report = ctl.json("categories", "import", root / "x" / "age-de.xml", "--format", "labels", "--host", "a.example")
    assert report["entries"] == 1
    assert in_force(ctl, "a.example")["minimum_age"] == 16


def test_a_label_takes_no_category_from_the_command(ctl, crawl):
    root = crawl({"a.example/age-de.xml": age_xml(("16", "*"))})
    assert "no category" in ctl.refused("categories", "import", root, "--format", "labels", "--category", "health")


def test_a_shared_host_speaks_for_itself_alone(ctl, crawl):
    root = crawl({"blogspot.com/age.xml": age_xml(("18", "*.blogspot.com/*"))})
    report = ctl.json("categories", "import", root, "--format", "labels", "--source", "labels",
                      "--accept", "popular")
    assert report["narrowed_to_exact"] == 1
    assert in_force(ctl, "blogspot.com")["minimum_age"] == 18
    assert in_force(ctl, "somebody.blogspot.com")["minimum_age"] == 0


def test_a_registry_lists_ages(ctl, tmp_path):
    registry = tmp_path / "registry.csv"
    registry.write_text("Domain,Owner,Min_Age,Label\n"
                        "a.example,A,16,\nb.example,\"B, Ltd\",,RTA\nc.example,C,0,\nd.example,D,x,\n"
                        "e.example,E,21,\ncom,F,18,\n")
    report = ctl.json("categories", "import", registry, "--format", "label-registry", "--source", "registry")
    assert (report["format"], report["lines"], report["entries"]) == ("label-registry", 6, 3)
    assert {cause: found["lines"] for cause, found in report["skipped"].items()} == {
        "all_ages": 1, "bad_field": 1, "single_label": 1}
    assert in_force(ctl, "www.a.example")["minimum_age"] == 16
    assert in_force(ctl, "b.example") == {"categories": ["adult_mature"], "minimum_age": 18}
    assert in_force(ctl, "e.example")["minimum_age"] == 18


def test_a_registry_without_its_columns_is_refused(ctl, tmp_path):
    registry = tmp_path / "registry.csv"
    registry.write_text("domain,url,age\na.example,,16\n")
    assert "one of the columns" in ctl.refused("categories", "import", registry, "--format", "label-registry")
