// SPDX-License-Identifier: Apache-2.0
#include "categories/domain_name.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "random_name.h"

namespace luytre::categories {
namespace {

using testing::RandomName;

constexpr std::uint32_t kSeed = 20260817;

std::optional<NameError> error_of(const Expected<DomainName, NameError>& result) {
  return result ? std::nullopt : std::optional(result.error());
}

DomainName host(std::string_view text) {
  const auto name = DomainName::from_hostname(text);
  EXPECT_TRUE(name) << text;
  return name.value_or(DomainName{});
}

std::string repeat(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) {
    text += part;
  }
  return text;
}

std::vector<std::uint8_t> wire_of(const DomainName& name) {
  return {name.wire().begin(), name.wire().end()};
}

struct HostnameRow {
  const char* description;
  std::string text;
  std::optional<NameError> error;
  std::string folded;  // expected to_text() when there is no error
};

TEST(DomainName, HostNamesAreAcceptedByLettersDigitsHyphenAndUnderscore) {
  const std::string label63 = repeat("a", 63);
  const std::string name253 = label63 + "." + label63 + "." + label63 + "." + repeat("b", 61);
  const HostnameRow rows[] = {
      {"two labels", "example.com", {}, "example.com"},
      {"upper case is folded", "WWW.Example.COM", {}, "www.example.com"},
      {"one trailing dot", "example.com.", {}, "example.com"},
      {"a single label", "localhost", {}, "localhost"},
      {"underscore", "_dmarc.example.com", {}, "_dmarc.example.com"},
      {"A-label", "xn--ccc-7na.vn", {}, "xn--ccc-7na.vn"},
      {"hyphens at the edges exist in the wild", "-a-.example.com", {}, "-a-.example.com"},
      {"digits in front of a name", "24h.com.vn", {}, "24h.com.vn"},
      {"last label begins with a digit", "example.3com", {}, "example.3com"},
      {"label of 63", label63 + ".vn", {}, label63 + ".vn"},
      {"name of 253 characters", name253, {}, name253},
      {"name of 253 characters and a dot", name253 + ".", {}, name253},
      {"127 labels", repeat("a.", 126) + "a", {}, repeat("a.", 126) + "a"},
      {"nothing", "", NameError::Empty, ""},
      {"the root", ".", NameError::Empty, ""},
      {"two dots", "..", NameError::EmptyLabel, ""},
      {"leading dot", ".example.com", NameError::EmptyLabel, ""},
      {"empty label inside", "a..b", NameError::EmptyLabel, ""},
      {"two trailing dots", "a..", NameError::EmptyLabel, ""},
      {"label of 64", label63 + "a.vn", NameError::LabelTooLong, ""},
      {"last label of 64", "vn." + label63 + "a", NameError::LabelTooLong, ""},
      {"name of 254 characters", name253 + "b", NameError::NameTooLong, ""},
      {"128 labels", repeat("a.", 127) + "a", NameError::NameTooLong, ""},
      {"space", "exa mple.com", NameError::InvalidCharacter, ""},
      {"UTF-8", "cốccốc.vn", NameError::InvalidCharacter, ""},
      {"zero octet", std::string("a\0b.com", 7), NameError::InvalidCharacter, ""},
      {"wildcard", "*.example.com", NameError::InvalidCharacter, ""},
      {"port", "example.com:443", NameError::InvalidCharacter, ""},
      {"path", "example.com/a", NameError::InvalidCharacter, ""},
      {"escape", "a\\.b.com", NameError::InvalidCharacter, ""},
      {"IPv4", "192.0.2.1", NameError::IpAddress, ""},
      {"IPv4 with a trailing dot", "192.0.2.1.", NameError::IpAddress, ""},
      {"a number", "3232235777", NameError::IpAddress, ""},
      {"IPv6", "2001:db8::1", NameError::IpAddress, ""},
      {"IPv6 in brackets", "[2001:db8::1]", NameError::IpAddress, ""},
      {"IPv4 in IPv6", "::ffff:192.0.2.1", NameError::IpAddress, ""},
      {"IPv6 with a zone", "fe80::1%eth0", NameError::IpAddress, ""},
  };
  for (const HostnameRow& row : rows) {
    const auto name = DomainName::from_hostname(row.text);
    EXPECT_EQ(error_of(name), row.error) << row.description;
    if (name) {
      EXPECT_EQ(name->to_text(), row.folded) << row.description;
    }
  }
}

TEST(DomainName, EveryOctetIsJudgedAlikeAnywhereInAHostName) {
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    const bool ldh = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_';
    for (const std::string& text : {std::string("x") + c + "y.com", std::string(1, c) + "x.com"}) {
      const bool dot_inside = c == '.' && text.front() != '.';
      EXPECT_EQ(DomainName::from_hostname(text).has_value(), ldh || dot_inside) << octet;
    }
  }
}

