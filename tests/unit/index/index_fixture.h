// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "categories/domain_name.h"
#include "categories/index/index.h"
#include "categories/index/index_builder.h"
#include "categories/taxonomy.h"

namespace luytre::categories {

inline constexpr std::array<std::uint64_t, 2> kTestKey{0x0123456789abcdefU, 0xfedcba9876543210U};

inline CategorySet set_of(std::initializer_list<unsigned> bits) {
  CategorySet set;
  for (const unsigned bit : bits) {
    set |= CategorySet::of(static_cast<CategoryId>(bit));
  }
  return set;
}

// A statement about the name and all below it.
inline MergedEntry subtree(CategorySet set, std::uint8_t minimum_age = 0) {
  MergedEntry entry;
  entry.exact = entry.subtree = set;
  entry.exact_minimum_age = entry.subtree_minimum_age = minimum_age;
  return entry;
}
// A statement about the name alone.
inline MergedEntry exact(CategorySet set, std::uint8_t minimum_age = 0) {
  MergedEntry entry;
  entry.exact = set;
  entry.exact_minimum_age = minimum_age;
  return entry;
}
// An exception: takes back for the name and all below it what comes down from above.
inline MergedEntry withdrawal(CategorySet set) {
  MergedEntry entry;
  entry.exact_withdrawn = entry.subtree_withdrawn = set;
  return entry;
}

inline DomainName name(std::string_view text) {
  const auto parsed = DomainName::from_text(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? *parsed : DomainName();
}

inline HostPath path(std::string_view text) {
  const auto parsed = HostPath::from_text(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(HostPath{});
}
inline IpPrefix prefix(std::string_view text) {
  const auto parsed = IpPrefix::from_text(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(IpPrefix{});
}
inline IpAddress address(std::string_view text) {
  const auto parsed = IpAddress::from_text(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(IpAddress{});
}

// The product's own taxonomy: its tiers are what inheritance goes by.
inline const Taxonomy& taxonomy() {
  static const Taxonomy loaded = [] {
    auto result =
        Taxonomy::load(std::filesystem::path(LUYTRE_SOURCE_DIR) / "categories/data/taxonomy.toml");
    EXPECT_TRUE(result.has_value()) << result.error().message;
    return result ? *result : Taxonomy();
  }();
  return loaded;
}

inline std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  return {content.begin(), content.end()};
}

inline void write_bytes(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  const std::string content(bytes.begin(), bytes.end());
  out << content;
}

inline Index must_build(IndexBuilder& builder, std::uint64_t serial = 1) {
  Result<Index> index = builder.build(serial);
  if (!index) {
    ADD_FAILURE() << index.error().message;
    std::abort();
  }
  return std::move(*index);
}

// A folder of its own for each test, removed afterwards.
class IndexTest : public testing::Test {
 protected:
  using Listed = std::vector<std::pair<std::string_view, MergedEntry>>;

  IndexTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "luytre-index-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  ~IndexTest() override {
    std::error_code ignored;
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "index-1"; }

  Result<void> write(const Listed& listed, std::uint64_t serial = 1) {
    IndexBuilder builder(taxonomy(), kTestKey);
    for (const auto& [text, entry] : listed) {
      builder.add(name(text), entry);
    }
    return builder.write(file(), serial);
  }
  Index compile(const Listed& listed) {
    const Result<void> written = write(listed);
    EXPECT_TRUE(written.has_value()) << written.error().message;
    return open();
  }
  Index open() {
    Result<Index> index = Index::open(file());
    if (!index) {
      ADD_FAILURE() << index.error().message;
      std::abort();
    }
    return std::move(*index);
  }

  std::filesystem::path folder_;
};

}  // namespace luytre::categories
