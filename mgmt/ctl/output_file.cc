// SPDX-License-Identifier: Apache-2.0
#include "output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

namespace luytre::ctl {
namespace {

constexpr mode_t kMode = 0644;

Unexpected<Error> failed(const std::filesystem::path& path, int number) {
  const ErrorCode code = number == EACCES || number == EPERM ? ErrorCode::Permission
                         : number == ENOSPC                  ? ErrorCode::NoSpace
                                                             : ErrorCode::System;
  return fail(code, fmt::format("Cannot write {}: {}.", path.empty() ? "the output" : path.native(),
                                std::strerror(number)));
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path path, std::string beside, int descriptor)
    : path_(std::move(path)), beside_(std::move(beside)), descriptor_(descriptor) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      beside_(std::exchange(other.beside_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile::~OutputFile() {
  if (!path_.empty() && descriptor_ >= 0) {
    ::close(descriptor_);
  }
  if (!beside_.empty()) {
    ::unlink(beside_.c_str());
  }
}

Result<OutputFile> OutputFile::create(const std::filesystem::path& path) {
  if (path.empty()) {
    return OutputFile({}, {}, STDOUT_FILENO);
  }
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    return fail(ErrorCode::Invalid,
                fmt::format("{} is no regular file; leave --output out to write to stdout.",
                            path.native()));
  }
  std::string beside = path.native() + ".XXXXXX";
  const int descriptor = ::mkostemp(beside.data(), O_CLOEXEC);
  if (descriptor < 0) {
    return failed(path, errno);
  }
  OutputFile file(path, std::move(beside), descriptor);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(descriptor, kMode & ~mask) != 0) {
    return failed(path, errno);
  }
  return file;
}

Result<void> OutputFile::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return failed(path_, errno);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> OutputFile::commit() {
  if (path_.empty()) {
    return {};
  }
  if (::fsync(descriptor_) != 0 || ::rename(beside_.c_str(), path_.c_str()) != 0) {
    return failed(path_, errno);
  }
  beside_.clear();
  return {};
}

}  // namespace luytre::ctl
