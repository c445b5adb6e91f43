// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "categories/import/importer.h"
#include "category_words.h"
#include "command.h"
#include "opened_lists.h"
#include "output.h"
#include "progress.h"

namespace luytre::ctl {
namespace {

using categories::CategorySet;
using categories::NameList;
using categories::Polarity;
using categories::Reach;
using categories::Taxonomy;
using Json = nlohmann::ordered_json;

constexpr std::string_view kSourcePrefix = "source:";

struct Options {
  std::string before;
  std::string after;
  std::vector<std::string> categories;
  std::size_t limit = 20;
};

struct Side {
  NameList names;
  bool says_categories = true;  // false: a list of bare names, and none were given for it
};

// What a list says about one name in one way; the words for it in output.
struct Manner {
  Polarity polarity;
  Reach reach;
  std::string_view json_key;
  std::string_view text;
};
constexpr std::array<Manner, 4> kManners = {{
    {Polarity::Lists, Reach::Exact, "exact", "exact"},
    {Polarity::Lists, Reach::Subtree, "subtree", "subtree"},
    {Polarity::Withdraws, Reach::Exact, "except_exact", "taken back, exact"},
    {Polarity::Withdraws, Reach::Subtree, "except_subtree", "taken back, subtree"},
}};

// In the order of kManners.
using Said = std::array<std::optional<CategorySet>, kManners.size()>;

struct Change {
  std::string name;
  Said before;
  Said after;
};

// The first of one kind, and how many there are.
struct Changes {
  std::uint64_t count = 0;
  std::vector<Change> first;
};

struct Difference {
  Changes added;
  Changes removed;
  Changes changed;
  std::uint64_t same = 0;
  bool compares_categories = true;

