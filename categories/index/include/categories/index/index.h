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
#include <string>

#include "base/error.h"
#include "categories/domain_name.h"
#include "categories/name_match.h"

namespace luytre::categories {

class Index {
 public:
  static constexpr std::size_t kBurst = 32;

  // Reads `file` into read-only memory (huge pages where the system grants them) and verifies it
  // completely (magic, version, sizes, checksums, every slot). Later changes to the file have no
  // effect. Corrupt: the file is damaged or cut; Invalid: another format version. Both are not
  // used.
  [[nodiscard]] static Result<Index> open(const std::filesystem::path& file);
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

  [[nodiscard]] std::uint64_t serial() const noexcept;
  [[nodiscard]] std::uint64_t name_count() const noexcept;  // listed names
  [[nodiscard]] std::size_t memory_bytes() const noexcept;  // address space taken

 private:
  struct Layout;
  explicit Index(std::unique_ptr<Layout> layout) noexcept;
  std::unique_ptr<Layout> layout_;
};

}  // namespace luytre::categories
