// SPDX-License-Identifier: Apache-2.0
#include "http_fields.h"

#include <algorithm>

#include "http_text.h"

namespace luytre::dataplane {
namespace {

using categories::DomainName;
using categories::NameError;

// Servers stop at 100 (the usual default) to 200 fields.
constexpr int kMaxFieldLines = 256;

// The field line being read, which obsolete line folding (RFC 9112 §5.2) may continue.
class PendingField {
 public:
  explicit PendingField(HttpFields& fields) noexcept : fields_(fields) {}

  void begin(std::string_view name, std::string_view value) noexcept {
    open_ = true;
    folded_ = false;
    name_ = name;
    value_ = value;
  }
  // Servers join the lines or ignore the second: only an empty first line leaves one reading.
  void fold(std::string_view value) noexcept {
    if (!open_ || value.empty()) {
      return;
    }
    folded_ = true;
    if (!value_.empty() && is_host()) {
      fields_.host.add_conflict();
    }
    value_ = value;
  }
  void close() noexcept {
    if (open_ && is_host()) {
      fields_.host.add(value_);
    } else if (open_) {
      fields_.framing.add(name_, value_, folded_);
    }
    open_ = false;
  }

 private:
  [[nodiscard]] bool is_host() const noexcept { return equals_ignoring_case(name_, "host"); }

  HttpFields& fields_;
  std::string_view name_;
  std::string_view value_;
  bool open_ = false;
  bool folded_ = false;
};

// A host without its port. The port is not checked: servers cut at the first colon whatever
// follows.
Expected<DomainName, NameError> host_name(std::string_view authority) noexcept {
  if (std::ranges::count(authority, ':') > 1 || authority.starts_with('[')) {
    // "[2001:db8::1]:80", and the same without brackets where nothing else can be meant.
    if (auto whole = DomainName::from_hostname(authority);
        !whole && whole.error() == NameError::IpAddress) {
      return whole;
    }
  }
  return DomainName::from_hostname(authority.substr(0, authority.find(':')));
}

std::optional<categories::IpAddress> address_in(std::string_view authority) noexcept {
  if (authority.starts_with('[')) {
    return categories::IpAddress::from_text(authority.substr(1, authority.find(']') - 1));
  }
  const auto whole = categories::IpAddress::from_text(authority);
  return whole ? whole : categories::IpAddress::from_text(authority.substr(0, authority.find(':')));
}

}  // namespace

void HostAnswer::add(std::string_view authority) noexcept {
  const auto name = host_name(authority);
  const State state = name ? State::Name : State::Odd;
  if (state_ == State::None) {
    state_ = state;
    if (name) {
      name_ = *name;
    } else {
      address_ = address_in(authority);
    }
  } else if (state_ != state || (name && *name != name_)) {
    state_ = State::Conflict;
  }
}

Finding HostAnswer::finding() const noexcept {
  switch (state_) {
    case State::Name:
      return Finding::Name;
    case State::Conflict:
      return Finding::Malformed;
    case State::None:
    case State::Odd:
      break;
  }
  return Finding::NoName;
}

FieldsEnd read_fields(std::string_view text, HttpFields& fields) noexcept {
  PendingField pending(fields);
  bool first = true;
  const std::size_t text_bytes = text.size();
  for (int count = 0; count < kMaxFieldLines; ++count) {
    const std::size_t line_feed = text.find('\n');
    if (line_feed == std::string_view::npos) {
      pending.close();
      return FieldsEnd::Cut;
    }
    std::string_view line = text.substr(0, line_feed);
    text.remove_prefix(line_feed + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (line.empty()) {
      pending.close();
      fields.bytes = text_bytes - text.size();
      return FieldsEnd::EmptyLine;
    }
    // A line that begins with a blank continues the one before. At the very beginning there is none
    // (§2.2), and who does not refuse the request reads it as a field.
    if (is_blank(line.front()) && !first) {
      pending.fold(trim_blanks(line));
      continue;
    }
    first = false;
    pending.close();
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      pending.begin(trim_blanks(line.substr(0, colon)), trim_blanks(line.substr(colon + 1)));
    }
  }
  pending.close();
  return FieldsEnd::TooMany;
}

}  // namespace luytre::dataplane