  [[nodiscard]] bool empty() const noexcept {
    return added.count + removed.count + changed.count == 0;
  }
};

Result<Side> read_source(const Installation& installation, const std::string& name) {
  const auto store = installation.open_categories(lmdb::OpenMode::ReadOnly);
  if (!store) {
    return Unexpected<Error>(store.error());
  }
  const auto source = find_source(*store, name);
  if (!source) {
    return Unexpected<Error>(source.error());
  }
  Side side;
  Progress progress("names read");
  const auto scanned = store->scan([&](const categories::Entry& entry) -> Result<void> {
    progress.step();
    for (const categories::Statement& said : entry.statements) {
      if (said.source == *source) {
        side.names.add({.name = entry.name,
                        .reach = said.reach,
                        .minimum_age = said.minimum_age,
                        .categories = said.categories,
                        .polarity = said.polarity});
      }
    }
    return {};
  });
  if (!scanned) {
    return Unexpected<Error>(scanned.error());
  }
  static_cast<void>(side.names.normalise());
  return side;
}

Result<Side> read_side(const Installation& installation, const Taxonomy& taxonomy,
                       const std::string& text, CategorySet given) {
  if (text.starts_with(kSourcePrefix)) {
    return read_source(installation, text.substr(kSourcePrefix.size()));
  }
  Progress progress("lines read");
  categories::ImportOptions options;
  // Bare names need some category to be read; this one says that nothing is known.
  options.categories = given.empty() ? CategorySet::of(categories::kUncategorised) : given;
  options.on_progress = [&](std::uint64_t lines) { progress.update(lines); };
  auto list = categories::read_list(text, taxonomy, options);
  if (!list) {
    return Unexpected<Error>(list.error());
  }
  const categories::ListFormat format = list->report.format;
  const bool bare =
      format == categories::ListFormat::Hosts || format == categories::ListFormat::Names;
  return Side{.names = std::move(list->content.names), .says_categories = !bare || !given.empty()};
}

// Takes the elements of the name at `position`, which it moves behind them.
Said take(const NameList& names, std::size_t& position, bool with_categories) {
  Said said;
  const auto key = names.key(position);
  do {
    const categories::ListedName listed = names[position];
    const CategorySet categories = with_categories ? listed.categories : CategorySet();
    for (std::size_t i = 0; i < kManners.size(); ++i) {
      if (listed.reach == kManners[i].reach && listed.polarity == kManners[i].polarity) {
        said[i] = said[i].value_or(CategorySet()) | categories;
      }
    }
    ++position;
  } while (position < names.size() && std::ranges::equal(names.key(position), key));
  return said;
}

Difference compare(const Side& before, const Side& after, std::size_t limit) {
  Difference difference;
  const bool with = before.says_categories && after.says_categories;
  difference.compares_categories = with;
  const auto note = [&](Changes& changes, const NameList& names, std::size_t at, const Said& was,
                        const Said& is) {
    if (++changes.count <= limit) {
      changes.first.push_back({names[at].name.to_text(), was, is});
    }
  };
  std::size_t a = 0;
  std::size_t b = 0;
  while (a < before.names.size() || b < after.names.size()) {
    const bool a_ended = a == before.names.size();
    const bool b_ended = b == after.names.size();
    const bool a_first = !a_ended && (b_ended || std::ranges::lexicographical_compare(
                                                     before.names.key(a), after.names.key(b)));
    const bool b_first = !a_first && !b_ended &&
                         (a_ended || !std::ranges::equal(before.names.key(a), after.names.key(b)));
    const std::size_t a_at = a;
    const std::size_t b_at = b;
    // A list of bare names shows what the other says all the same.
    const Said was = b_first ? Said{} : take(before.names, a, with || a_first);
    const Said is = a_first ? Said{} : take(after.names, b, with || b_first);
    if (a_first) {
      note(difference.removed, before.names, a_at, was, is);
    } else if (b_first) {
      note(difference.added, after.names, b_at, was, is);
    } else if (was == is) {
      ++difference.same;
    } else {
      note(difference.changed, before.names, a_at, was, is);
    }
  }
  return difference;
}

std::string text(const Said& said, const Taxonomy& taxonomy) {
  std::string shown;
  for (std::size_t i = 0; i < kManners.size(); ++i) {
    if (said[i]) {
      const CategorySet known = *said[i] - CategorySet::of(categories::kUncategorised);
      shown += fmt::format("{}{}{}{}", shown.empty() ? "" : "; ", taxonomy.describe(known),
                           known.empty() ? "" : " ", kManners[i].text);
    }
  }
  return shown;
}

Json to_json(const Difference& difference, const Taxonomy& taxonomy) {
  const auto said = [&](const Said& what) {
    Json json = Json::object();
    for (std::size_t i = 0; i < kManners.size(); ++i) {
      if (what[i]) {
        json[std::string(kManners[i].json_key)] = words(taxonomy, *what[i]);
      }
    }
    return json;
  };
  const auto rows = [&](const Changes& changes) {
    Json first = Json::array();
    for (const Change& each : changes.first) {
      first.push_back(
          {{"name", each.name}, {"before", said(each.before)}, {"after", said(each.after)}});
    }
    return Json{{"count", changes.count}, {"first", first}};
  };
  return {{"same", difference.same},
          {"compares_categories", difference.compares_categories},
          {"added", rows(difference.added)},
          {"removed", rows(difference.removed)},
          {"changed", rows(difference.changed)}};
}

void print(const Difference& difference, const Taxonomy& taxonomy) {
  fmt::print("{} added, {} removed, {} changed, {} the same.\n", grouped(difference.added.count),
             grouped(difference.removed.count), grouped(difference.changed.count),
             grouped(difference.same));
  if (!difference.compares_categories) {
    fmt::print("Names and reach only: a list of bare names has no categories (see --category).\n");
  }
  const auto section = [&](std::string_view title, const Changes& changes) {
    if (!changes.first.empty()) {
      fmt::print("\n{}\n", title);
    }
    for (const Change& each : changes.first) {
      const std::string before = text(each.before, taxonomy);
      const std::string after = text(each.after, taxonomy);
      const std::string_view arrow = before.empty() || after.empty() ? "" : " -> ";
      fmt::print("  {:<42} {}\n", cut(each.name, 42), cut(before + std::string(arrow) + after, 53));
    }
    if (changes.count > changes.first.size() && !changes.first.empty()) {
      fmt::print("  and {} more\n", grouped(changes.count - changes.first.size()));
    }
  };
  section("Added", difference.added);
  section("Removed", difference.removed);
  section("Changed", difference.changed);
}

Result<int> diff(const Command& command, const Options& options) {
  const auto taxonomy = command.installation.taxonomy();
  if (!taxonomy) {
    return Unexpected<Error>(taxonomy.error());
  }
  const auto given = parse_categories(options.categories, *taxonomy);
  if (!given) {
    return Unexpected<Error>(given.error());
  }
  const auto before = read_side(command.installation, *taxonomy, options.before, *given);
  if (!before) {
    return Unexpected<Error>(before.error());
  }
  const auto after = read_side(command.installation, *taxonomy, options.after, *given);
  if (!after) {
    return Unexpected<Error>(after.error());
  }
  const Difference difference = compare(*before, *after, options.limit);
  if (command.json) {
    print_json(to_json(difference, *taxonomy));
  } else {
    print(difference, *taxonomy);
  }
  return difference.empty() ? kExitDone : kExitDifferent;
}

}  // namespace

void add_diff_command(CLI::App& categories, Command& command) {
  const auto options = std::make_shared<Options>();
  CLI::App* added = add_command(categories, command, "diff", "What differs between two lists",
                                [&command, options] { return diff(command, *options); });
  added->add_option("A", options->before, "A list file, folder or archive, or source:NAME")
      ->required();
  added->add_option("B", options->after, "What to compare it with")->required();
  added
      ->add_option("--category", options->categories,
                   "For lists that name none themselves (hosts, names)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME[,NAME]");
  added->add_option("--limit", options->limit, "Show so many names of each kind")
      ->type_name("COUNT")
      ->capture_default_str();
  added->footer(
      "Names alone; paths and address ranges are not compared. Changed: other categories, another\n"
      "reach, or an exception. Minimum ages are not compared.\n"
      "Exit codes: 0 both say the same, 4 they differ, 1 failed, 2 wrong usage.");
}

}  // namespace luytre::ctl
