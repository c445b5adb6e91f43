// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/process_memory.h"
#include "rivals.h"

namespace luytre::bench {
namespace {

using categories::CategorySet;
using categories::DomainName;

// Lets find() take a view.
struct ViewHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>()(text);
  }
};

std::string_view octets_of(const DomainName& name) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): octets may be read as such
  return {reinterpret_cast<const char*>(name.wire().data()), name.wire().size()};
}

}  // namespace

struct HashMap::Table {
  std::unordered_map<std::string, CategorySet, ViewHash, std::equal_to<>> names;
};

HashMap::HashMap(const NameSet& list) : table_(std::make_unique<Table>()) {
  const std::size_t before = heap_bytes();
  table_->names.reserve(list.size);
  for (std::uint64_t i = 0; i < list.size; ++i) {
    table_->names.emplace(octets_of(list.name(i)), list.category(i));
  }
  memory_bytes_ = heap_bytes() - before;
}

HashMap::~HashMap() = default;

Lookup HashMap::walk() const {
  return [this](std::span<const DomainName* const> questions, std::span<CategorySet> found) {
    const auto& names = table_->names;
    std::array<std::uint8_t, DomainName::kMaxLabels> offsets;
    for (std::size_t i = 0; i < questions.size(); ++i) {
      found[i] = CategorySet();
      const std::string_view whole = octets_of(*questions[i]);
      const std::uint8_t labels = questions[i]->label_offsets(offsets);
      for (std::uint8_t skipped = 0; skipped + 2 <= labels; ++skipped) {
        if (const auto entry = names.find(whole.substr(offsets[skipped])); entry != names.end()) {
          found[i] = entry->second;
          break;
        }
      }
    }
  };
}

}  // namespace luytre::bench
