// SPDX-License-Identifier: Apache-2.0
#include "files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace luytre::categories::files {
namespace {

constexpr mode_t kMode = 0644;

Unexpected<Error> failed(std::string_view what, const std::filesystem::path& file, int cause) {
  const ErrorCode code = cause == ENOENT                      ? ErrorCode::NotFound
                         : cause == EACCES || cause == EPERM  ? ErrorCode::Permission
                         : cause == ENOSPC || cause == EDQUOT ? ErrorCode::NoSpace
                                                              : ErrorCode::System;
  return fail(code,
              "Cannot " + std::string(what) + " " + file.string() + ": " + std::strerror(cause));
}

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool valid() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

Result<void> write_and_sync(const std::filesystem::path& file, int flags,
                            std::string_view content) {
  const Descriptor descriptor(::open(file.c_str(), flags | O_WRONLY | O_CLOEXEC, kMode));
  if (!descriptor.valid()) {
    return failed("write", file, errno);
  }
  while (!content.empty()) {
    const ssize_t put = ::write(descriptor.number(), content.data(), content.size());
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put < 0) {
      return failed("write", file, errno);
    }
    content.remove_prefix(static_cast<std::size_t>(put));
  }
  return ::fsync(descriptor.number()) == 0 ? Result<void>() : failed("write to disk", file, errno);
}

// A new name is only on disk once its folder is.
Result<void> sync_folder(const std::filesystem::path& file) {
  const std::filesystem::path folder =
      file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return descriptor.valid() && ::fsync(descriptor.number()) == 0
             ? Result<void>()
             : failed("write to disk", folder, errno);
}

}  // namespace

Result<std::string> read(const std::filesystem::path& file, std::size_t most) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.valid()) {
    return failed("read", file, errno);
  }
  std::string content;
  std::array<char, 65536> piece;
  while (true) {
    const ssize_t got = ::read(descriptor.number(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return failed("read", file, errno);
    }
    if (got == 0) {
      return content;
    }
    content.append(piece.data(), static_cast<std::size_t>(got));
    if (content.size() > most) {
      return fail(ErrorCode::Invalid, file.string() + " is larger than such a file may be");
    }
  }
}

Result<void> replace(const std::filesystem::path& file, std::string_view content) {
  std::filesystem::path fresh = file;
  fresh += ".new";
  if (auto written = write_and_sync(fresh, O_CREAT | O_TRUNC, content); !written) {
    ::unlink(fresh.c_str());
    return written;
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) {
    auto error = failed("replace", file, errno);
    ::unlink(fresh.c_str());
    return error;
  }
  return sync_folder(file);
}

Result<void> append(const std::filesystem::path& file, std::string_view content) {
  const bool is_new = !files::exists(file);
  auto written = write_and_sync(file, O_CREAT | O_APPEND, content);
  return written && is_new ? sync_folder(file) : written;
}

Result<void> link(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::path fresh = to;
  fresh += ".new";
  std::filesystem::remove(fresh, error);
  std::filesystem::create_hard_link(from, fresh, error);
  if (error) {
    std::filesystem::copy_file(from, fresh, error);
    if (error) {
      return failed("write", to, error.value());
    }
    if (auto synced = write_and_sync(fresh, 0, {}); !synced) {
      return synced;
    }
  }
  // If both names are one file already, rename leaves both (POSIX): the fresh one must go.
  if (::rename(fresh.c_str(), to.c_str()) != 0) {
    return failed("write", to, errno);
  }
  std::filesystem::remove(fresh, error);
  return sync_folder(to);
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return error ? failed("create", folder, error.value()) : sync_folder(folder);
}

Result<void> remove_all(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  return error ? failed("remove", path, error.value()) : Result<void>();
}

bool exists(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

Result<std::vector<std::string>> names(const std::filesystem::path& folder,
                                       std::string_view ending) {
  std::vector<std::string> found;
  std::error_code error;
  for (std::filesystem::directory_iterator item(folder, error), end; !error && item != end;
       item.increment(error)) {
    std::string name = item->path().filename().string();
    if (name.ends_with(ending)) {
      found.push_back(std::move(name));
    }
  }
  if (error) {
    return failed("read", folder, error.value());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace luytre::categories::files
