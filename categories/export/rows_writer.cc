// SPDX-License-Identifier: Apache-2.0
#include "rows_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace luytre::categories {
namespace {

// RFC 4180 §2: quotes around a field that holds what separates fields, and twice inside it.
std::string csv_field(const std::string& field) {
  if (field.find_first_of(",\"") == std::string::npos) {
    return field;
  }
  std::string text = "\"";
  for (const char c : field) {
    text.append(c == '"' ? 2 : 1, c);
  }
  return text + '"';
}

}  // namespace

RowsWriter::RowsWriter(const Taxonomy& taxonomy, const ExportOptions& options)
    : EntryWriter(taxonomy, options), vocabulary_(taxonomy) {
  if (options.format == ExportFormat::Csv) {
    text_ += "name,categories,minimum_age,reach,legal_ref,expires,action\n";
  }
}

template <typename Make>
void RowsWriter::add_united(const std::vector<Statement>& statements, const Make& make) {
  using Key = std::tuple<Reach, Polarity, Terms>;  // in the order of ListContent::normalise()
  struct Said {
    CategorySet categories;
    bool everything = false;
    std::uint8_t minimum_age = 0;
  };
  std::map<Key, Said> united;
  for (const Statement& statement : statements) {
    if (selection_.holds(statement)) {
      Said& said = united[{statement.reach, statement.polarity, statement.terms}];
      const CategorySet categories = selection_.categories_of(statement);
      said.categories |= categories;
      said.everything = said.everything || categories.empty();
      said.minimum_age = std::max(said.minimum_age, statement.minimum_age);
    }
  }
  for (const auto& [key, said] : united) {
    const auto& [reach, polarity, terms] = key;
    write(make(reach, polarity, said.minimum_age, said.everything ? CategorySet() : said.categories,
               terms));
  }
}

void RowsWriter::add(const Entry& entry) {
  add_united(entry.statements, [&](Reach reach, Polarity polarity, std::uint8_t age,
                                   CategorySet categories, const Terms& terms) {
    return ListedName{entry.name, reach, age, categories, polarity, terms};
  });
}

void RowsWriter::add(const PathEntry& entry) {
  add_united(entry.statements, [&](Reach, Polarity polarity, std::uint8_t age,
                                   CategorySet categories, const Terms& terms) {
    return ListedPath{entry.path, polarity, age, categories, terms};
  });
}

void RowsWriter::add(const PrefixEntry& entry) {
  add_united(entry.statements, [&](Reach, Polarity polarity, std::uint8_t age,
                                   CategorySet categories, const Terms& terms) {
    return ListedPrefix{entry.prefix, polarity, age, categories, terms};
  });
}

void RowsWriter::write(const NativeEntry& entry) {
  row_.clear();
  if (!append_native(row_, entry, vocabulary_)) {
    ++report_.not_expressible;
    return;
  }
  ++report_.entries;
  if (options_.format == ExportFormat::Csv) {
    return write_csv(entry);
  }
  text_ += row_;
  ++report_.lines;
}

// What our own format can say, CSV can: the fields are those of the row.
void RowsWriter::write_csv(const NativeEntry& entry) {
  const auto* name = std::get_if<ListedName>(&entry);
  std::string subject = subject_text(entry);
  std::visit(
      [&](const auto& listed) {
        const bool exception = listed.polarity == Polarity::Withdraws;
        subject.erase(0, exception ? 1 : 0);
        std::string words = vocabulary_.text(listed.categories).value_or("*");
        std::ranges::replace(words, ',', ';');
        line(fmt::format("{},{},{},{},{},{},{}", csv_field(subject), words,
                         listed.minimum_age == 0 ? "" : std::to_string(listed.minimum_age),
                         name == nullptr               ? ""
                         : name->reach == Reach::Exact ? "exact"
                                                       : "subtree",
                         csv_field(listed.terms.legal_ref),
                         listed.terms.expires == 0 ? "" : expiry_text(listed.terms.expires),
                         exception ? "except" : "block"));
      },
      entry);
}

}  // namespace luytre::categories
