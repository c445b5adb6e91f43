// SPDX-License-Identifier: Apache-2.0
#include "suffix_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "index_fixture.h"
#include "index_format.h"

namespace luytre::categories {
namespace {

SuffixHash hash_of(const SuffixHasher& hasher, const DomainName& hashed) {
  std::array<std::uint8_t, DomainName::kMaxLabels> offsets;
  SuffixHasher::Chain chain = hasher.root();
  for (std::size_t label = hashed.label_offsets(offsets); label-- > 0;) {
    chain = hasher.extend(chain, hashed.wire().data(), offsets[label]);
  }
  return SuffixHasher::finish(chain);
}

TEST(SuffixHash, EqualNamesHashEquallyWhateverStandsBehindThem) {
  const SuffixHasher hasher(kTestKey);
  const DomainName direct = name("example.com");
  const DomainName derived = name("a-much-longer-label-that-stood-here.example.com").parent();
  EXPECT_EQ(hash_of(hasher, direct), hash_of(hasher, derived));
}

TEST(SuffixHash, WhereLabelsEndMakesADifference) {
  const SuffixHasher hasher(kTestKey);
  const std::vector<std::string_view> similar{"ab.c",
                                              "a.bc",
                                              "abc",
                                              "a.b.c",
                                              "c.b.a",
                                              "b.a.c",
                                              "a\\000.c",
                                              "a.c",
                                              "a\\000\\000.c",
                                              "b.c",
                                              "aaaaaaaaaaaaaaa.c",
                                              "aaaaaaaaaaaaaaaa.c",
                                              "aaaaaaaaaaaaaaa\\000.c",
                                              "aaaaaaaaaaaaaaaa.a.c"};
  std::set<std::uint64_t> places;
  std::set<std::uint64_t> prints;
  for (const std::string_view text : similar) {
    const SuffixHash hash = hash_of(hasher, name(text));
    places.insert(hash.place);
    prints.insert(hash.print);
  }
  EXPECT_EQ(places.size(), similar.size());
  EXPECT_EQ(prints.size(), similar.size());
}

TEST(SuffixHash, EveryOctetOfLabelsOfEveryLengthCounts) {
  const SuffixHasher hasher(kTestKey);
  for (std::size_t length = 1; length <= DomainName::kMaxLabelBytes; ++length) {
    const std::string label(length, 'a');
    // Alone, and at the very end of a name of 255 octets, where loads must not pass the end.
    for (const std::string& front : {std::string(), std::string(190 - length, 'x')}) {
      std::string padded;
      for (std::size_t i = 0; i < front.size(); i += 60) {
        padded += front.substr(i, 60) + ".";
      }
      const SuffixHash plain = hash_of(hasher, name(padded + label));
      for (std::size_t i = 0; i < length; ++i) {
        std::string changed = label;
        changed[i] = 'b';
        const SuffixHash other = hash_of(hasher, name(padded + changed));
        ASSERT_NE(other.place, plain.place) << length << " octets, octet " << i;
        ASSERT_NE(other.print, plain.print) << length << " octets, octet " << i;
      }
    }
  }
}

TEST(SuffixHash, AnotherKeyChangesPlaceAndPrint) {
  const DomainName hashed = name("www.example.com");
  const SuffixHash first = hash_of(SuffixHasher({1, 2}), hashed);
  for (const std::array<std::uint64_t, 2>& key : {std::array<std::uint64_t, 2>{2, 1},
                                                  {1, 3},
                                                  {0, 2},
                                                  {0, 0},
                                                  {~std::uint64_t{0}, ~std::uint64_t{0}}}) {
    const SuffixHash other = hash_of(SuffixHasher(key), hashed);
    EXPECT_NE(other.place, first.place);
    EXPECT_NE(other.print, first.print);
  }
}

// Numbered names are what lists really hold, and what a weak hash puts in few buckets. Bounds: four
// standard deviations of a fair throw (chi-square over n cells: mean n-1, deviation sqrt(2n)).
TEST(SuffixHash, NumberedNamesFillBucketsAndFingerprintsEvenly) {
  constexpr std::size_t kNames = 1U << 18U;
  constexpr std::size_t kCells = 1U << 12U;
  for (const std::string_view tail : {".com", ".example.com", ""}) {
    const SuffixHasher hasher(kTestKey);
    std::vector<std::size_t> by_place(kCells);
    std::vector<std::size_t> by_print(kCells);
    std::vector<std::size_t> by_both(kCells);
    for (std::size_t i = 0; i < kNames; ++i) {
      const SuffixHash hash = hash_of(hasher, name("www" + std::to_string(i) + std::string(tail)));
      const std::uint64_t place = home_bucket(hash, kCells);
      const std::uint64_t print = fingerprint(hash, 0, 12) >> 52U;
      ++by_place[place];
      ++by_print[print];
      ++by_both[(place % 64) * 64 + print % 64];
    }
    // by_print: fingerprint 0 is given to 1, which adds about 64 to the sum.
    for (const auto* cells : {&by_place, &by_print, &by_both}) {
      double chi_square = 0;
      constexpr double kExpected = static_cast<double>(kNames) / kCells;
      for (const std::size_t count : *cells) {
        const double off = static_cast<double>(count) - kExpected;
        chi_square += off * off / kExpected;
      }
      EXPECT_LT(chi_square, kCells + 4 * 90.5 + 200) << tail;
      EXPECT_GT(chi_square, kCells - 4 * 90.5) << tail;
    }
  }
}

}  // namespace
}  // namespace luytre::categories
