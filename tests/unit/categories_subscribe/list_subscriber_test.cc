// SPDX-License-Identifier: Apache-2.0
#include "categories/subscribe/list_subscriber.h"

#include "issuer.h"

namespace luytre::categories::test {
namespace {

const std::string kFirst = "bad.example\tgambling\nworse.example\tporn\n";
const std::string kSecond = "bad.example\tgambling\nnew.example\tgambling\nworse.example\tporn\n";

TEST_F(SubscriberTest, BringsTheFirstVersionIntoForceWithWhoSaysSo) {
  issuer_.publish(kFirst);
  const ListStatus status = poll();
  EXPECT_EQ(status.serial, 1U);
  EXPECT_EQ(status.stage, ListStage::Active);
  EXPECT_EQ(status.entries, 2U);
  EXPECT_TRUE(lists("www.bad.example"));
  const Source stored = source();
  EXPECT_EQ(stored.name, "vn-national");
  EXPECT_EQ(stored.version, 1U);
  EXPECT_EQ(stored.issuer, "A ministry");
  EXPECT_EQ(stored.scope, Scope::National);
  EXPECT_EQ(stored.priority, 50U);
  EXPECT_EQ(stored.trust.size(), 64U);
  EXPECT_EQ(activated_, std::vector<bool>{true});
  EXPECT_TRUE(status.failures.empty());
}

TEST_F(SubscriberTest, TakesADeltaAndNotTheSnapshotAgain) {
  issuer_.publish(kFirst);
  poll();
  issuer_.publish(kSecond);
  const ListStatus status = poll();
  EXPECT_EQ(status.serial, 2U);
  EXPECT_EQ(status.activations_by_delta, 1U);
  EXPECT_TRUE(lists("new.example"));
  EXPECT_EQ(web_.times_asked("snapshot/"), 1);
  EXPECT_EQ(web_.times_asked("delta/"), 1);
  EXPECT_EQ(activated_, (std::vector<bool>{true, false}));
}

TEST_F(SubscriberTest, ADeltaFromAnOlderVersionCatchesUpInOneStep) {
  issuer_.publish(kFirst);
  poll();
  issuer_.publish(kSecond);
  issuer_.publish("other.example\tporn\n");
  EXPECT_EQ(poll().serial, 3U);
  EXPECT_EQ(web_.times_asked("delta/1-3"), 1);
  EXPECT_FALSE(lists("bad.example"));
  EXPECT_TRUE(lists("other.example"));
}

TEST_F(SubscriberTest, AnUnchangedManifestIsNotSentAgain) {
  issuer_.publish(kFirst);
  poll();
  const std::uint64_t received = list_->status().received_bytes;
  const ListStatus status = poll();
  EXPECT_EQ(status.polls, 2U);
  EXPECT_EQ(status.received_bytes, received);
  EXPECT_EQ(activated_.size(), 1U);
}

TEST_F(SubscriberTest, TheSameTextUnderANewSerialNeedsNoFile) {
  issuer_.publish(kFirst);
  poll();
  issuer_.publish(kFirst);
  EXPECT_EQ(poll().serial, 2U);
  EXPECT_EQ(web_.times_asked("snapshot/") + web_.times_asked("delta/"), 1);
  EXPECT_TRUE(lists("bad.example"));
}

TEST_F(SubscriberTest, ARollbackIsAVersionLikeAnyOther) {
  issuer_.publish(kFirst);
  poll();
  issuer_.publish(kSecond);
  poll();
  issuer_.publish(kFirst);
  EXPECT_EQ(poll().serial, 3U);
  EXPECT_FALSE(lists("new.example"));
}

TEST_F(SubscriberTest, ADeltaThatIsGoneOrWrongMakesItTakeTheSnapshot) {
  for (const std::string damage : {"gone", "flipped", "short"}) {
    issuer_.publish(kFirst);
    poll();
    issuer_.publish(kSecond);
    web_.change = [&](const std::string& url) -> std::optional<FetchReply> {
      if (url.find("delta/") == std::string::npos) {
        return std::nullopt;
      }
      if (damage == "gone") {
        return FetchReply{
            .outcome = FetchOutcome::Absent, .problem = "not_found", .message = "Gone."};
      }
      std::string octets = issuer_.files().at(url.substr(url.find('/', 8) + 1));
      octets[octets.size() / 2] ^= 1;
      return FakeWeb::done(damage == "short" ? octets.substr(1) : octets);
    };
    const int snapshots = web_.times_asked("snapshot/");
    const ListStatus status = poll();
    EXPECT_TRUE(lists("new.example")) << damage;
    EXPECT_EQ(web_.times_asked("snapshot/"), snapshots + 1) << damage;
    EXPECT_FALSE(status.failures.empty()) << damage;
    web_.change = {};
  }
}

TEST_F(SubscriberTest, ADamagedTextOnOurOwnDiskMakesItTakeTheSnapshot) {
  issuer_.publish(kFirst);
  poll();
  for (const auto& entry : std::filesystem::directory_iterator(folder() / "text")) {
    std::ofstream(entry.path()) << "rubbish";
  }
  issuer_.publish(kSecond);
  EXPECT_EQ(poll().serial, 2U);
  EXPECT_TRUE(lists("new.example"));
  EXPECT_EQ(web_.times_asked("snapshot/2"), 1);
}

TEST_F(SubscriberTest, AnotherMirrorIsAskedWhenOneIsDownOrServesRubbish) {
  issuer_.publish(kFirst);
  const FetchReply kBad[] = {FakeWeb::failed("timeout"), FakeWeb::failed("empty"),
                             FakeWeb::done("{}"), FakeWeb::done("")};
  for (const FetchReply& bad : kBad) {
    web_.change = [&](const std::string& url) -> std::optional<FetchReply> {
      const bool hit = url.starts_with("http://one/") && url.ends_with("manifest.json");
      return hit ? std::optional(bad) : std::nullopt;
    };
    list_.reset();
    const ListStatus status = poll();
    EXPECT_EQ(status.serial, 1U);
    EXPECT_EQ(status.failures.size(), 1U);
    EXPECT_TRUE(status.last_success.has_value());
  }
}

TEST_F(SubscriberTest, TheMirrorThatAnsweredIsAskedFirst) {
  issuer_.publish(kFirst);
  std::vector<std::string> hosts;
  web_.change = [&](const std::string& url) -> std::optional<FetchReply> {
    hosts.push_back(url.substr(7, 3));
    return url.starts_with("http://one/") ? std::optional(FakeWeb::failed("timeout"))
                                          : std::nullopt;
  };
  poll();
  hosts.clear();
  poll();
  EXPECT_EQ(hosts.front(), "two");
}

TEST_F(SubscriberTest, ATamperedSnapshotIsRefusedAndTheVersionInForceStays) {
  issuer_.publish(kFirst);
  poll();
  issuer_.publish(kSecond);
  web_.change = [&](const std::string& url) -> std::optional<FetchReply> {
    if (url.find(".zst") == std::string::npos) {
      return std::nullopt;
    }
    std::string octets = issuer_.files().at(url.substr(url.find('/', 8) + 1));
    octets.back() ^= 1;
    return FakeWeb::done(octets);
  };
  const ListStatus status = poll();
  EXPECT_EQ(status.serial, 1U);
  EXPECT_EQ(status.accepted_serial, 2U);
  EXPECT_EQ(status.stage, ListStage::Pending);
  EXPECT_EQ(status.failures.at("wrong_hash"), 4U);  // delta and snapshot of both mirrors
  EXPECT_TRUE(lists("bad.example"));
  EXPECT_FALSE(lists("new.example"));
  EXPECT_TRUE(was_said("Serial 1 stays in force."));
  web_.change = {};
  list_->poll_now();
  EXPECT_EQ(poll().serial, 2U);
}

struct Forgery {
  std::string_view what;
  Issuer::Options options;
  std::string_view reason;
};

TEST_F(SubscriberTest, AManifestThatIsNotToBeBelievedChangesNothing) {
  issuer_.publish(kFirst);
  poll();
  const Forgery kForgeries[] = {{"unknown key", {.signers = "E"}, "bad_signatures"},
                                {"unsigned", {.signers = ""}, "bad_signatures"},
                                {"root's key", {.signers = "A"}, "bad_signatures"},
                                {"expired", {.expires = "2026-09-01T09:00:00Z"}, "expired"},
                                {"too early", {.issued = "2026-09-10T08:00:00Z"}, "from_future"},
                                {"unknown root", {.root_version = 2}, "unknown_root"}};
  for (const Forgery& forgery : kForgeries) {
    issuer_.publish(kSecond, forgery.options);
    list_->poll_now();
    const ListStatus status = poll();
    EXPECT_EQ(status.serial, 1U) << forgery.what;
    EXPECT_EQ(status.accepted_serial, 1U) << forgery.what;
    EXPECT_EQ(status.failures.at(std::string(forgery.reason)) % 2, 0U) << forgery.what;
    ASSERT_TRUE(status.last_refusal.has_value());
    EXPECT_EQ(status.last_refusal->reason, forgery.reason);
    EXPECT_NE(status.last_refusal->message.find("manifest.json"), std::string::npos);
    EXPECT_FALSE(lists("new.example"));
  }
}

TEST_F(SubscriberTest, AnOlderVersionIsRefusedAlsoAfterARestart) {
  issuer_.publish(kFirst);
  const std::string old = issuer_.files().at("manifest.json");
  issuer_.publish(kSecond);
  poll();
  web_.change = [&](const std::string& url) -> std::optional<FetchReply> {
    return url.ends_with("manifest.json") ? std::optional(FakeWeb::done(old)) : std::nullopt;
  };
  for (const std::string_view lost : {"", "state.json", "manifest.json"}) {
    if (!lost.empty()) {
      std::filesystem::remove(folder() / lost);
    }
    list_.reset();
    const ListStatus status = poll();
    EXPECT_EQ(status.serial, 2U) << lost;
    EXPECT_EQ(status.failures.at("old_serial"), 2U) << lost;
    EXPECT_TRUE(lists("new.example"));
  }
}

TEST_F(SubscriberTest, TheSameReasonIsSaidOnceAndCountedEachTime) {
  issuer_.publish(kFirst);
  poll();
  log_.clear();
  web_.change = [](const std::string&) { return FakeWeb::failed("timeout"); };
  for (int i = 0; i < 4; ++i) {
    list_->poll_now();
    poll();
  }
  EXPECT_EQ(log_.size(), 2U);  // of each mirror
  EXPECT_EQ(list_->status().failures.at("timeout"), 8U);
  web_.change = {};
  list_->poll_now();
  poll();
  log_.clear();
  web_.change = [](const std::string&) { return FakeWeb::failed("timeout"); };
  list_->poll_now();
  poll();
  EXPECT_EQ(log_.size(), 1U);  // the one that was well in between
}

TEST_F(SubscriberTest, KeysRotateByRootsOfWhichEachNamesTheNext) {
  issuer_.publish(kFirst);
  poll();
  issuer_.publish_root(2, signed_root(root_of(2, "EF", "GH", 2), "AEF"));
  issuer_.publish_root(3, signed_root(root_of(3, "EF", "IJ", 1), "EF"));
  issuer_.publish(kSecond, {.signers = "I", .root_version = 3});
  EXPECT_EQ(poll().serial, 2U);
  // The walked roots are known after a restart, with no mirror to be reached.
  web_.change = [](const std::string&) { return FakeWeb::failed("timeout"); };
  start();
  EXPECT_EQ(list_->status().accepted_serial, 2U);
  EXPECT_EQ(list_->status().stage, ListStage::Active);
}

TEST_F(SubscriberTest, ARootThatAppearsWhileItAsksIsWalkedBeforeAnythingIsRefused) {
  issuer_.publish(kFirst);
  poll();
  issuer_.publish_root(2, signed_root(root_of(2, "AB", "GH", 1), "A"));
  issuer_.publish(kSecond, {.signers = "G", .root_version = 2});
  bool first = true;
  web_.change = [&](const std::string& url) -> std::optional<FetchReply> {
    const bool hidden = url.ends_with("2.root.json") && std::exchange(first, false);
    return hidden ? std::optional(FetchReply{.outcome = FetchOutcome::Absent}) : std::nullopt;
  };
  const ListStatus status = poll();
  EXPECT_EQ(status.serial, 2U);
  EXPECT_TRUE(status.failures.empty());
}

TEST_F(SubscriberTest, ANextRootThatTheHeldKeysDidNotSignStopsThePoll) {
  issuer_.publish(kFirst);
  poll();
  issuer_.publish_root(2, signed_root(root_of(2, "EF", "GH", 1), "E"));
  issuer_.publish(kSecond, {.signers = "G", .root_version = 2});
  const ListStatus status = poll();
  EXPECT_EQ(status.serial, 1U);
  EXPECT_EQ(status.failures.at("bad_signatures"), 2U);
}

TEST_F(SubscriberTest, AVersionInStagesWaitsForItsTime) {
  issuer_.publish(kFirst);
  poll();
  const Rollout rollout{.canary_percent = 0, .everyone_from = at("2026-09-03T00:00:00Z")};
  issuer_.publish(kSecond, {.rollout = rollout});
  ListStatus status = poll_at("2026-09-02T12:00:00Z");
  EXPECT_EQ(status.serial, 1U);
  EXPECT_EQ(status.stage, ListStage::Waiting);
  EXPECT_EQ(status.active_from, rollout.everyone_from);
  EXPECT_EQ(web_.times_asked("delta/"), 1);  // it is here already
  EXPECT_LE(list_->next_poll(), Clock::time_point(rollout.everyone_from));
  web_.change = [](const std::string&) { return FakeWeb::failed("timeout"); };
  start();
  list_->poll(rollout.everyone_from, {});  // no mirror is needed any more
  status = list_->status();
  EXPECT_EQ(status.serial, 1U);  // this process has not seen the files yet
  web_.change = {};
  status = poll_at("2026-09-03T00:00:00Z");
  EXPECT_EQ(status.serial, 2U);
  EXPECT_EQ(web_.times_asked("delta/"), 1);
}

TEST_F(SubscriberTest, ACanaryBeginsAtOnceAndSaysSo) {
  issuer_.publish(kFirst, {.rollout = Rollout{.canary_percent = 100,
                                              .everyone_from = at("2026-09-03T00:00:00Z")}});
  EXPECT_EQ(poll().stage, ListStage::Canary);
  EXPECT_EQ(poll_at("2026-09-03T00:00:00Z").stage, ListStage::Active);
}

TEST_F(SubscriberTest, ANewerSerialTakesTheWaitingOnesPlace) {
  const Rollout rollout{.canary_percent = 0, .everyone_from = at("2026-09-03T00:00:00Z")};
  issuer_.publish(kFirst, {.rollout = rollout});
  EXPECT_EQ(poll().stage, ListStage::Waiting);
  issuer_.publish(kSecond, {.rollout = rollout, .urgent = true});
  EXPECT_EQ(poll().serial, 2U);
}

TEST_F(SubscriberTest, WhatItsScopeMayNotStateIsLeftOutAndCounted) {
  const Category* mandatory = nullptr;
  for (const Category& category : taxonomy().categories()) {
    mandatory = category.tier == CategoryTier::Mandatory ? &category : mandatory;
  }
  ASSERT_NE(mandatory, nullptr);
  issuer_.publish("bad.example\tgambling\nlaw.example\t" + mandatory->name + "\n");
  ListStatus status = poll();
  EXPECT_EQ(status.dropped, 1U);
  EXPECT_FALSE(lists("law.example"));
  EXPECT_TRUE(was_said("may not state"));
  issuer_.publish("bad.example\tgambling\nlaw.example\t" + mandatory->name + "\nx.example\tporn\n");
  status = poll();
  EXPECT_EQ(status.activations_by_delta, 1U);
  EXPECT_EQ(status.dropped, 1U);
  // With another scope the same text says more: it is read again, without being fetched.
  settings_.scope = Scope::Mandatory;
  const std::size_t asked = web_.asked.size();
  start();
  status = poll();
  EXPECT_TRUE(lists("law.example"));
  EXPECT_EQ(status.dropped, 0U);
  EXPECT_EQ(web_.asked.size() - asked, 2U);  // the next root and the manifest
}

TEST_F(SubscriberTest, AHeldVersionDoesNotComeIntoForceUntilAPersonPutsItThere) {
  issuer_.publish(kFirst);
  poll();
  int asked = 0;
  guard_ = [&](const CandidateVersion& candidate) -> Result<std::vector<HeldReason>> {
    ++asked;
    EXPECT_EQ(candidate.source.version, 2U);
    EXPECT_EQ(candidate.content.size(), 3U);
    return std::vector<HeldReason>{{.kind = "growth", .sentence = "It grew by half."}};
  };
  start();
  issuer_.publish(kSecond);
  ListStatus status = poll();
  EXPECT_EQ(status.stage, ListStage::Held);
  EXPECT_EQ(status.serial, 1U);
  EXPECT_EQ(status.failures.at("held_growth"), 1U);
  EXPECT_TRUE(was_said("It grew by half."));
  poll();
  EXPECT_EQ(asked, 1);
  // Released: what was held is in the store under its serial.
  Source released = source();
  released.version = 2;
  auto content = read_native(kSecond, taxonomy());
  ASSERT_TRUE(content && store_->replace_source(released, std::move(content->content)));
  status = poll();
  EXPECT_EQ(status.serial, 2U);
  EXPECT_EQ(status.stage, ListStage::Active);
  guard_ = {};
  start();
  issuer_.publish(kFirst);
  EXPECT_EQ(poll().activations_by_delta, 1U);
}

TEST_F(SubscriberTest, AListThatIsNoCanonicalTextIsRefusedForGood) {
  issuer_.publish("worse.example\tporn\nbad.example\tgambling\n");
  const ListStatus status = poll();
  EXPECT_EQ(status.serial, 0U);
  EXPECT_EQ(status.failures.at("bad_text"), 1U);
  EXPECT_TRUE(was_said("Nothing of this list is in force yet."));
  poll();
  poll();
  EXPECT_EQ(web_.times_asked("snapshot/"), 1);  // not again and again
  issuer_.publish(kSecond);
  EXPECT_EQ(poll().serial, 2U);
}

TEST_F(SubscriberTest, WhatIsRemovedFromTheStoreByHandComesBack) {
  issuer_.publish(kFirst);
  poll();
  ASSERT_TRUE(store_->remove_source("vn-national"));
  EXPECT_EQ(poll().serial, 1U);
  EXPECT_TRUE(lists("bad.example"));
}

TEST_F(SubscriberTest, AnotherPinnedRootBeginsAnew) {
  issuer_.publish(kFirst);
  issuer_.publish(kFirst);
  poll();
  Issuer other(issuing_.path());
  other.publish_root(1, signed_root(root_of(1, "KL", "MN", 1), "K"));
  std::ofstream(settings_.root_file) << other.files().at("root/1.root.json");
  other.publish(kSecond, {.signers = "M"});
  web_.change = [&](const std::string& url) -> std::optional<FetchReply> {
    const auto found = other.files().find(url.substr(url.find('/', 8) + 1));
    return found == other.files().end()
               ? FetchReply{.outcome = FetchOutcome::Absent, .problem = "not_found"}
               : FakeWeb::done(found->second);
  };
  start();
  EXPECT_EQ(poll().serial, 1U);
  EXPECT_TRUE(lists("new.example"));
}

TEST_F(SubscriberTest, ARootThatIsNoneOrOfAnotherListIsSaidAtStart) {
  const auto refused = [&] {
    const auto opened = ListSubscriber::open(settings_,
                                             {.data_dir = scratch_.path() / "data",
                                              .node_id = "n",
                                              .taxonomy = taxonomy(),
                                              .store = *store_,
                                              .writing = writing_,
                                              .fetcher = web_,
                                              .guard = {},
                                              .log = {},
                                              .activated = {}},
                                             now_);
    EXPECT_FALSE(opened);
    return opened ? std::string() : opened.error().message;
  };
  settings_.name = "school";
  EXPECT_NE(refused().find("is of the list vn-national, not of school"), std::string::npos);
  settings_.root_file = scratch_.path() / "nowhere";
  EXPECT_NE(refused().find("get it from the list's issuer"), std::string::npos);
  settings_.root_file = scratch_.path() / "pinned.json";
  std::ofstream(settings_.root_file) << "{}";
  EXPECT_NE(refused().find("cannot be used"), std::string::npos);
}

TEST_F(SubscriberTest, AStateFileThatIsRubbishCostsASnapshotAndNothingElse) {
  issuer_.publish(kFirst);
  poll();
  std::ofstream(folder() / "state.json") << "{\"accepted\": 7";
  start();
  const ListStatus status = poll();
  EXPECT_EQ(status.serial, 1U);
  EXPECT_TRUE(lists("bad.example"));
  EXPECT_TRUE(was_said("cannot be understood"));
}

}  // namespace
}  // namespace luytre::categories::test
