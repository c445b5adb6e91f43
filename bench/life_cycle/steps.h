// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "child.h"

namespace luytre::bench {

// The steps of a list's life in one folder, in this order. Each checks what it made.
class LifeCycle {
 public:
  LifeCycle(std::filesystem::path folder, std::uint64_t names)
      : folder_(std::move(folder)), names_(names) {}

  // A list in memory into a new database. `second_part`: making the list.
  [[nodiscard]] Taken import() const;
  // The database into an index file, verified and linked.
  [[nodiscard]] Taken compile() const;
  // The index file into memory, verified.
  [[nodiscard]] Taken open() const;
  // A second index beside the one in force, as while the gateway changes over.
  [[nodiscard]] Taken swap() const;
  // `changed` names in one commit, half of them new and the others taken off the list: the commit,
  // and in `second_part` from there to a layered index with the new answers.
  [[nodiscard]] Taken overlay(std::uint64_t changed) const;

 private:
  [[nodiscard]] std::filesystem::path store() const { return folder_ / "categories"; }
  [[nodiscard]] std::filesystem::path index() const { return folder_ / "index"; }

  std::filesystem::path folder_;
  std::uint64_t names_;
};

}  // namespace luytre::bench
