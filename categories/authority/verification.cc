// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "categories/authority/publication.h"
#include "categories/signed/list_delta.h"
#include "categories/signed/packed_file.h"
#include "files.h"
#include "verification.h"

namespace luytre::categories {
namespace {

Accepted<std::string> read(const std::filesystem::path& file, std::size_t most) {
  auto text = files::read(file, most);
  return text ? Accepted<std::string>(*std::move(text))
              : refuse(Refusal::LocalFault, text.error().message);
}

}  // namespace

Accepted<TrustedList> walk_roots(const std::filesystem::path& pinned_root,
                                 const std::filesystem::path& roots) {
  const auto pinned = read(pinned_root, kMaxRootBytes);
  if (!pinned) {
    return Unexpected<Refused>(pinned.error());
  }
  auto list = TrustedList::pin(*pinned);
  if (!list) {
    return list;
  }
  while (true) {
    const auto file = roots / fmt::format("{}.root.json", list->root().version + 1);
    if (!files::exists(file)) {
      return list;
    }
    const auto next = read(file, kMaxRootBytes);
    if (!next) {
      return Unexpected<Refused>(next.error());
    }
    if (auto taken = list->accept_root(*next); !taken) {
      return Unexpected<Refused>(taken.error());
    }
  }
}

Accepted<void> check_files(const ListManifest& manifest, const std::filesystem::path& folder,
                           const Taxonomy& taxonomy) {
  const std::filesystem::path snapshot = folder / manifest.snapshot.path;
  if (auto good = check_file(manifest.snapshot, snapshot); !good) {
    return good;
  }
  const auto content = read_packed_list(snapshot, manifest.content, taxonomy);
  if (!content) {
    return Unexpected<Refused>(content.error());
  }
  if (content->lines != manifest.entries) {
    return refuse(Refusal::BadText,
                  fmt::format("The list has {} entries where the manifest says {}", content->lines,
                              manifest.entries));
  }
  for (const DeltaInfo& delta : manifest.deltas) {
    const std::filesystem::path file = folder / delta.file.path;
    if (auto good = check_file(delta.file, file); !good) {
      return good;
    }
    if (const auto leads = check_delta(manifest, delta, snapshot, file); !leads) {
      return refuse(leads.error().reason,
                    fmt::format("{}: {}", delta.file.path, leads.error().message));
    }
  }
  return {};
}

Accepted<VerifiedList> verify_published(const std::filesystem::path& what,
                                        const std::filesystem::path& pinned_root,
                                        const Taxonomy& taxonomy, std::chrono::sys_seconds now) {
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(what, ignored);
  const std::filesystem::path folder = is_folder ? what : what.parent_path();
  auto list = walk_roots(pinned_root, folder / "root");
  if (!list) {
    return Unexpected<Refused>(list.error());
  }
  const auto text = read(is_folder ? what / "manifest.json" : what, kMaxManifestBytes);
  if (!text) {
    return Unexpected<Refused>(text.error());
  }
  auto manifest = list->accept_manifest(*text, now);
  if (!manifest) {
    return Unexpected<Refused>(manifest.error());
  }
  if (is_folder) {
    if (auto good = check_files(*manifest, folder, taxonomy); !good) {
      return Unexpected<Refused>(good.error());
    }
  }
  return VerifiedList{.manifest = *std::move(manifest),
                      .root_version = list->root().version,
                      .fingerprint = list->fingerprint(),
                      .files_checked = is_folder};
}

}  // namespace luytre::categories