TEST(DomainName, WireFormIsReadUpToItsRootLabel) {
  const std::vector<std::uint8_t> bytes{3, 'W', 'w', 'W', 2, 'v', 'N', 0, 99, 99};
  const auto name = DomainName::from_wire(bytes);
  ASSERT_TRUE(name);
  EXPECT_EQ(name->to_text(), "www.vn");
  EXPECT_EQ(name->wire().size(), 8U);
  EXPECT_EQ(name->label_count(), 2);
}

TEST(DomainName, WireFormOnlyFoldsLetters) {
  for (int octet = 0; octet < 256; ++octet) {
    std::vector<std::uint8_t> bytes{20};
    bytes.insert(bytes.end(), 20, static_cast<std::uint8_t>(octet));
    bytes.push_back(0);
    const auto name = DomainName::from_wire(bytes);
    ASSERT_TRUE(name);
    const int folded = octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
    for (std::size_t i = 1; i <= 20; ++i) {
      ASSERT_EQ(name->wire()[i], folded) << octet << " at " << i;
    }
  }
}

TEST(DomainName, WireFormRefusesWhatNoNameHolds) {
  const std::vector<std::uint8_t> pointer{3, 'w', 'w', 'w', 0xC0, 12};
  EXPECT_EQ(error_of(DomainName::from_wire(pointer)), NameError::Compressed);
  EXPECT_EQ(error_of(DomainName::from_wire(std::vector<std::uint8_t>{64})),
            NameError::LabelTooLong);
  EXPECT_EQ(error_of(DomainName::from_wire(std::vector<std::uint8_t>{0x80})),
            NameError::LabelTooLong);
  EXPECT_EQ(error_of(DomainName::from_wire({})), NameError::Truncated);

  std::vector<std::uint8_t> longest;  // 127 labels of one octet and the root are 255 octets
  for (int i = 0; i < 127; ++i) {
    longest.insert(longest.end(), {1, 'a'});
  }
  longest.push_back(0);
  const auto name = DomainName::from_wire(longest);
  ASSERT_TRUE(name);
  EXPECT_EQ(name->label_count(), 127);
  EXPECT_EQ(name->wire().size(), 255U);
  longest.insert(longest.begin(), {1, 'a'});
  EXPECT_EQ(error_of(DomainName::from_wire(longest)), NameError::NameTooLong);
}

TEST(DomainName, EveryStrictPrefixOfAWireFormIsTruncated) {
  RandomName random(kSeed);
  for (int round = 0; round < 300; ++round) {
    const std::vector<std::uint8_t> wire = random.wire();
    for (std::size_t cut = 0; cut < wire.size(); ++cut) {
      const std::vector<std::uint8_t> prefix(wire.begin(), wire.begin() + static_cast<int>(cut));
      ASSERT_EQ(error_of(DomainName::from_wire(prefix)), NameError::Truncated)
          << "seed " << kSeed << " round " << round << " cut " << cut;
    }
  }
}

TEST(DomainName, OneChangedOctetGivesAnErrorOrAnotherValidName) {
  RandomName random(kSeed);
  for (int round = 0; round < 50; ++round) {
    const std::vector<std::uint8_t> wire = random.wire();
    for (std::size_t at = 0; at < wire.size(); ++at) {
      for (const unsigned flip : {0x01U, 0x20U, 0x40U, 0x80U, 0xC0U, 0xFFU}) {
        std::vector<std::uint8_t> changed = wire;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
        const auto name = DomainName::from_wire(changed);
        if (name) {
          ASSERT_LE(name->wire().size(), changed.size());
          ASSERT_EQ(DomainName::from_wire(name->wire()), *name);
        }
      }
    }
  }
}

TEST(DomainName, TextAndWireFormGiveTheSameNameBack) {
  RandomName random(kSeed);
  for (int round = 0; round < 5000; ++round) {
    const DomainName name = random.name();
    const auto from_text = DomainName::from_text(name.to_text());
    ASSERT_TRUE(from_text) << "seed " << kSeed << " round " << round << " " << name.to_text();
    ASSERT_EQ(*from_text, name) << "seed " << kSeed << " round " << round;
    ASSERT_EQ(from_text->label_count(), name.label_count());
    ASSERT_EQ(DomainName::from_text(name.to_text() + (name.is_root() ? "" : ".")), name);
    ASSERT_EQ(DomainName::from_wire(name.wire()), name);
  }
}

TEST(DomainName, PresentationFormKnowsEscapes) {
  const auto name = DomainName::from_text("a\\.b\\\\c\\000\\255\\ D.example.");
  ASSERT_TRUE(name);
  EXPECT_EQ(wire_of(*name),
            (std::vector<std::uint8_t>{9, 'a', '.', 'b', '\\', 'c', 0, 255, ' ', 'd', 7, 'e', 'x',
                                       'a', 'm', 'p', 'l', 'e', 0}));
  EXPECT_EQ(name->to_text(), "a\\.b\\\\c\\000\\255\\032d.example");
  EXPECT_EQ(DomainName::from_text("\\065"), host("a"));  // \065 is "A"
  for (const char* bad : {"a\\", "\\25", "\\256", "\\2x5", "\\999.com"}) {
    EXPECT_EQ(error_of(DomainName::from_text(bad)), NameError::BadEscape) << bad;
  }
}

