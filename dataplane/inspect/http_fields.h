// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "categories/domain_name.h"
#include "categories/ip_address.h"
#include "dataplane/inspect/inspection.h"
#include "http_framing.h"

namespace luytre::dataplane {

// What the Host field lines of one request say together (RFC 9112 §3.2): the same name twice is
// harmless, two that differ are Malformed, because two servers could take different ones.
class HostAnswer {
 public:
  // One uri-host [":" port], blanks around it already gone.
  void add(std::string_view authority) noexcept;
  void add_conflict() noexcept { state_ = State::Conflict; }
  // Name, NoName or Malformed; NoName if there was none.
  [[nodiscard]] Finding finding() const noexcept;
  [[nodiscard]] bool seen() const noexcept { return state_ != State::None; }
  [[nodiscard]] const categories::DomainName& name() const noexcept { return name_; }
  // That stands in place of a name, if finding() is NoName.
  [[nodiscard]] const std::optional<categories::IpAddress>& address() const noexcept {
    return address_;
  }

 private:
  enum class State : std::uint8_t { None, Name, Odd, Conflict };
  State state_ = State::None;
  categories::DomainName name_;
  std::optional<categories::IpAddress> address_;
};

// Field lines are read until the empty line, or as far as `bounded` text goes.
enum class FieldsEnd : std::uint8_t {
  EmptyLine,  // the head is complete
  Cut,        // the text ends inside the head
  TooMany,    // more field lines than any server takes
};
struct HttpFields {
  HostAnswer host;
  HttpFraming framing;
  std::size_t bytes = 0;  // with the empty line
};
[[nodiscard]] FieldsEnd read_fields(std::string_view text, HttpFields& fields) noexcept;

}  // namespace luytre::dataplane
