// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/byte_order.h"
#include "dataplane/inspect/inspection.h"
#include "text_view.h"

namespace luytre::dataplane {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kLine = "PROXY ";                       // version 1
constexpr std::size_t kMaxLineBytes = 107;                         // with its CRLF
constexpr std::string_view kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;  // version 2
// Signature, version and command, family, length of the addresses.
constexpr std::size_t kBinaryBytes = 16;

bool begins_alike(std::string_view text, std::string_view mark) noexcept {
  return mark.substr(0, text.size()) == text.substr(0, mark.size());
}

// Bytes of the header; 0 while it is not complete, and more than there can be if it is none.
constexpr std::size_t kNone = static_cast<std::size_t>(-1);
std::size_t header_bytes(std::span<const std::uint8_t> stream) noexcept {
  const std::string_view text = text_view(stream);
  if (begins_alike(text, kLine)) {
    const std::size_t end = text.substr(0, kMaxLineBytes).find("\r\n");
    if (end != std::string_view::npos) {
      return end + 2;
    }
    return text.size() >= kMaxLineBytes ? kNone : 0;
  }
  if (begins_alike(text, kSignature)) {
    return stream.size() < kBinaryBytes ? 0 : kBinaryBytes + load_be16(stream.data() + 14);
  }
  return kNone;
}

}  // namespace

Inspection inspect_proxy_header(std::span<const std::uint8_t> stream) noexcept {
  Inspection inspection;
  const std::size_t bytes = header_bytes(stream);
  if (bytes == kNone) {
    inspection.finding = Finding::NotThis;
  } else if (bytes != 0) {
    inspection.finding = Finding::Nothing;
    inspection.unit_bytes = bytes;
    inspection.next = Reader::Start;
  }
  return inspection;
}

}  // namespace luytre::dataplane
