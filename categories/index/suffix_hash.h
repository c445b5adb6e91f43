// SPDX-License-Identifier: Apache-2.0
#pragma once

// Trap: extend() reads up to kMaxWireBytes from `wire`, however short the name is. A DomainName
// always holds that much storage; any other buffer must be padded.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "categories/domain_name.h"

namespace luytre::categories {

// A keyed 128-bit hash of a name's suffix. The two words are computed independently: `place`
// chooses the bucket and `print` the fingerprint, so that knowing one says nothing about the other.
struct SuffixHash {
  std::uint64_t place = 0;
  std::uint64_t print = 0;

  friend bool operator==(const SuffixHash&, const SuffixHash&) noexcept = default;
};

// The two halves of a 64×64-bit product folded into one word: one instruction, and every input bit
// reaches the middle.
[[nodiscard]] inline std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

// Hashes names label by label from the right, so that one pass gives the hashes of all suffixes.
// The secret key is what keeps somebody who chooses names from choosing buckets.
class SuffixHasher {
 public:
  explicit SuffixHasher(const std::array<std::uint64_t, 2>& key) noexcept {
    // The key is stretched to four words. The constants (the first is the golden ratio) are odd
    // numbers without a pattern; any others would serve.
    std::uint64_t counter = key[0];
    for (std::uint64_t& word : secret_) {
      counter += 0x9e3779b97f4a7c15U;
      word = fold_multiply(counter ^ key[1], 0xd6e8feb86659fd93U) ^ counter;
      word = fold_multiply(word ^ (word >> 29U), 0xa0761d6478bd642fU) + key[1];
    }
  }

  // What one label hands to the next one on its left.
  struct Chain {
    std::uint64_t place;
    std::uint64_t print;
  };
  [[nodiscard]] Chain root() const noexcept { return {secret_[0], secret_[1]}; }

  // The chain of the suffix that begins with the label whose length octet is at wire[offset], given
  // the chain of what stands right of it. Length octet and label are absorbed together: 16 bytes a
  // round, one round for labels up to 15 octets, at most four (a label has at most 63 octets, RFC
  // 1035 §2.3.4). The length octet is what makes zero padding unambiguous.
  [[nodiscard]] Chain extend(Chain right, const std::uint8_t* wire,
                             std::size_t offset) const noexcept {
    std::size_t left = std::size_t{wire[offset]} + 1;
    for (;;) {
      const std::uint64_t a = load(wire, offset, std::min<std::size_t>(left, 8));
      const std::uint64_t b = load(wire, offset + 8, std::clamp<std::size_t>(left, 8, 16) - 8);
      right.place = fold_multiply(a ^ right.place, b ^ secret_[2]);
      right.print = fold_multiply(a ^ secret_[3], b ^ right.print);
      if (left <= 16) {
        return right;
      }
      left -= 16;
      offset += 16;
    }
  }

  // The chain of the whole name.
  [[nodiscard]] Chain chain_of(const DomainName& name) const noexcept {
    std::array<std::uint8_t, DomainName::kMaxLabels> offsets;
    Chain chain = root();
    for (std::size_t label = name.label_offsets(offsets); label-- > 0;) {
      chain = extend(chain, name.wire().data(), offsets[label]);
    }
    return chain;
  }

  // The chain of what a host's name and then, from the left, the parts of a path hand on. The size of
  // a part is what makes its zero padding unambiguous.
  [[nodiscard]] Chain enter_path(Chain host) const noexcept {
    return {fold_multiply(host.place ^ 0x589965cc75374cc3U, secret_[3]),
            fold_multiply(host.print ^ 0x1d8e4e27c47d124fU, secret_[2])};
  }
  [[nodiscard]] Chain extend_path(Chain left, std::string_view part) const noexcept {
    left.place += part.size();
    left.print += part.size();
    for (; !part.empty(); part.remove_prefix(std::min<std::size_t>(part.size(), 16))) {
      std::array<std::uint64_t, 2> words{};
      std::memcpy(words.data(), part.data(), std::min(part.size(), sizeof words));
      left.place = fold_multiply(words[0] ^ left.place, words[1] ^ secret_[2]);
      left.print = fold_multiply(words[0] ^ secret_[3], words[1] ^ left.print);
    }
    return left;
  }

  // One more multiplication, because a single round over numbered names ("www1", "www2") leaves a
  // lattice in the upper bits. `print` gets its own in fingerprint().
  [[nodiscard]] static SuffixHash finish(Chain chain) noexcept {
    return {fold_multiply(chain.place, 0xe7037ed1a0b428dbU), chain.print};
  }

 private:
  // `count` (0 to 8) bytes from `offset`, zero-padded, without a branch: near the end of the
  // storage the load moves back and shifts the surplus out.
  [[nodiscard]] static std::uint64_t load(const std::uint8_t* wire, std::size_t offset,
                                          std::size_t count) noexcept {
    constexpr std::size_t kLast = DomainName::kMaxWireBytes - 8;
    static constexpr auto kKeep = [] {  // masks of 0 to 8 octets
      std::array<std::uint64_t, 9> masks{};
      for (std::size_t octets = 1; octets < masks.size(); ++octets) {
        masks[octets] = masks[octets - 1] << 8U | 0xffU;
      }
      return masks;
    }();
    const std::size_t from = std::min(offset, kLast);
    std::uint64_t word = 0;
    std::memcpy(&word, wire + from, sizeof word);
    return (word >> (((offset - from) * 8) & 63U)) & kKeep[count];
  }

  std::array<std::uint64_t, 4> secret_{};
};

}  // namespace luytre::categories
