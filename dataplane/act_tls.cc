// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "act.h"

namespace luytre::dataplane {

// A plaintext alert record (RFC 8446 §5.1, §6.2): fatal, unrecognized_name. Of the alerts that need
// no key this is the one after which browsers give up soonest and show a page of their own.
std::span<const std::uint8_t> tls_refusal() noexcept {
  static constexpr std::array<std::uint8_t, 7> kAlert = {
      21,          // alert
      0x03, 0x03,  // legacy_record_version
      0x00, 0x02,  // length
      2,           // fatal
      112,         // unrecognized_name (RFC 6066 §3)
  };
  return kAlert;
}

}  // namespace luytre::dataplane
