// SPDX-License-Identifier: Apache-2.0
#include "dns_message.h"

#include <algorithm>
#include <array>

#include "base/byte_order.h"
#include "categories/domain_name.h"

namespace luytre::bench {
namespace {

constexpr std::uint8_t kResponse = 0x80;          // of the third octet: QR
constexpr std::uint8_t kRecursionDesired = 0x01;  // of the third octet
constexpr std::uint8_t kAvailable = 0x80;         // of the fourth octet: RA
constexpr std::uint8_t kCodeMask = 0x0f;          // of the fourth octet
constexpr std::size_t kQuestionCountAt = 4;
constexpr std::size_t kAnswerCountAt = 6;

// The name by a pointer to the question, A, IN, 300 seconds, 192.0.2.1 (RFC 1035 §4.1.3, §4.1.4).
constexpr std::array<std::uint8_t, kAnswerBytes> kAnswer = {
    0xc0, kDnsHeaderBytes, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1};

// Where the question of `message` ends; nothing if there is not exactly one, uncompressed.
std::optional<std::size_t> end_of_question(std::span<const std::uint8_t> message) {
  if (message.size() < kDnsHeaderBytes || load_be16(message.data() + kQuestionCountAt) != 1) {
    return std::nullopt;
  }
  const auto name = categories::DomainName::from_wire(message.subspan(kDnsHeaderBytes));
  if (!name) {
    return std::nullopt;
  }
  const std::size_t end = kDnsHeaderBytes + name->wire().size() + 4;
  return end <= message.size() ? std::optional(end) : std::nullopt;
}

}  // namespace

std::optional<std::vector<std::uint8_t>> make_query(std::string_view name) {
  const auto parsed = categories::DomainName::from_hostname(name);
  if (!parsed) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> query = {0, 0, kRecursionDesired, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  query.insert(query.end(), parsed->wire().begin(), parsed->wire().end());
  query.insert(query.end(), {0, 1, 0, 1});
  return query;
}

std::string question_name(std::span<const std::uint8_t> query) {
  const auto name = categories::DomainName::from_wire(query.subspan(kDnsHeaderBytes));
  return name ? name->to_text() : std::string();
}

std::optional<std::uint8_t> response_code(std::span<const std::uint8_t> message,
                                          std::span<const std::uint8_t> query) {
  if (message.size() < query.size() || (message[2] & kResponse) == 0 ||
      load_be16(message.data() + kQuestionCountAt) != 1 ||
      !std::ranges::equal(message.subspan(kDnsHeaderBytes, query.size() - kDnsHeaderBytes),
                          query.subspan(kDnsHeaderBytes))) {
    return std::nullopt;
  }
  return message[3] & kCodeMask;
}

std::size_t answer_in_place(std::span<std::uint8_t> room, std::size_t size) {
  const auto end = end_of_question(room.first(size));
  if (!end || (room[2] & kResponse) != 0 || *end + kAnswerBytes > room.size()) {
    return 0;
  }
  room[2] = static_cast<std::uint8_t>(room[2] | kResponse);
  room[3] = kAvailable | kNoError;
  store_be16(room.data() + kAnswerCountAt, 1);
  // What came behind the question (EDNS) is not answered in kind.
  std::ranges::fill(room.subspan(kAnswerCountAt + 2, 4), std::uint8_t{0});
  std::ranges::copy(kAnswer, room.begin() + static_cast<std::ptrdiff_t>(*end));
  return *end + kAnswerBytes;
}

}  // namespace luytre::bench
