// SPDX-License-Identifier: Apache-2.0
#include "archive_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cstring>
#include <system_error>

namespace luytre::categories {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} << 10U;

std::string_view text_or_empty(const char* text) noexcept { return text == nullptr ? "" : text; }

}  // namespace

void ArchiveFile::Close::operator()(archive* reader) const noexcept { archive_read_free(reader); }

Unexpected<Error> ArchiveFile::failure() const {
  return fail(ErrorCode::Corrupt,
              fmt::format("{}: {}", path_, text_or_empty(archive_error_string(reader_.get()))));
}

Result<ArchiveFile> ArchiveFile::open(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return fail(ErrorCode::NotFound, fmt::format("{}: there is no such file", path.string()));
  }
  if (error || status.type() != std::filesystem::file_type::regular) {
    return fail(ErrorCode::Invalid, fmt::format("{}: not a file", path.string()));
  }
  ArchiveFile file;
  file.path_ = path.string();
  file.reader_.reset(archive_read_new());
  archive* reader = file.reader_.get();
  // Raw takes what is no tar archive as one member; it would not take an empty file.
  archive_read_support_filter_gzip(reader);
  archive_read_support_filter_zstd(reader);
  archive_read_support_format_tar(reader);
  archive_read_support_format_raw(reader);
  archive_read_support_format_empty(reader);
  if (archive_read_open_filename(reader, path.c_str(), kBlockBytes) != ARCHIVE_OK) {
    return file.failure();
  }
  return file;
}

Result<bool> ArchiveFile::next() {
  const int result = archive_read_next_header(reader_.get(), &entry_);
  if (result == ARCHIVE_EOF) {
    return false;
  }
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
    return failure();
  }
  return true;
}

Result<std::span<const char>> ArchiveFile::read() {
  const void* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int result = archive_read_data_block(reader_.get(), &block, &size, &offset);
  if (result == ARCHIVE_EOF) {
    return std::span<const char>{};
  }
  if (result != ARCHIVE_OK) {
    return failure();
  }
  unpacked_bytes_ += size;
  if (unpacked_bytes_ > kMaxUnpackedBytes) {
    return fail(ErrorCode::Invalid,
                fmt::format("{}: more than {} MiB when unpacked", path_, kMaxUnpackedBytes >> 20U));
  }
  return std::span(static_cast<const char*>(block), size);
}

bool ArchiveFile::is_tar() const noexcept {
  return (archive_format(reader_.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
}

std::filesystem::path ArchiveFile::member() const {
  return text_or_empty(archive_entry_pathname(entry_));
}

bool ArchiveFile::is_regular() const noexcept {
  return archive_entry_filetype(entry_) == AE_IFREG && link_target().empty();
}

std::string ArchiveFile::link_target() const {
  const std::string_view symbolic = text_or_empty(archive_entry_symlink(entry_));
  return std::string(symbolic.empty() ? text_or_empty(archive_entry_hardlink(entry_)) : symbolic);
}

}  // namespace luytre::categories
