// SPDX-License-Identifier: Apache-2.0
#pragma once

// The immutable index that packets look names up in: one file per serial, in memory and swapped
// whole. Trap: Index must stay alive while any worker may still look up in it (RCU in the gateway).

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "categories/domain_name.h"
#include "categories/ip_address.h"
#include "categories/name_match.h"

namespace luytre::categories {

class Index {
 public:
  static constexpr std::size_t kBurst = 32;
  using HashKey = std::array<std::uint64_t, 2>;

  // Reads `file` into read-only memory (huge pages where the system grants them) and verifies it
  // completely (magic, version, sizes, checksums, every slot). Later changes to the file have no
  // effect. Corrupt: the file is damaged or cut; Invalid: another format version. Both are not
  // used.
  [[nodiscard]] static Result<Index> open(const std::filesystem::path& file);
  // The same for the bytes of such a file.
  [[nodiscard]] static Result<Index> from_bytes(std::vector<std::uint8_t> bytes);
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;
  Index(Index&&) noexcept;
  Index& operator=(Index&&) noexcept;
  ~Index();

  // matches[i] = what the lists say about *names[i]. At most kBurst names a call. Any thread, no
  // allocation. A name that is not listed costs about one cache line.
  void lookup(std::span<const DomainName* const> names,
              std::span<NameMatch> matches) const noexcept;
  [[nodiscard]] NameMatch lookup(const DomainName& name) const noexcept;
  // The same, but `overlay` (IndexBuilder::overrides) answers for the names that it overrides and
  // those below them. Costs little more, if both were compiled with one hash key.
  void lookup_with(const Index& overlay, std::span<const DomainName* const> names,
                   std::span<NameMatch> matches) const noexcept;

  // What the lists say about the longest listed path that covers a request for `target` to `host`, by
  // the rules of HostPath::covers(). Empty if there is none; `matched_labels` are then 0, and
  // otherwise the host's. One cache line for a host without listed paths.
  [[nodiscard]] NameMatch lookup_path(const DomainName& host,
                                      std::string_view target) const noexcept;
  // What the lists say about the longest listed prefix that holds `address`; `matched_labels` are 0.
  [[nodiscard]] NameMatch lookup_address(const IpAddress& address) const noexcept;
  [[nodiscard]] bool has_paths() const noexcept { return path_count() != 0; }
  [[nodiscard]] bool has_prefixes() const noexcept { return prefix_count() != 0; }

  [[nodiscard]] std::uint64_t serial() const noexcept;
  [[nodiscard]] std::uint64_t name_count() const noexcept;  // listed names
  [[nodiscard]] std::uint64_t path_count() const noexcept;
  [[nodiscard]] std::uint64_t prefix_count() const noexcept;
  // Of the database that the names come from: who compiles for it asks whether it is still the same.
  [[nodiscard]] const HashKey& hash_key() const noexcept;
  [[nodiscard]] std::size_t memory_bytes() const noexcept;  // address space taken

 private:
  struct Layout;
  explicit Index(std::unique_ptr<Layout> layout) noexcept;
  std::unique_ptr<Layout> layout_;
};

}  // namespace luytre::categories
