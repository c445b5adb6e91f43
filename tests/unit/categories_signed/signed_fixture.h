// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "categories/native/utc_time.h"
#include "categories/signed/envelope.h"
#include "categories/signed/list_manifest.h"
#include "categories/signed/list_root.h"
#include "categories/signed/packed_file.h"
#include "categories/signed/trusted_list.h"
#include "categories/taxonomy.h"
#include "support/scratch_directory.h"

namespace luytre::categories::test {

// Issuers A, B, C …: the same keys in every run.
inline const SigningKey& key(char who) {
  static const std::vector<SigningKey> keys = [] {
    std::vector<SigningKey> made;
    for (std::uint8_t i = 0; i < 26; ++i) {
      std::array<std::uint8_t, 32> seed{};
      seed.fill(static_cast<std::uint8_t>(i + 1));
      auto each = SigningKey::from_seed(seed);
      EXPECT_TRUE(each);
      if (each) {
        made.push_back(*std::move(each));
      }
    }
    return made;
  }();
  return keys[static_cast<std::size_t>(who - 'A')];
}

inline SigningRole role(std::string_view keys, std::size_t threshold) {
  SigningRole made;
  for (const char who : keys) {
    made.keys.push_back(key(who).public_key());
  }
  made.threshold = threshold;
  return made;
}

inline std::chrono::sys_seconds at(std::string_view text) {
  const auto time = parse_utc_time(text);
  EXPECT_TRUE(time) << text;
  return time.value_or(std::chrono::sys_seconds{});
}

inline ListRoot root_of(std::uint64_t version, std::string_view root_keys,
                        std::string_view manifest_keys, std::size_t threshold) {
  return {.list = "vn-national",
          .version = version,
          .expires = at("2030-01-01T00:00:00Z"),
          .root = role(root_keys, threshold),
          .manifest = role(manifest_keys, threshold)};
}

inline ListManifest manifest_of(std::uint64_t serial) {
  ListManifest manifest;
  manifest.list = "vn-national";
  manifest.serial = serial;
  manifest.issued = at("2026-09-01T08:00:00Z");
  manifest.expires = at("2026-09-15T08:00:00Z");
  manifest.root_version = 1;
  manifest.entries = 3;
  manifest.content = {.sha256 = sha256("text"), .size = 4};
  manifest.snapshot = {
      .path = "snapshot/1-0123456789abcdef.zst", .size = 9, .sha256 = sha256("file")};
  return manifest;
}

inline std::string enveloped(std::string_view type, std::string payload, std::string_view signers) {
  Envelope envelope{.type = std::string(type), .payload = std::move(payload), .signatures = {}};
  for (const char who : signers) {
    EXPECT_TRUE(envelope.sign(key(who)));
  }
  return envelope.text();
}

inline std::string signed_root(const ListRoot& root, std::string_view signers) {
  return enveloped(kRootType, root.payload(), signers);
}
inline std::string signed_manifest(const ListManifest& manifest, std::string_view signers) {
  return enveloped(kManifestType, manifest.payload(), signers);
}

inline const Taxonomy& taxonomy() {
  static const Taxonomy loaded = [] {
    auto read = Taxonomy::load(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml");
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
    return read ? *std::move(read) : Taxonomy{};
  }();
  return loaded;
}

// Files of one test.
class SignedFiles : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file(std::string_view name) const {
    return scratch_.path() / name;
  }
  [[nodiscard]] PackedWriter::Written pack(std::string_view name, std::string_view text,
                                           int level = PackedWriter::kSmallLevel) const {
    auto writer = PackedWriter::create(file(name), level);
    EXPECT_TRUE(writer);
    if (!writer || !writer->write(text)) {
      return {};
    }
    const auto written = writer->finish();
    EXPECT_TRUE(written);
    return written ? *written : PackedWriter::Written{};
  }
  [[nodiscard]] std::string unpacked(std::string_view name, std::uint64_t most = 1U << 30U) const {
    auto reader = PackedReader::open(file(name), most);
    EXPECT_TRUE(reader);
    std::string text;
    while (reader) {
      const auto piece = reader->next();
      EXPECT_TRUE(piece) << (piece ? "" : piece.error().message);
      if (!piece || piece->empty()) {
        break;
      }
      text += *piece;
    }
    return text;
  }
  [[nodiscard]] std::string octets(std::string_view name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(std::string_view name, std::string_view content) const {
    std::ofstream(file(name), std::ios::binary) << content;
  }

 private:
  luytre::test::ScratchDirectory scratch_;
};

}  // namespace luytre::categories::test
