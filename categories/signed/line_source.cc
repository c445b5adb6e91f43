// SPDX-License-Identifier: Apache-2.0
#include "line_source.h"

#include "categories/native/native_line.h"

namespace luytre::categories {
namespace {

// A delta's lines have one octet more.
constexpr std::size_t kMaxLineBytes = kMaxNativeLineBytes + 1;

}  // namespace

Accepted<std::optional<std::string_view>> LineSource::next() {
  joined_.clear();
  while (true) {
    const std::size_t end = piece_.find('\n');
    const std::string_view head = piece_.substr(0, end);
    if (joined_.size() + head.size() > kMaxLineBytes) {
      return refuse(Refusal::BadText, "A line of the list is longer than any may be");
    }
    if (end != std::string_view::npos) {
      piece_.remove_prefix(end + 1);
      if (joined_.empty()) {
        return head;
      }
      joined_ += head;
      return std::string_view(joined_);
    }
    joined_ += head;
    const auto piece = reader_.next();
    if (!piece) {
      return Unexpected<Refused>(piece.error());
    }
    piece_ = *piece;
    if (piece_.empty()) {
      return joined_.empty() ? Accepted<std::optional<std::string_view>>(std::nullopt)
                             : refuse(Refusal::BadText, "The last line has no end");
    }
  }
}

}  // namespace luytre::categories
