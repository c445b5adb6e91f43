// SPDX-License-Identifier: Apache-2.0
#include "part_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace luytre::net {
namespace {

std::filesystem::path with_ending(std::filesystem::path file, std::string_view ending) {
  file += ending;
  return file;
}

// A weak validator says that two versions mean the same, not that their octets are equal
// (RFC 9110 §8.8.1).
bool is_strong(const Validators& validators) noexcept {
  return !validators.empty() && !validators.etag.starts_with("W/");
}

Validators read_validators(const std::filesystem::path& file) {
  Validators read;
  std::ifstream in(file);
  if (!std::getline(in, read.etag) || !std::getline(in, read.last_modified)) {
    return {};
  }
  return read;
}

}  // namespace

PartFile::PartFile(const std::filesystem::path& file)
    : file_(file), part_(with_ending(file, ".part")), notes_(with_ending(part_, ".validators")) {}

PartFile::~PartFile() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

Unexpected<Error> PartFile::failed(std::string_view what, int number) const {
  if (number == ENOSPC || number == EDQUOT) {
    return fail(ErrorCode::NoSpace, fmt::format("The disk is full: cannot {} {}. Make room on it.",
                                                what, part_.native()));
  }
  return fail(number == EACCES || number == EPERM ? ErrorCode::Permission : ErrorCode::System,
              fmt::format("Cannot {} {}: {}.", what, part_.native(), std::strerror(number)));
}

Result<void> PartFile::open() {
  std::error_code ignored;  // the open below says what is wrong
  std::filesystem::create_directories(part_.parent_path(), ignored);
  descriptor_ = ::open(part_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
    return failed("open", errno);
  }
  validators_ = read_validators(notes_);
  size_ = is_strong(validators_) ? static_cast<std::uint64_t>(status.st_size) : 0;
  return {};
}

Result<void> PartFile::restart(const Validators& validators) {
  std::error_code ignored;  // an old one beside an empty part is harmless
  std::filesystem::remove(notes_, ignored);
  if (::ftruncate(descriptor_, 0) != 0) {
    return failed("empty", errno);
  }
  size_ = 0;
  std::ofstream out(notes_, std::ios::trunc);
  out << validators.etag << '\n' << validators.last_modified << '\n';
  out.flush();
  if (!out) {
    return failed("write beside", errno);
  }
  return {};
}

Result<void> PartFile::append(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(descriptor_, octets.data(), octets.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return failed("write", errno);
    }
    size_ += static_cast<std::uint64_t>(written);
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> PartFile::finish() {
  if (::fdatasync(descriptor_) != 0) {
    return failed("write", errno);
  }
  if (::rename(part_.c_str(), file_.c_str()) != 0) {
    return failed("rename", errno);
  }
  std::error_code ignored;  // it says nothing about a part that is not there
  std::filesystem::remove(notes_, ignored);
  return {};
}

void PartFile::remove() noexcept {
  std::error_code ignored;  // what stays is tried again or overwritten
  std::filesystem::remove(part_, ignored);
  std::filesystem::remove(notes_, ignored);
}

}  // namespace luytre::net
