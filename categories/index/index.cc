// SPDX-License-Identifier: Apache-2.0
#include "categories/index/index.h"

#include <utility>

#include "index_view.h"
#include "loaded_file.h"

namespace luytre::categories {

static_assert(Index::kBurst == IndexView::kBurst);

struct Index::Layout {
  LoadedFile file;
  IndexView view;
};

Index::Index(std::unique_ptr<Layout> layout) noexcept : layout_(std::move(layout)) {}
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;
Index::~Index() = default;

Result<Index> Index::open(const std::filesystem::path& file) {
  Result<LoadedFile> loaded = LoadedFile::load(file);
  if (!loaded) {
    return Unexpected<Error>(std::move(loaded.error()));
  }
  const Expected<IndexView, IndexDefect> view = IndexView::parse(loaded->bytes());
  if (!view) {
    const ErrorCode code =
        view.error() == IndexDefect::Version ? ErrorCode::Invalid : ErrorCode::Corrupt;
    return fail(code, "the index " + file.string() + " is not used: " +
                          std::string(describe(view.error())) + "; compile it again");
  }
  return Index(std::make_unique<Layout>(Layout{std::move(*loaded), *view}));
}

void Index::lookup(std::span<const DomainName* const> names,
                   std::span<NameMatch> matches) const noexcept {
  layout_->view.lookup(names, matches);
}

NameMatch Index::lookup(const DomainName& name) const noexcept {
  const DomainName* const names[] = {&name};
  NameMatch match;
  layout_->view.lookup(names, {&match, 1});
  return match;
}

std::uint64_t Index::serial() const noexcept { return layout_->view.header().serial; }
std::uint64_t Index::name_count() const noexcept { return layout_->view.header().name_count; }
std::size_t Index::memory_bytes() const noexcept { return layout_->file.memory_bytes(); }

}  // namespace luytre::categories
