// SPDX-License-Identifier: Apache-2.0
#include "index_files.h"

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

namespace luytre::ctl {
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
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(directory, error)) {
    const std::string name = file.path().filename().native();
    if (name.starts_with(kPrefix) && name != now && name != before) {
      // A gateway that still maps it keeps its content until it lets go.
      std::error_code ignored;
      fs::remove(file.path(), ignored);
    }
  }
}

}  // namespace

Result<CompiledIndex> compile_index(const categories::CategoryStore& store,
                                    const categories::Taxonomy& taxonomy,
                                    const fs::path& directory) {
  const auto began = std::chrono::steady_clock::now();
  std::error_code error;
  fs::create_directories(directory, error);
  const FolderLock lock(directory);
  if (!lock.held()) {
    return failed("use the folder", directory, errno);
  }
  const auto hash_key = store.hash_key();
  if (!hash_key) {
    return Unexpected<Error>(hash_key.error());
  }
  categories::IndexBuilder builder(taxonomy, *hash_key);
  const auto serial = store.scan_merged(
      taxonomy, {.name = [&](const categories::DomainName& name,
                             const categories::MergedEntry& entry) -> Result<void> {
                   builder.add(name, entry);
                   return {};
                 },
                 .path = {},
                 .prefix = {}});
  if (!serial) {
    return Unexpected<Error>(serial.error());
  }
  CompiledIndex compiled{.file = {}, .serial = static_cast<std::uint64_t>(*serial)};
  const std::string name = fmt::format("{}{}", kPrefix, compiled.serial);
  compiled.file = directory / name;
  if (auto written = builder.write(compiled.file, compiled.serial); !written) {
    return Unexpected<Error>(written.error());
  }
  const auto index = categories::Index::open(compiled.file);
  if (!index) {
    return Unexpected<Error>(index.error());
  }
  compiled.names = index->name_count();
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

Result<categories::Index> open_current_index(const fs::path& directory) {
  const fs::path link = directory / kCurrent;
  std::error_code error;
  if (!fs::exists(link, error)) {
    return fail(ErrorCode::NotFound,
                fmt::format("There is no index at {} yet; make one: luytrectl categories compile.",
                            link.native()));
  }
  return categories::Index::open(link);
}

}  // namespace luytre::ctl
