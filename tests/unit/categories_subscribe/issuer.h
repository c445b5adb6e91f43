// SPDX-License-Identifier: Apache-2.0
#pragma once

// An issuer, its mirrors and a subscriber in one process: no network, and time as the test says.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "categories/signed/list_delta.h"
#include "categories/subscribe/list_subscriber.h"
#include "signed_fixture.h"

namespace luytre::categories::test {

// Files by their path on a mirror: "manifest.json".
using MirrorFiles = std::map<std::string, std::string>;

class Issuer {
 public:
  explicit Issuer(const std::filesystem::path& directory) : directory_(directory) {
    files_["root/1.root.json"] = signed_root(root_of(1, "AB", "CD", 1), "A");
  }

  // What the next manifest says besides its content.
  struct Options {
    std::string_view signers = "C";
    std::string_view issued = "2026-09-01T08:00:00Z";
    std::string_view expires = "2026-09-15T08:00:00Z";
    std::optional<Rollout> rollout = {};
    bool urgent = false;
    std::uint64_t root_version = 1;
  };

  // Publishes a canonical text, with deltas from all that were published before.
  const ListManifest& publish(const std::string& text) { return publish(text, {}); }
  const ListManifest& publish(const std::string& text, const Options& options) {
    ++serial_;
    const PackedText packed = pack(text);
    ListManifest manifest = manifest_of(serial_);
    manifest.issued = at(options.issued);
    manifest.expires = at(options.expires);
    manifest.rollout = options.rollout;
    manifest.urgent = options.urgent;
    manifest.root_version = options.root_version;
    manifest.content = packed.content;
    manifest.snapshot = add(packed.file, fmt::format("snapshot/{}", serial_));
    for (std::uint64_t from = 1; from < serial_; ++from) {
      const PackedText& base = texts_[from - 1];
      const auto file = directory_ / fmt::format("delta-{}-{}", from, serial_);
      const auto delta = write_delta(base, packed, file);
      EXPECT_TRUE(delta);
      if (delta && base.content != packed.content) {
        manifest.deltas.push_back({.from_serial = from,
                                   .from = base.content,
                                   .file = add(file, fmt::format("delta/{}-{}", from, serial_)),
                                   .text_size = delta->file.text.size});
      }
    }
    texts_.push_back(packed);
    manifests_.push_back(manifest);
    files_["manifest.json"] = signed_manifest(manifest, options.signers);
    return manifests_.back();
  }

  void publish_root(std::uint64_t version, const std::string& text) {
    files_[fmt::format("root/{}.root.json", version)] = text;
  }

  [[nodiscard]] const MirrorFiles& files() const noexcept { return files_; }

 private:
  PackedText pack(const std::string& text) {
    const auto file = directory_ / fmt::format("text-{}", serial_);
    auto writer = PackedWriter::create(file, PackedWriter::kSmallLevel);
    EXPECT_TRUE(writer && writer->write(text));
    const auto written = writer->finish();
    EXPECT_TRUE(written);
    return {.file = file, .content = written ? written->text : ContentInfo{}};
  }
  FileInfo add(const std::filesystem::path& file, const std::string& path) {
    std::ifstream in(file, std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(in), {}};
    const Sha256 digest = sha256(octets);
    FileInfo info{.path = path + "-" + hex(digest).substr(0, 16) + ".zst",
                  .size = octets.size(),
                  .sha256 = digest};
    files_[info.path] = octets;
    return info;
  }

  std::filesystem::path directory_;
  std::uint64_t serial_ = 0;
  std::vector<PackedText> texts_;
  std::vector<ListManifest> manifests_;
  MirrorFiles files_;
};

// Serves what an issuer has published, unless a test says otherwise.
class FakeWeb final : public ListFetcher {
 public:
  explicit FakeWeb(const Issuer& issuer) : issuer_(issuer) {}

  // By whole address; nothing: as published.
  using Change = std::function<std::optional<FetchReply>(const std::string& url)>;
  Change change;
  std::vector<std::string> asked;  // paths

  static FetchReply failed(std::string problem) {
    return {.outcome = FetchOutcome::Failed,
            .problem = std::move(problem),
            .message = "It did not work."};
  }
  static FetchReply done(std::string body) {
    const std::uint64_t size = body.size();
    return {.outcome = FetchOutcome::Done, .body = std::move(body), .received = size};
  }

