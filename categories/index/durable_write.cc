// SPDX-License-Identifier: Apache-2.0
#include "durable_write.h"

#include <fcntl.h>

#include <cstdio>
#include <string>

#include "file_descriptor.h"

namespace luytre::categories {

namespace {

// Not for everybody: the file holds the key of its hashes. The gateway and the resolver are in the
// group of the folder's owner.
constexpr mode_t kMode = 0640;

Result<void> write_new(const std::filesystem::path& file, std::span<const std::uint8_t> bytes) {
  const FileDescriptor descriptor(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
  if (!descriptor.valid()) {
    return fail_errno("cannot create " + file.string());
  }
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return fail_errno("cannot write " + file.string());
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor.number()) != 0) {
    return fail_errno("cannot write " + file.string() + " to disk");
  }
  return {};
}

// A rename is only on disk once its folder is.
Result<void> sync_folder(const std::filesystem::path& file) {
  const std::filesystem::path folder =
      file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid() || ::fsync(descriptor.number()) != 0) {
    return fail_errno("cannot write the folder " + folder.string() + " to disk");
  }
  return {};
}

}  // namespace

Result<void> durable_write(const std::filesystem::path& file, std::span<const std::uint8_t> bytes) {
  std::filesystem::path fresh = file;
  fresh += ".new";
  if (Result<void> written = write_new(fresh, bytes); !written) {
    ::unlink(fresh.c_str());
    return written;
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) {
    Unexpected<Error> error = fail_errno("cannot replace " + file.string());
    ::unlink(fresh.c_str());
    return error;
  }
  return sync_folder(file);
}

}  // namespace luytre::categories
