// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "categories/category_set.h"
#include "categories/domain_name.h"

namespace luytre::bench {

// What is listed: names by number, each with everything below it. Made up when asked for, or read
// from a file.
struct NameSet {
  std::uint64_t size = 0;
  std::function<categories::DomainName(std::uint64_t)> name;
  std::function<categories::CategorySet(std::uint64_t)> category;
};

// Many names in little memory.
class PackedNames {
 public:
  void add(const categories::DomainName& added) {
    begins_.push_back(wire_.size());
    wire_.insert(wire_.end(), added.wire().begin(), added.wire().end());
  }
  [[nodiscard]] std::size_t size() const { return begins_.size(); }
  [[nodiscard]] categories::DomainName operator[](std::size_t i) const {
    return *categories::DomainName::from_wire(std::span(wire_).subspan(begins_[i]));
  }

 private:
  std::vector<std::uint64_t> begins_;
  std::vector<std::uint8_t> wire_;
};

struct Questions {
  PackedNames names;
  std::vector<categories::CategorySet> expected;
};

// Made-up names in the shape of real ones; each one's category follows from its number.
[[nodiscard]] NameSet made_up_names(std::uint64_t count);
// `count` different questions about them, of which that share is listed. Kept until the program
// ends.
[[nodiscard]] const Questions& made_up_questions(std::uint64_t names, unsigned hit_percent);

// Names from text, all in one category, and questions with their answers found by a walk over a set
// of strings.
[[nodiscard]] NameSet names_of(std::vector<std::string> texts);
[[nodiscard]] Questions questions_of(const std::vector<std::string>& listed,
                                     const std::vector<std::string>& texts);

}  // namespace luytre::bench