TEST(DomainName, PresentationFormKeepsTheLimits) {
  EXPECT_EQ(DomainName::from_text("."), DomainName{});
  EXPECT_EQ(DomainName{}.to_text(), ".");
  EXPECT_EQ(error_of(DomainName::from_text("")), NameError::Empty);
  EXPECT_EQ(error_of(DomainName::from_text("..")), NameError::EmptyLabel);
  EXPECT_EQ(error_of(DomainName::from_text(".a")), NameError::EmptyLabel);
  EXPECT_EQ(error_of(DomainName::from_text("a..b")), NameError::EmptyLabel);
  EXPECT_TRUE(DomainName::from_text(repeat("a", 63) + ".b"));
  EXPECT_EQ(error_of(DomainName::from_text(repeat("a", 64) + ".b")), NameError::LabelTooLong);
  EXPECT_TRUE(DomainName::from_text(repeat("a.", 127)));
  EXPECT_TRUE(DomainName::from_text(repeat("a.", 126) + "a"));
  EXPECT_EQ(error_of(DomainName::from_text(repeat("a.", 127) + "a")), NameError::NameTooLong);
  const std::string quarter = repeat("\\000", 63) + ".";
  EXPECT_TRUE(DomainName::from_text(repeat(quarter, 3) + repeat("b", 61)));
  EXPECT_EQ(error_of(DomainName::from_text(repeat(quarter, 3) + repeat("b", 62))),
            NameError::NameTooLong);
}

TEST(DomainName, ParentsTakeLabelsFromTheLeft) {
  const DomainName name = host("a.b.example.com");
  EXPECT_EQ(name.parent(), host("b.example.com"));
  EXPECT_EQ(name.parent(0), name);
  EXPECT_EQ(name.parent(3), host("com"));
  EXPECT_TRUE(name.parent(4).is_root());
  EXPECT_TRUE(name.parent(200).is_root());
  EXPECT_TRUE(DomainName{}.parent().is_root());
}

TEST(DomainName, WithinMeansTheNameItselfAndLabelsBelow) {
  EXPECT_TRUE(host("example.com").is_within(host("example.com")));
  EXPECT_TRUE(host("a.b.example.com").is_within(host("example.com")));
  EXPECT_TRUE(host("example.com").is_within(DomainName{}));
  EXPECT_TRUE(DomainName{}.is_within(DomainName{}));
  EXPECT_FALSE(host("notexample.com").is_within(host("example.com")));
  EXPECT_FALSE(host("com").is_within(host("example.com")));
  EXPECT_FALSE(DomainName{}.is_within(host("com")));
  // The octet 3 inside a label is no length octet: this label ends in the wire form of "com".
  const auto tricky = DomainName::from_text("x\\003com");
  ASSERT_TRUE(tricky);
  EXPECT_FALSE(tricky->is_within(host("com")));
}

TEST(DomainName, LabelOffsetsPointAtEachLengthOctet) {
  std::array<std::uint8_t, DomainName::kMaxLabels> offsets{};
  const DomainName name = host("www.example.com");
  ASSERT_EQ(name.label_offsets(offsets), 3);
  EXPECT_EQ(offsets[0], 0);
  EXPECT_EQ(offsets[1], 4);
  EXPECT_EQ(offsets[2], 12);
  EXPECT_EQ(DomainName{}.label_offsets(offsets), 0);
}

TEST(DomainName, OrderIsCanonical) {
  // The example of RFC 4034 §6.1.
  const char* ordered[] = {"example",         "a.example",      "yljkjljk.a.example",
                           "Z.a.example",     "zABC.a.EXAMPLE", "z.example",
                           "\\001.z.example", "*.z.example",    "\\200.z.example"};
  for (std::size_t i = 0; i + 1 < std::size(ordered); ++i) {
    const auto low = DomainName::from_text(ordered[i]);
    const auto high = DomainName::from_text(ordered[i + 1]);
    ASSERT_TRUE(low && high);
    EXPECT_TRUE(*low < *high) << ordered[i] << " " << ordered[i + 1];
    EXPECT_FALSE(*high < *low) << ordered[i] << " " << ordered[i + 1];
    EXPECT_FALSE(*low < *low);
  }
}

TEST(DomainName, EveryErrorHasItsOwnWords) {
  std::vector<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(NameError::IpAddress); ++i) {
    words.push_back(describe(static_cast<NameError>(i)));
  }
  std::ranges::sort(words);
  EXPECT_TRUE(std::ranges::adjacent_find(words) == words.end());
}

}  // namespace
}  // namespace luytre::categories
