// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "categories/list_content.h"
#include "categories/native/native_line.h"
#include "categories/native/native_text.h"
#include "categories/taxonomy.h"

namespace luytre::categories::test {

inline constexpr CategoryId kMalware{3};
inline constexpr CategoryId kPorn{13};
inline constexpr CategoryId kGambling{16};

inline const Taxonomy& taxonomy() {
  static const Taxonomy loaded = [] {
    auto read = Taxonomy::load(LUYTRE_SOURCE_DIR "/categories/data/taxonomy.toml");
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
    return read ? *std::move(read) : Taxonomy{};
  }();
  return loaded;
}

inline const NativeVocabulary& vocabulary() {
  static const NativeVocabulary words(taxonomy());
  return words;
}

inline std::string text_of(const ListContent& content) {
  std::string text;
  const auto written = write_native(content, taxonomy(), [&](std::string_view piece) {
    text += piece;
    return Result<void>();
  });
  EXPECT_TRUE(written) << (written ? "" : written.error().message);
  return text;
}

// Adds what `line` says, as people write it.
inline void add_line(ListContent& content, std::string_view line) {
  const auto parsed = parse_native(line, vocabulary());
  ASSERT_TRUE(parsed) << line << ": " << describe(parsed.error());
  ASSERT_TRUE(*parsed) << line;
  if (const auto* name = std::get_if<ListedName>(&**parsed); name != nullptr) {
    content.names.add(*name);
  } else if (const auto* path = std::get_if<ListedPath>(&**parsed); path != nullptr) {
    content.paths.push_back(*path);
  } else {
    content.prefixes.push_back(std::get<ListedPrefix>(**parsed));
  }
}

// Seeded lines of every kind, as people could write them; often about the same subjects.
class RandomLine {
 public:
  explicit RandomLine(std::uint32_t seed) : engine_(seed) {}

  std::string line() {
    const bool exception = below(6) == 0;
    const std::size_t kind = below(4);
    std::string text = exception ? "!" : "";
    text += kind == 0 ? path() : kind == 1 ? prefix() : name();
    text += '\t';
    text += exception && below(2) == 0 ? "*" : categories();
    if (below(3) == 0) {
      return text;
    }
    constexpr std::string_view kReaches[] = {"exact", "subtree", "-", ""};
    text += '\t';
    text += kind < 2 ? "-" : kReaches[below(4)];
    text += '\t';
    text += below(2) == 0 ? "-" : std::to_string(below(19));
    constexpr std::string_view kOrders[] = {"-", "QĐ 123/2026", "order #5, part 2", "-"};
    text += '\t';
    text += kOrders[below(4)];
    constexpr std::string_view kEnds[] = {"-", "2026-12-31", "2027-01-01T00:00:00Z",
                                          "2026-12-31T12:30:00Z"};
    text += '\t';
    text += kEnds[below(4)];
    return text;
  }

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
  }

 private:
  std::string name() {
    constexpr std::string_view kZones[] = {"example", "vn", "com.vn", "xn--p1ai"};
    std::string text = "N" + std::to_string(below(20)) + "." + std::string(kZones[below(4)]);
    return below(3) == 0 ? "www_." + text : text;
  }
  std::string path() { return name() + "/p%2f" + std::to_string(below(5)) + "/Q"; }
  std::string prefix() {
    const std::string number = std::to_string(below(20));
    switch (below(4)) {
      case 0:
        return "192.0.2." + number;
      case 1:
        return "198.51." + number + ".0/24";
      case 2:
        return "2001:db8:" + number + "::/48";
      default:
        return "2001:db8::" + number;
    }
  }
  std::string categories() {
    constexpr std::string_view kLists[] = {"porn", "porn,gambling", "gambling,porn", "malware",
                                           "vpn,proxy_anonymizer,encrypted_dns"};
    return std::string(kLists[below(5)]);
  }

  std::mt19937 engine_;
};

}  // namespace luytre::categories::test