  FetchReply text(const std::string& url, std::uint64_t most, const std::string& known,
                  const std::stop_token& /*stop*/) override {
    const std::string path = url.substr(url.find('/', 8) + 1);
    asked.push_back(path);
    if (change) {
      if (auto changed = change(url)) {
        return *std::move(changed);
      }
    }
    const auto found = issuer_.files().find(path);
    if (found == issuer_.files().end()) {
      return {
          .outcome = FetchOutcome::Absent, .problem = "not_found", .message = "It is not there."};
    }
    const std::string tag = hex(sha256(found->second));
    if (tag == known) {
      return {.outcome = FetchOutcome::Unchanged};
    }
    EXPECT_LE(found->second.size(), most);
    FetchReply reply = done(found->second);
    reply.tag = tag;
    return reply;
  }
  FetchReply file(const std::string& url, std::uint64_t most, const std::filesystem::path& file,
                  const std::stop_token& stop) override {
    FetchReply reply = text(url, most, {}, stop);
    if (reply.outcome == FetchOutcome::Done) {
      std::ofstream(file, std::ios::binary) << reply.body;
    }
    return reply;
  }

  [[nodiscard]] int times_asked(std::string_view part) const {
    return static_cast<int>(std::ranges::count_if(
        asked, [&](const std::string& path) { return path.find(part) != std::string::npos; }));
  }

 private:
  const Issuer& issuer_;
};

class SubscriberTest : public ::testing::Test {
 protected:
  using Clock = ListSubscriber::Clock;

  SubscriberTest() {
    settings_ = {.name = "vn-national",
                 .root_file = scratch_.path() / "pinned.json",
                 .mirrors = {"http://one/", "http://two/"},
                 .interval = std::chrono::seconds(100),
                 .issuer = "A ministry",
                 .scope = Scope::National,
                 .never_block = {},
                 .priority = 50};
    std::ofstream(settings_.root_file) << issuer_.files().at("root/1.root.json");
    open_store();
  }

  void open_store() {
    store_.reset();
    auto opened = CategoryStore::open(scratch_.path() / "data" / "categories",
                                      lmdb::OpenMode::ReadWrite, std::size_t{64} << 20U);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    if (opened) {
      store_.emplace(*std::move(opened));
    }
  }

  // A new process.
  void start() {
    list_.reset();
    auto opened = ListSubscriber::open(
        settings_,
        {.data_dir = scratch_.path() / "data",
         .node_id = node_id_,
         .taxonomy = taxonomy(),
         .store = *store_,
         .writing = writing_,
         .fetcher = web_,
         .guard = guard_,
         .log = [this](SubscriberHost::Severity,
                       const std::string& sentence) { log_.push_back(sentence); },
         .activated = [this](bool whole) { activated_.push_back(whole); }},
        now_);
    ASSERT_TRUE(opened) << opened.error().message;
    list_ = *std::move(opened);
  }

  // Polls when the next poll is due.
  ListStatus poll() {
    if (!list_) {
      start();
    }
    now_ = std::max(now_, list_->next_poll());
    list_->poll(now_, {});
    return list_->status();
  }
  ListStatus poll_at(std::string_view time) {
    now_ = at(time);
    list_->poll_now();
    list_->poll(now_, {});
    return list_->status();
  }

  [[nodiscard]] bool lists(std::string_view name) const {
    const auto found = store_->covering(*DomainName::from_text(name));
    EXPECT_TRUE(found);
    return found && !found->empty();
  }
  [[nodiscard]] Source source() const {
    const auto sources = store_->sources();
    EXPECT_TRUE(sources);
    return sources && !sources->empty() ? sources->front() : Source{};
  }
  [[nodiscard]] std::filesystem::path folder() const {
    return scratch_.path() / "data" / "lists" / "vn-national";
  }
  [[nodiscard]] bool was_said(std::string_view part) const {
    return std::ranges::any_of(log_, [&](const std::string& sentence) {
      return sentence.find(part) != std::string::npos;
    });
  }

  luytre::test::ScratchDirectory scratch_;
  luytre::test::ScratchDirectory issuing_;
  Issuer issuer_{issuing_.path()};
  FakeWeb web_{issuer_};
  std::string node_id_ = "node-1";
  Subscription settings_;
  std::mutex writing_;
  std::optional<CategoryStore> store_;
  VersionGuard guard_;
  std::vector<std::string> log_;
  std::vector<bool> activated_;
  std::unique_ptr<ListSubscriber> list_;
  Clock::time_point now_ = at("2026-09-02T00:00:00Z");
};

}  // namespace luytre::categories::test
