// SPDX-License-Identifier: Apache-2.0
#include "preview.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "categories/guard/name_search.h"
#include "policy/profile.h"
#include "progress.h"

namespace luytre::ctl {
namespace {

namespace fs = std::filesystem;
using categories::CategoryStore;
using categories::DomainName;
using categories::ListedName;
using categories::NameList;
using categories::NameMatch;
using categories::PopularName;
using categories::Source;
using categories::SourceId;

// A folder for one small database, gone with the object.
class ScratchFolder {
 public:
  [[nodiscard]] static Result<ScratchFolder> make() {
    std::error_code error;
    std::string path = (fs::temp_directory_path(error) / "luytrectl-preview.XXXXXX").native();
    if (error || ::mkdtemp(path.data()) == nullptr) {
      return fail(ErrorCode::System,
                  fmt::format("Cannot make a folder for the preview: {}.", std::strerror(errno)));
    }
    return ScratchFolder(std::move(path));
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) {
      fs::remove_all(path_, ignored);
    }
  }
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  explicit ScratchFolder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

struct Asked {
  DomainName name;
  std::uint32_t rank = 0;
  bool twin = false;  // "www." of the one before
};

ListedName listed(const DomainName& name, const categories::Statement& said) {
  return {.name = name,
          .reach = said.reach,
          .minimum_age = said.minimum_age,
          .categories = said.categories,
          .polarity = said.polarity,
          .terms = said.terms};
}

// The names about which the source says anything, now or then, with all that others say of them:
// a database of these alone gives the same answers as the whole one.
class Extract {
 public:
  Extract(const CategoryStore* store, const Source& source, const NameList& candidate)
      : store_(store), source_(source), candidate_(candidate) {}

  Result<void> begin() {
    if (store_ == nullptr) {
      return {};
    }
    auto sources = store_->sources();
    if (!sources) {
      return Unexpected<Error>(sources.error());
    }
    for (Source& known : *sources) {
      if (known.name == source_.name) {
        own_ = known.id;
      } else {
        others_.emplace(known.id, Other{std::move(known), {}});
      }
    }
    return {};
  }

  Result<void> ask(const Asked& asked) {
    bool concerned = false;
    candidate_.covering(asked.name, [&](const ListedName& entry) {
      next_.add(entry);
      concerned = true;
    });
    const auto covering =
        store_ == nullptr ? Result<std::vector<categories::Entry>>() : store_->covering(asked.name);
    if (!covering) {
      return Unexpected<Error>(covering.error());
    }
    for (const categories::Entry& entry : *covering) {
      for (const categories::Statement& said : entry.statements) {
        if (const auto other = others_.find(said.source); other != others_.end()) {
          other->second.names.add(listed(entry.name, said));
        }
        concerned |= own_ && said.source == *own_;
      }
    }
    if (concerned) {
      asked_.push_back(asked);
    }
    return {};
  }

  [[nodiscard]] Result<void> write(CategoryStore& scratch) && {
    for (auto& [id, other] : others_) {
      if (auto stored = put(scratch, other.source, std::move(other.names)); !stored) {
        return stored;
      }
    }
    return put(scratch, source_, std::move(next_));
  }

  [[nodiscard]] const std::vector<Asked>& asked() const noexcept { return asked_; }

 private:
  struct Other {
    Source source;
    NameList names;
  };

  static Result<void> put(CategoryStore& scratch, const Source& source, NameList names) {
    const auto serial =
        scratch.replace_source(source, {.names = std::move(names), .paths = {}, .prefixes = {}});
    return serial ? Result<void>() : Result<void>(Unexpected<Error>(serial.error()));
  }

  const CategoryStore* store_;
  const Source& source_;
  categories::NameSearch candidate_;
  std::optional<SourceId> own_;
  std::map<SourceId, Other> others_;
  NameList next_;
  std::vector<Asked> asked_;
};

void compare(const GuardCheck& check, const Asked& asked, const NameMatch& before,
             const NameMatch& after, std::vector<VerdictChange>& changes) {
  for (const policy::Profile& profile : check.profiles()) {
    const policy::Verdict was = policy::verdict(profile, asked.name, before);
    const policy::Verdict is = policy::verdict(profile, asked.name, after);
    const bool told = asked.twin && std::ranges::any_of(changes, [&](const VerdictChange& change) {
                        return change.name == asked.name.parent() &&
                               change.band == profile.band().id && change.before == was &&
                               change.after == is;
                      });
    if (was.action != is.action && !told) {
      changes.push_back({.name = asked.name,
                         .rank = asked.rank,
                         .band = profile.band().id,
                         .before = was,
                         .after = is});
    }
  }
}

}  // namespace

Result<std::vector<VerdictChange>> preview_changes(const GuardCheck& check,
                                                   const categories::Taxonomy& taxonomy,
                                                   const CategoryStore* store, const Source& source,
                                                   const categories::ListContent& content) {
  constexpr std::size_t kMapBytes = std::size_t{64} << 20U;
  Extract extract(store, source, content.names);
  if (auto begun = extract.begin(); !begun) {
    return Unexpected<Error>(begun.error());
  }
  Progress progress("popular names asked");
  for (const PopularName& popular : check.popular().names()) {
    auto asked = extract.ask({.name = popular.name, .rank = popular.rank});
    if (const auto www = DomainName::from_hostname("www." + popular.name.to_text()); asked && www) {
      asked = extract.ask({.name = *www, .rank = popular.rank, .twin = true});
    }
    if (!asked) {
      return Unexpected<Error>(asked.error());
    }
    progress.step();
  }
  const auto folder = ScratchFolder::make();
  if (!folder) {
    return Unexpected<Error>(folder.error());
  }
  auto scratch = CategoryStore::open(folder->path(), lmdb::OpenMode::ReadWrite, kMapBytes);
  if (!scratch) {
    return Unexpected<Error>(scratch.error());
  }
  const std::vector<Asked> concerned = extract.asked();
  if (auto written = std::move(extract).write(*scratch); !written) {
    return Unexpected<Error>(written.error());
  }
  std::vector<VerdictChange> changes;
  for (const Asked& asked : concerned) {
    const auto before = store == nullptr ? Result<NameMatch>() : store->match(asked.name, taxonomy);
    const auto after = scratch->match(asked.name, taxonomy);
    if (!before || !after) {
      return Unexpected<Error>(!before ? before.error() : after.error());
    }
    compare(check, asked, *before, *after, changes);
  }
  return changes;
}

}  // namespace luytre::ctl
