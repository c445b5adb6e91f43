// SPDX-License-Identifier: Apache-2.0
// Real lists, good and bad ones (shared_lists_fixture.h).

#include <algorithm>
#include <string>

#include "guard_fixture.h"
#include "shared_lists_fixture.h"

namespace luytre::categories {
namespace {

class RealLists : public testing::SharedListsTest {
 protected:
  GuardReport check(const std::string& list, std::string_view category) {
    const ParsedList parsed =
        import(lists_ / "categories" / (list + ".domains.zst"), as(category, ListFormat::Names));
    return check(parsed.content);
  }
  GuardReport check(const ListContent& candidate) {
    InForce in_force;
    in_force.others = {&protected_};
    auto report = check_version({.candidate = candidate,
                                 .taxonomy = taxonomy_,
                                 .hosts = *hosts_,
                                 .popular = popular_,
                                 .in_force = in_force,
                                 .kept_from = kept_from_,
                                 .limits = {.shown = 1'000}});
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : GuardReport();
  }
  static bool found(const GuardReport& report, GuardKind kind, std::string_view subject) {
    return std::ranges::any_of(report.findings, [&](const GuardFinding& finding) {
      return finding.kind == kind &&
             std::ranges::find(finding.first, subject, &GuardHit::subject) != finding.first.end();
    });
  }

  Result<SharedHosts> hosts_ = SharedHosts::load();
  PopularNames popular_ = testing::shipped_popular_names(taxonomy_);
  ListContent protected_;
  KeptFrom kept_from_ = kept_from_by_default(taxonomy_);
};

TEST_F(RealLists, APoisonedOneIsHeldForTheNamesThatWerePutIn) {
  const GuardReport report = check("bonappetit.adult", "porn");
  for (const char* poisoned : {"google.com", "facebook.com", "reddit.com"}) {
    EXPECT_TRUE(found(report, GuardKind::Popular, poisoned)) << poisoned;
  }
  EXPECT_EQ(report.holding(), std::vector{GuardKind::Popular});
}

TEST_F(RealLists, PopularSitesInTheWrongPlaceAreFound) {
  const struct {
    const char* list;
    const char* category;
    std::vector<const char*> wrong;
  } rows[] = {
      {"4skin.adult", "porn", {"vk.com", "deviantart.com", "scorecardresearch.com"}},
      {"blp.torrent", "piracy", {"archive.org", "pbs.org", "nasa.gov"}},
      {"chongluadao.phishing", "phishing_scam", {"play.google.com", "sites.google.com", "zalo.me"}},
      {"jarelllama.adult", "porn", {"nflxvideo.net"}},
      {"ut1.games", "game_unrated", {"gravatar.com", "nvidia.com"}},
      {"ut1.dating", "dating", {"eventbrite.com"}},
      {"chadmayfield.adult-top1m", "porn", {"doordash.com"}},
      {"komdigi.national-part4", "national_order", {"ebay.com"}},
      {"blp-old.gambling", "gambling", {"doubleclick.net", "googletagmanager.com"}}};
  for (const auto& row : rows) {
    const GuardReport report = check(row.list, row.category);
    for (const char* wrong : row.wrong) {
      EXPECT_TRUE(found(report, GuardKind::Popular, wrong)) << row.list << " " << wrong;
    }
  }
}

TEST_F(RealLists, HonestOnesPass) {
  const std::pair<const char*, const char*> rows[] = {
      {"ut1.gambling", "gambling"},     {"hagezi-2023.gambling", "gambling"},
      {"hostsvn.gambling", "gambling"}, {"hagezi.doh", "encrypted_dns"},
      {"blp.ransomware", "malware"},    {"hostsvn.adult", "porn"}};
  for (const auto& [list, category] : rows) {
    const GuardReport report = check(list, category);
    EXPECT_TRUE(report.holding().empty())
        << list << ": " << (report.findings.empty() ? "" : report.findings[0].sentence);
  }
}

TEST_F(RealLists, AFileOfGarbageIsAnEmptyList) {
  const ParsedList parsed =
      import_format("blp-broken.dnsmasq.conf.zst", "ads_trackers", ListFormat::Dnsmasq);
  const GuardReport report = check(parsed.content);
  EXPECT_EQ(report.holding(), std::vector{GuardKind::Empty});
}

TEST_F(RealLists, WrongListingsAreConflictsWithNeverBlockData) {
  for (const auto& [protectee, category] : {std::pair{"goaskalice.columbia.edu", "health"},
                                            {"cesar.umd.edu", "health"},
                                            {"internetmatters.org", "support"},
                                            {"choosemyplate.gov", "health"},
                                            {"terc.edu", "education"}}) {
    protected_.names.add({.name = testing::name(protectee), .categories = set(category)});
  }
  protected_.names.normalise();
  const GuardReport drugs = check("blp.drugs", "drugs");
  EXPECT_TRUE(found(drugs, GuardKind::NeverBlock, "goaskalice.columbia.edu"));
  EXPECT_TRUE(found(drugs, GuardKind::NeverBlock, "cesar.umd.edu"));
  const GuardReport games = check("ut1.games", "game_unrated");
  EXPECT_TRUE(found(games, GuardKind::NeverBlock, "internetmatters.org"));
  EXPECT_TRUE(found(games, GuardKind::NeverBlock, "terc.edu"));
  EXPECT_TRUE(found(check("4skin.adult", "porn"), GuardKind::NeverBlock, "choosemyplate.gov"));
}

}  // namespace
}  // namespace luytre::categories
