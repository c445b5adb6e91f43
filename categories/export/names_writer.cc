// SPDX-License-Identifier: Apache-2.0
#include "names_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace luytre::categories {
namespace {

constexpr std::string_view kZone = "luytre.rpz.";
// What an owner name adds to the listed one (RFC 1035 §3.1): "\6luytre\3rpz", and "\1*" before it.
constexpr std::size_t kZoneBytes = kZone.size();
constexpr std::size_t kWildcardBytes = 2;

bool is_importable(const DomainName& name, std::string_view text) {
  const auto read = DomainName::from_hostname(text);
  return read && *read == name && name.label_count() > 1;
}

}  // namespace

NamesWriter::NamesWriter(const Taxonomy& taxonomy, const ExportOptions& options)
    : EntryWriter(taxonomy, options),
      never_block_(taxonomy.tier(CategoryTier::NeverBlock1) |
                   taxonomy.tier(CategoryTier::NeverBlock2)),
      mandatory_(taxonomy.tier(CategoryTier::Mandatory)),
      withdrawals_(options.sources, mandatory_) {
  if (options.format == ExportFormat::Rpz) {
    // A zone needs a name server and a mailbox; nobody asks this one for them.
    text_ += fmt::format(
        "$TTL 300\n$ORIGIN {}\n"
        "@ IN SOA localhost. hostmaster.localhost. {} 3600 600 86400 300\n"
        "@ IN NS localhost.\n",
        kZone, static_cast<std::uint32_t>(options.serial));
  } else if (options.format == ExportFormat::Hosts) {
    text_ += "# Names alone: a hosts file cannot say \"and all below it\".\n";
  } else {
    text_ +=
        "# name: the name alone; *.name: the name and all below it.\n"
        "# luytrectl reads it so with: import --format names --reach exact --category ...\n";
  }
}

NamesWriter::Said NamesWriter::gather(const Entry& entry, Reach reach) const {
  Said said;
  std::vector<Statement> selected;
  for (const Statement& statement : entry.statements) {
    if (statement.polarity == Polarity::Withdraws || statement.reach != reach) {
      continue;
    }
    const CategorySet left = withdrawals_.left(statement, entry.statements, reach);
    const CategorySet at_name = withdrawals_.left(statement, entry.statements, Reach::Exact);
    said.all |= left | at_name;
    if (selection_.holds(statement)) {
      said.left |= left & options_.categories;
      said.at_name |= at_name & options_.categories;
      said.without_age += statement.minimum_age == 0 ? 0 : 1;
      said.without_terms += statement.terms == Terms{} ? 0 : 1;
      selected.push_back(statement);
    }
  }
  said.selected = selection_.count(selected);
  said.without_age = std::min(said.without_age, said.selected);
  said.without_terms = std::min(said.without_terms, said.selected);
  return said;
}

std::vector<Statement> NamesWriter::exceptions_of(const Entry& entry) const {
  std::vector<Statement> exceptions;
  std::ranges::copy_if(
      entry.statements, std::back_inserter(exceptions), [&](const Statement& statement) {
        return statement.polarity == Polarity::Withdraws && selection_.holds(statement);
      });
  return exceptions;
}

void NamesWriter::add(const Entry& entry) {
  withdrawals_.enter(entry.name);
  const Said exact = gather(entry, Reach::Exact);
  const Said subtree = gather(entry, Reach::Subtree);
  const std::string text = entry.name.to_text();
  const std::size_t octets =
      entry.name.wire().size() + (options_.format == ExportFormat::Rpz ? kZoneBytes : 0);
  if (is_importable(entry.name, text) && octets <= DomainName::kMaxWireBytes) {
    write(entry, text, exact, subtree);
  } else {
    report_.not_expressible += selection_.count(entry.statements);
  }
  withdrawals_.remember(entry);
}

void NamesWriter::write(const Entry& entry, std::string_view text, const Said& exact,
                        const Said& subtree) {
  const bool zone = options_.format == ExportFormat::Rpz;
  const bool hosts = options_.format == ExportFormat::Hosts;
  if (!zone) {
    report_.exceptions += selection_.count(exceptions_of(entry));
  }
  if (hosts && (exact.listed() || subtree.listed()) && may_pass(exact.all | subtree.all)) {
    report_.never_block += exact.selected + subtree.selected;
    return;
  }
  for (const Said* said : {&exact, &subtree}) {
    if (said->listed()) {
      report_.entries += said->selected;
      report_.without_age += said->without_age;
      report_.without_terms += said->without_terms;
    } else {
      report_.taken_back += said->selected;
    }
  }
  if (zone) {
    return write_zone(entry, text, exact, subtree);
  }
  if (hosts) {
    report_.narrowed += subtree.listed() ? 1 : 0;
    if (exact.listed() || !subtree.at_name.empty()) {
      line(fmt::format("0.0.0.0 {}", text));
    }
    return;
  }
  if (exact.listed()) {
    line(text);
  }
  if (subtree.listed()) {
    line(fmt::format("*.{}", text));
  }
}

void NamesWriter::write_zone(const Entry& entry, std::string_view text, const Said& exact,
                             const Said& subtree) {
  const std::vector<Statement> exceptions = exceptions_of(entry);
  const auto action = [&](CategorySet left, CategorySet all, Reach question) {
    if (!left.empty()) {
      return may_pass(all) ? Action::Pass : Action::Refuse;
    }
    const bool taken_back = !exceptions.empty() && all.empty() &&
                            withdrawals_.free_from_above(entry.statements, question);
    return taken_back ? Action::Pass : Action::None;
  };
  // An exact exception below its own name's subtree: the name passes, what is below does not.
  const bool spared = subtree.listed() && !exact.listed() && subtree.at_name.empty();
  const Action itself =
      spared ? Action::Pass
             : action(exact.left | subtree.at_name, exact.all | subtree.all, Reach::Exact);
  const Action below = action(subtree.left, subtree.all, Reach::Subtree);
  const auto word = [](Action what) { return what == Action::Pass ? "rpz-passthru." : "."; };
  if (itself != Action::None) {
    line(fmt::format("{} CNAME {}", text, word(itself)));
  }
  const bool fits =
      entry.name.wire().size() + kZoneBytes + kWildcardBytes <= DomainName::kMaxWireBytes;
  if (below != Action::None && fits) {
    line(fmt::format("*.{} CNAME {}", text, word(below)));
  }
  report_.narrowed += subtree.listed() && !fits ? 1 : 0;
  report_.passed += exact.listed() && itself == Action::Pass ? exact.selected : 0;
  report_.passed +=
      subtree.listed() && (itself == Action::Pass || below == Action::Pass) ? subtree.selected : 0;
  const std::uint64_t excepted = selection_.count(exceptions);
  const bool said = spared || (!exact.listed() && itself == Action::Pass) ||
                    (!subtree.listed() && below == Action::Pass);
  report_.entries += said ? excepted : 0;
  report_.passed += said ? excepted : 0;
  report_.exceptions += said ? 0 : excepted;
}

bool NamesWriter::may_pass(CategorySet all) const {
  const bool mandatory = !(all & mandatory_).empty() || withdrawals_.mandatory_above();
  return !mandatory && !(all & never_block_).empty();
}

}  // namespace luytre::categories
