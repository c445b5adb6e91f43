// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/expected.h"
#include "base/parse_error.h"
#include "categories/domain_name.h"

namespace luytre::categories {

// Numbers of the IANA registry that a transfer has to know.
namespace rr_type {
inline constexpr std::uint16_t kSoa = 6;
inline constexpr std::uint16_t kTsig = 250;
inline constexpr std::uint16_t kIxfr = 251;
inline constexpr std::uint16_t kAxfr = 252;
}  // namespace rr_type
inline constexpr std::uint16_t kClassIn = 1;
inline constexpr std::uint16_t kClassAny = 255;

inline constexpr std::size_t kMessageHeaderBytes = 12;

// RFC 1035 §4.1.1.
struct MessageHeader {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;
  std::uint16_t questions = 0;
  std::uint16_t answers = 0;
  std::uint16_t authorities = 0;
  std::uint16_t additionals = 0;

  [[nodiscard]] bool is_response() const noexcept { return (flags & 0x8000U) != 0; }
  [[nodiscard]] std::uint8_t opcode() const noexcept {
    return static_cast<std::uint8_t>(flags >> 11U & 0x0fU);
  }
  [[nodiscard]] bool is_truncated() const noexcept { return (flags & 0x0200U) != 0; }
  [[nodiscard]] std::uint8_t rcode() const noexcept {
    return static_cast<std::uint8_t>(flags & 0x0fU);
  }
};

struct MessageQuestion {
  DomainName name;
  std::uint16_t type = 0;
  std::uint16_t rr_class = 0;
};

// One record where it stands: names in its data may point anywhere before them in the message.
struct WireRecord {
  DomainName owner;
  std::uint16_t type = 0;
  std::uint16_t rr_class = 0;
  std::uint32_t ttl = 0;
  std::size_t begin = 0;  // of the owner
  std::size_t rdata_begin = 0;
  std::size_t rdata_end = 0;
};

// The name at `position`, which moves behind it. A compression pointer (RFC 1035 §4.1.4) leads
// before the labels that end in it, each further back than the last: no loop, at most 255 octets.
[[nodiscard]] Expected<DomainName, ParseError> read_name(std::span<const std::uint8_t> message,
                                                         std::size_t& position) noexcept;

// Reads a message from its beginning, in the order of its sections; after a failure nothing more is
// to be read from it. Borrows the message.
class MessageReader {
 public:
  explicit MessageReader(std::span<const std::uint8_t> message) noexcept : message_(message) {}

  [[nodiscard]] Expected<MessageHeader, ParseError> header() noexcept;
  [[nodiscard]] Expected<MessageQuestion, ParseError> question() noexcept;
  [[nodiscard]] Expected<WireRecord, ParseError> record() noexcept;

  [[nodiscard]] bool at_end() const noexcept { return position_ == message_.size(); }
  [[nodiscard]] std::span<const std::uint8_t> message() const noexcept { return message_; }

 private:
  std::span<const std::uint8_t> message_;
  std::size_t position_ = 0;
};

}  // namespace luytre::categories
