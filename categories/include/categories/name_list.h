// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "categories/category_set.h"
#include "categories/domain_name.h"
#include "categories/entry.h"

namespace luytre::categories {

// One line of a list, understood.
struct ListedName {
  DomainName name;
  Reach reach = Reach::Subtree;
  std::uint8_t minimum_age = 0;
  CategorySet categories;
  Polarity polarity = Polarity::Lists;
  Terms terms = {};
};

// What one whole list says, kept small: about 45 octets for a name of usual length, where an Entry
// takes over 300; 10 million names are half a gigabyte. Written once by add(), normalised, then
// read in order:
//   for (std::size_t i = 0; i < list.size(); ++i) { const ListedName listed = list[i]; … }
class NameList {
 public:
  void add(const ListedName& listed);

  // Sorts by name in key order (name_key.h: parents before children), then by reach (Exact first),
  // polarity and terms, and unites what was said several times with all of these equal: all
  // categories, the highest minimum age. Returns how many elements went away.
  std::size_t normalise();

  [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }
  [[nodiscard]] bool empty() const noexcept { return records_.empty(); }
  // By value: the list holds no DomainName. Costs about as much as parsing the name's wire form.
  [[nodiscard]] ListedName operator[](std::size_t position) const;
  [[nodiscard]] CategorySet categories(std::size_t position) const noexcept {
    return records_[position].categories;
  }
  [[nodiscard]] Polarity polarity(std::size_t position) const noexcept {
    return records_[position].polarity;
  }
  // The element's NameKey octets, without decoding; valid until the list is changed.
  [[nodiscard]] std::span<const std::uint8_t> key(std::size_t position) const noexcept;

 private:
  struct Record {
    std::uint64_t key_offset = 0;  // into keys_
    CategorySet categories;
    std::uint16_t key_size = 0;
    Reach reach = Reach::Subtree;
    std::uint8_t minimum_age = 0;
    Polarity polarity = Polarity::Lists;
    std::uint32_t terms = 0;  // in terms_
  };

  [[nodiscard]] std::uint32_t number_of(const Terms& terms);

  std::vector<std::uint8_t> keys_;
  std::vector<Record> records_;
  std::vector<Terms> terms_ = {{}};  // distinct; the first is what most elements have
  std::map<Terms, std::uint32_t> term_numbers_;
};

}  // namespace luytre::categories
