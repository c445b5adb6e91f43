// SPDX-License-Identifier: Apache-2.0
#include "categories/compile/index_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <system_error>

#include "categories/index/index_builder.h"

namespace luytre::categories {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCurrent = "current";
constexpr std::string_view kPrefix = "index-";

// Two compilers at once could publish the older result last; the folder's lock lets one finish
// before the other reads the store.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& directory)
      : descriptor_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    held_ = descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX) == 0;
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  FolderLock(FolderLock&&) = delete;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  [[nodiscard]] bool held() const noexcept { return held_; }
  // Makes a rename in the folder survive a power cut.
  [[nodiscard]] bool sync() const noexcept { return ::fsync(descriptor_) == 0; }

 private:
  int descriptor_;
  bool held_ = false;
};

std::string file_name(Serial serial) {
  return fmt::format("{}{}", kPrefix, static_cast<std::uint64_t>(serial));
}

Unexpected<Error> failed(std::string_view what, const fs::path& path, int number) {
  return fail(number == EACCES || number == EPERM ? ErrorCode::Permission : ErrorCode::System,
              fmt::format("Cannot {} {}: {}.", what, path.native(), std::strerror(number)));
}

Result<void> point_current_at(const fs::path& directory, const std::string& target) {
  const fs::path link = directory / kCurrent;
  const fs::path beside = directory / "current.new";
  std::error_code ignored;
  fs::remove(beside, ignored);  // left by a killed process; the lock says that nobody uses it
  if (::symlink(target.c_str(), beside.c_str()) != 0) {
    return failed("make the link", beside, errno);
  }
  if (::rename(beside.c_str(), link.c_str()) != 0) {
    return failed("replace the link", link, errno);
  }
  return {};
}

void remove_old(const fs::path& directory, const std::string& now, const std::string& before) {
  // What cannot be removed now is removed after the next compilation.
  std::error_code error;
  for (fs::directory_iterator file(directory, error), end; !error && file != end;
       file.increment(error)) {
    const std::string name = file->path().filename().native();
    if (name.starts_with(kPrefix) && name != now && name != before) {
      std::error_code ignored;
      fs::remove(file->path(), ignored);
    }
  }
}

// Everything that the store says, in a file of its serial.
Result<Serial> write_index(const CategoryStore& store, const Taxonomy& taxonomy,
                           const fs::path& directory) {
  const auto hash_key = store.hash_key();
  if (!hash_key) {
    return Unexpected<Error>(hash_key.error());
  }
  IndexBuilder builder(taxonomy, *hash_key);
  const auto serial = store.scan_merged(
      taxonomy,
      {.name = [&](const DomainName& name, const MergedEntry& entry) -> Result<void> {
         builder.add(name, entry);
         return {};
       },
       .path = [&](const HostPath& path, CategorySet set, std::uint8_t age) -> Result<void> {
         builder.add_path(path, set, age);
         return {};
       },
       .prefix = [&](const IpPrefix& prefix, CategorySet set, std::uint8_t age) -> Result<void> {
         builder.add_prefix(prefix, set, age);
         return {};
       }});
  if (!serial) {
    return serial;
  }
  auto written = builder.write(directory / file_name(*serial), static_cast<std::uint64_t>(*serial));
  return written ? serial : Unexpected<Error>(written.error());
}

}  // namespace

Result<CompiledIndex> compile_index(const CategoryStore& store, const Taxonomy& taxonomy,
                                    const fs::path& directory) {
  const auto began = std::chrono::steady_clock::now();
  std::error_code error;
  fs::create_directories(directory, error);
  const FolderLock lock(directory);
  if (!lock.held()) {
    return failed("use the folder", directory, errno);
  }
  const auto serial = write_index(store, taxonomy, directory);
  if (!serial) {
    return Unexpected<Error>(serial.error());
  }
  const std::string name = file_name(*serial);
  CompiledIndex compiled{.file = directory / name, .serial = static_cast<std::uint64_t>(*serial)};
  const auto index = Index::open(compiled.file);
  if (!index) {
    return Unexpected<Error>(index.error());
  }
  compiled.names = index->name_count();
  compiled.paths = index->path_count();
  compiled.prefixes = index->prefix_count();
  compiled.bytes = index->memory_bytes();
  const std::string before = fs::read_symlink(directory / kCurrent, error).filename().native();
  if (auto pointed = point_current_at(directory, name); !pointed) {
    return Unexpected<Error>(pointed.error());
  }
  if (!lock.sync()) {
    return failed("write", directory, errno);
  }
  remove_old(directory, name, before);
  compiled.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return compiled;
}

Result<Index> open_current_index(const fs::path& directory) {
  const fs::path link = directory / kCurrent;
  std::error_code error;
  if (!fs::exists(link, error)) {
    return fail(ErrorCode::NotFound,
                fmt::format("There is no index at {} yet; make one: luytrectl categories compile.",
                            link.native()));
  }
  return Index::open(link);
}

}  // namespace luytre::categories
