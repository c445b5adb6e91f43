// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "categories/domain_name.h"
#include "zone_delta.h"
#include "zone_lines.h"

namespace luytre::categories {

// The head of one version of a zone.
struct ZoneVersion {
  std::uint32_t serial = 0;
  std::string soa;  // as a line
};

// One zone as a file, from one transfer to the next: a master file that any reader of response
// policy zones takes, with two comments of ours. After a crash at any moment the version before or
// the new one is there, whole.
//
//   ; luytre zone copy 1, serial 2026082201
//   $ORIGIN rpz.example.
//   $TTL 60
//   rpz.example. SOA …
//   (all other records as lines, sorted by octets, each once)
//   ; end, 100001 records, sha256 (of everything before this line, in hexadecimal)
class ZoneCopy {
 public:
  ZoneCopy(std::filesystem::path file, DomainName zone);

  // The serial of the version on disk; nothing: there is none, or it is not as it was written. Such
  // a copy is of no use, and a whole transfer replaces it.
  [[nodiscard]] std::optional<std::uint32_t> serial() const;

  [[nodiscard]] Result<void> replace(const ZoneVersion& version, const ZoneLines& lines);

  struct Applied {
    std::uint64_t records = 0;  // of the zone, with the SOA
    std::uint64_t removed = 0;
    std::uint64_t added = 0;
  };
  // Nothing: `delta` removes what is not there or adds what is, so it is not about this copy, which
  // stays as it was. Requires serial().
  [[nodiscard]] Result<std::optional<Applied>> apply(const ZoneVersion& version,
                                                     const ZoneDelta& delta);

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  std::filesystem::path file_;
  DomainName zone_;
};

}  // namespace luytre::categories
