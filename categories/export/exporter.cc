// SPDX-License-Identifier: Apache-2.0
#include "categories/export/exporter.h"

#include <fmt/format.h>

#include <algorithm>

namespace luytre::categories {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{64} << 10U;

constexpr std::string_view kZone = "luytre.rpz.";
// What an owner name adds to the listed one (RFC 1035 §3.1): "\6luytre\3rpz", and "\1*" before it.
constexpr std::size_t kZoneBytes = kZone.size();
constexpr std::size_t kWildcardBytes = 2;

bool is_importable(const DomainName& name, std::string_view text) {
  const auto read = DomainName::from_hostname(text);
  return read && *read == name && name.label_count() > 1;
}

}  // namespace

Exporter::Exporter(const Taxonomy& taxonomy, const ExportOptions& options, Sink sink)
    : taxonomy_(taxonomy),
      options_(options),
      sink_(std::move(sink)),
      never_block_(taxonomy.tier(CategoryTier::NeverBlock1) |
                   taxonomy.tier(CategoryTier::NeverBlock2)) {
  for (const Category& category : taxonomy.categories()) {
    // Lists cannot say "uncategorised", so text that does would not be read.
    if (category.id != kUncategorised) {
      known_ |= CategorySet::of(category.id);
    }
  }
  write_head();
}

void Exporter::write_head() {
  switch (options_.format) {
    case ExportFormat::Rpz:
      // A zone needs a name server and a mailbox; nobody asks this one for them.
      text_ += fmt::format(
          "$TTL 300\n$ORIGIN {}\n"
          "@ IN SOA localhost. hostmaster.localhost. {} 3600 600 86400 300\n"
          "@ IN NS localhost.\n",
          kZone, static_cast<std::uint32_t>(options_.serial));
      return;
    case ExportFormat::Hosts:
      text_ += "# Names alone: a hosts file cannot say \"and all below it\".\n";
      return;
    case ExportFormat::Names:
      text_ +=
          "# name: the name alone; *.name: the name and all below it.\n"
          "# luytrectl reads it so with: import --format names --reach exact --category ...\n";
      return;
    case ExportFormat::Luytre:
      text_ += "# name<TAB>category[,category]<TAB>exact|subtree\n";
      return;
  }
}

Result<void> Exporter::add(const Entry& entry) {
  Said exact;
  Said subtree;
  for (const Statement& statement : entry.statements) {
    Said& said = statement.reach == Reach::Exact ? exact : subtree;
    said.all |= statement.categories;
    if (!options_.source || statement.source == *options_.source) {
      said.selected |= statement.categories & options_.categories;
      said.minimum_age = std::max(said.minimum_age, statement.minimum_age);
    }
  }
  const bool mandatory = !(subtree.all & taxonomy_.tier(CategoryTier::Mandatory)).empty();
  if (mandatory && !(mandatory_apex_ && entry.name.is_within(*mandatory_apex_))) {
    mandatory_apex_ = entry.name;
  }
  if (exact.listed() || subtree.listed()) {
    write(entry.name, exact, subtree);
  }
  if (text_.size() >= kPieceBytes) {
    auto taken = sink_(text_);
    text_.clear();
    return taken;
  }
  return {};
}

void Exporter::write(const DomainName& name, const Said& exact, const Said& subtree) {
  const std::string text = name.to_text();
  const std::uint64_t pairs = (exact.listed() ? 1U : 0U) + (subtree.listed() ? 1U : 0U);
  const bool zone = options_.format == ExportFormat::Rpz;
  const bool own = options_.format == ExportFormat::Luytre;
  const std::size_t octets = name.wire().size() + (zone ? kZoneBytes : 0);
  if (!is_importable(name, text) || octets > DomainName::kMaxWireBytes) {
    report_.not_expressible += pairs;
    return;
  }
  const bool passes = may_pass(name, exact.all | subtree.all);
  if (options_.format == ExportFormat::Hosts && passes) {
    report_.never_block += pairs;
    return;
  }
  for (const Said* said : {&exact, &subtree}) {
    if (!said->listed()) {
      continue;
    }
    if (own && !(said->selected - known_).empty()) {
      ++report_.not_expressible;
      continue;
    }
    ++report_.entries;
    report_.without_age += said->minimum_age == 0 ? 0 : 1;
    if (own) {
      write_luytre(text, *said, said == &exact ? Reach::Exact : Reach::Subtree);
    }
  }
  switch (options_.format) {
    case ExportFormat::Rpz:
      write_zone(name, text, exact, subtree);
      return;
    case ExportFormat::Hosts:
      report_.narrowed += subtree.listed() ? 1 : 0;
      line(fmt::format("0.0.0.0 {}", text));
      return;
    case ExportFormat::Names:
      if (exact.listed()) {
        line(text);
      }
      if (subtree.listed()) {
        line("*." + text);
      }
      return;
    case ExportFormat::Luytre:
      return;
  }
}

void Exporter::write_luytre(std::string_view name, const Said& said, Reach reach) {
  std::string words;
  for (CategorySet rest = said.selected; !rest.empty();
       rest = rest - CategorySet::of(rest.first())) {
    words += words.empty() ? "" : ",";
    words += taxonomy_.find(rest.first())->name;  // known_ says that it is there
  }
  line(fmt::format("{}\t{}\t{}", name, words, reach == Reach::Exact ? "exact" : "subtree"));
}

void Exporter::write_zone(const DomainName& name, std::string_view text, const Said& exact,
                          const Said& subtree) {
  const auto action = [](bool passes) -> std::string_view {
    return passes ? "rpz-passthru." : ".";
  };
  const bool passes = may_pass(name, exact.all | subtree.all);
  const bool below_passes = may_pass(name, subtree.all);
  line(fmt::format("{} CNAME {}", text, action(passes)));
  report_.passed += exact.listed() && passes ? 1 : 0;
  if (!subtree.listed()) {
    return;
  }
  report_.passed += passes || below_passes ? 1 : 0;
  if (name.wire().size() + kZoneBytes + kWildcardBytes > DomainName::kMaxWireBytes) {
    ++report_.narrowed;
    return;
  }
  line(fmt::format("*.{} CNAME {}", text, action(below_passes)));
}

// Mandatory stands above never-block and that above all else, whatever was selected.
bool Exporter::may_pass(const DomainName& name, CategorySet all) const {
  const bool mandatory = !(all & taxonomy_.tier(CategoryTier::Mandatory)).empty() ||
                         (mandatory_apex_ && name.is_within(*mandatory_apex_));
  return !mandatory && !(all & never_block_).empty();
}

void Exporter::line(std::string_view text) {
  text_ += text;
  text_ += '\n';
  ++report_.lines;
}

Result<ExportReport> Exporter::finish() {
  if (auto taken = sink_(text_); !taken) {
    return Unexpected<Error>(taken.error());
  }
  text_.clear();
  return report_;
}

std::string_view describe(ExportFormat format) noexcept {
  switch (format) {
    case ExportFormat::Rpz:
      return "rpz";
    case ExportFormat::Hosts:
      return "hosts";
    case ExportFormat::Names:
      return "names";
    case ExportFormat::Luytre:
      return "luytre";
  }
  return "unknown";
}

}  // namespace luytre::categories
