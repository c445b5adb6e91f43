// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "line_item.h"

namespace luytre::categories {

// A response policy zone in the text of a master file (RFC 1035 §5), line by line. Items are
// triggers on names: "name" is Exact and "*.name" is Subtree, which here means what is below the
// name and not the name itself; only both together are a subtree, and who takes the items puts
// them together.
// - CNAME to "." or "*." or "rpz-drop." refuses, and so does a sinkhole address.
// - rpz-passthru makes an exception. rpz-tcp-only refuses nothing: NotNameLevel, as are triggers on
//   the addresses of answers and clients and on name servers.
// - Another target or address redirects: Address.
// Not counted: directives, SOA, NS and whatever else the apex has, records of DNSSEC.
class RpzZone {
 public:
  void parse(std::string_view line, std::vector<LineItem>& items);

 private:
  struct Owner {
    std::string text;       // without a dot at its end
    bool absolute = false;  // else relative to the zone's own name, which a file need not say
  };
  [[nodiscard]] Owner resolve(std::string_view owner) const;
  // The owner without the zone's own name; nothing: not in this zone. Empty: the apex.
  [[nodiscard]] std::optional<std::string_view> trigger(const Owner& owner) const;
  void take_directive(std::vector<LineItem>& items);
  void take_record(bool same_owner, std::vector<LineItem>& items);
  // True: numbers of a SOA record that goes over several lines.
  [[nodiscard]] bool continues_soa();

  Owner origin_;
  std::optional<Owner> owner_;       // of the record before
  std::optional<std::string> apex_;  // absolute, once known
  bool in_soa_ = false;
  std::vector<std::string_view> words_;  // of the line
};

// Whether a line looks like a record with CNAME.
[[nodiscard]] bool is_rpz_record(std::string_view text) noexcept;

}  // namespace luytre::categories
