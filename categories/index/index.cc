// SPDX-License-Identifier: Apache-2.0
#include "categories/index/index.h"

#include <optional>
#include <string>
#include <utility>

#include "index_view.h"
#include "loaded_file.h"

namespace luytre::categories {

static_assert(Index::kBurst == IndexView::kBurst);

// One of the two holds the bytes.
struct Index::Layout {
  std::optional<LoadedFile> file;
  std::vector<std::uint8_t> image;
  IndexView view;
};

namespace {

Expected<IndexView, Error> verify(std::span<const std::uint8_t> bytes, const std::string& what) {
  const Expected<IndexView, IndexDefect> view = IndexView::parse(bytes);
  if (!view) {
    const ErrorCode code =
        view.error() == IndexDefect::Version ? ErrorCode::Invalid : ErrorCode::Corrupt;
    return fail(code, "the index " + what + " is not used: " + std::string(describe(view.error())) +
                          "; compile it again");
  }
  return *view;
}

}  // namespace

Index::Index(std::unique_ptr<Layout> layout) noexcept : layout_(std::move(layout)) {}
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;
Index::~Index() = default;

Result<Index> Index::open(const std::filesystem::path& file) {
  Result<LoadedFile> loaded = LoadedFile::load(file);
  if (!loaded) {
    return Unexpected<Error>(std::move(loaded.error()));
  }
  const Expected<IndexView, Error> view = verify(loaded->bytes(), file.string());
  if (!view) {
    return Unexpected<Error>(view.error());
  }
  return Index(
      std::make_unique<Layout>(Layout{.file = std::move(*loaded), .image = {}, .view = *view}));
}

Result<Index> Index::from_bytes(std::vector<std::uint8_t> bytes) {
  const Expected<IndexView, Error> view = verify(bytes, "in memory");
  if (!view) {
    return Unexpected<Error>(view.error());
  }
  // The view borrows from the vector's own memory, which moving does not change.
  return Index(std::make_unique<Layout>(
      Layout{.file = std::nullopt, .image = std::move(bytes), .view = *view}));
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

void Index::lookup_with(const Index& overlay, std::span<const DomainName* const> names,
                        std::span<NameMatch> matches) const noexcept {
  layout_->view.lookup_with(overlay.layout_->view, names, matches);
}

NameMatch Index::lookup_path(const DomainName& host, std::string_view target) const noexcept {
  return layout_->view.lookup_path(host, target);
}

NameMatch Index::lookup_address(const IpAddress& address) const noexcept {
  return layout_->view.lookup_address(address);
}

std::uint64_t Index::serial() const noexcept { return layout_->view.header().serial; }
std::uint64_t Index::name_count() const noexcept { return layout_->view.header().name_count; }
std::uint64_t Index::path_count() const noexcept { return layout_->view.header().path_count; }
std::uint64_t Index::prefix_count() const noexcept { return layout_->view.header().prefix_count; }
const Index::HashKey& Index::hash_key() const noexcept { return layout_->view.header().key; }
std::size_t Index::memory_bytes() const noexcept {
  return layout_->file ? layout_->file->memory_bytes() : layout_->image.size();
}

}  // namespace luytre::categories
