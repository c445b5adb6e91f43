// SPDX-License-Identifier: Apache-2.0
#include "copy_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace luytre::categories {
namespace {

std::filesystem::path beside(const std::filesystem::path& file) {
  std::filesystem::path fresh = file;
  fresh += ".new";
  return fresh;
}

// Whether the file that is open still has the name by which it was opened: another writer may have
// renamed it meanwhile, and to empty it would empty the copy.
bool is_at(int descriptor, const std::filesystem::path& path) noexcept {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

// A rename is only on disk once its folder is.
bool sync_folder(const std::filesystem::path& folder) noexcept {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  return synced;
}

}  // namespace

Result<CopyWriter> CopyWriter::create(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  const std::filesystem::path fresh = beside(file);
  constexpr mode_t kMode = 0644;
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, kMode);
  if (descriptor < 0) {
    return fail(ErrorCode::System,
                fmt::format("Cannot create {}: {}. May this user write there?", fresh.string(),
                            std::generic_category().message(errno)));
  }
  // What a crash left behind is not locked.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 || !is_at(descriptor, fresh)) {
    ::close(descriptor);
    return fail(ErrorCode::Busy,
                fmt::format("{} is being written by another transfer; try again when that is done.",
                            file.string()));
  }
  std::FILE* opened = ::ftruncate(descriptor, 0) == 0 ? ::fdopen(descriptor, "w") : nullptr;
  if (opened == nullptr) {
    ::close(descriptor);
    return fail(ErrorCode::System, fmt::format("Cannot write {}.", fresh.string()));
  }
  return CopyWriter(file, opened);
}

CopyWriter::CopyWriter(std::filesystem::path file, std::FILE* opened)
    : file_(std::move(file)), opened_(opened) {}

CopyWriter::~CopyWriter() {
  if (opened_ != nullptr) {
    ::unlink(beside(file_).c_str());
  }
}

Unexpected<Error> CopyWriter::failure(std::string_view what) const {
  const ErrorCode code =
      errno == ENOSPC || errno == EDQUOT ? ErrorCode::NoSpace : ErrorCode::System;
  return fail(code, fmt::format("Cannot {} {}: {}. The zone's copy stays as it was.", what,
                                file_.string(), std::generic_category().message(errno)));
}

void CopyWriter::write(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), opened_.get());
  std::fputc('\n', opened_.get());
  hash_.update(line);
  hash_.update("\n");
}

Result<void> CopyWriter::commit(std::uint64_t records) {
  const std::string end = fmt::format("; end, {} records, sha256 {}\n", records, hash_.finish());
  std::fwrite(end.data(), 1, end.size(), opened_.get());
  if (std::fflush(opened_.get()) != 0 || std::ferror(opened_.get()) != 0 ||
      ::fsync(::fileno(opened_.get())) != 0) {
    return failure("write");
  }
  if (::rename(beside(file_).c_str(), file_.c_str()) != 0) {
    return failure("replace");
  }
  opened_.reset();
  return sync_folder(file_.parent_path()) ? Result<void>() : failure("write the folder of");
}

}  // namespace luytre::categories
