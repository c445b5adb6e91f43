// SPDX-License-Identifier: Apache-2.0
#include "list_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "categories/signed/digest.h"

namespace luytre::categories {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTexts = "text";
constexpr std::string_view kFetched = "fetch";

Unexpected<Error> failed(std::string_view what, const fs::path& file, int number) {
  if (number == ENOSPC || number == EDQUOT) {
    return fail(ErrorCode::NoSpace, fmt::format("The disk is full: cannot {} {}. Make room on it.",
                                                what, file.native()));
  }
  return fail(number == EACCES || number == EPERM ? ErrorCode::Permission : ErrorCode::System,
              fmt::format("Cannot {} {}: {}.", what, file.native(), std::strerror(number)));
}

// What cannot be removed is tried again with the next version.
void remove_unless(const fs::path& directory, const auto& wanted) {
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(directory, error)) {
    if (!wanted(file.path().filename().native())) {
      std::error_code ignored;
      fs::remove(file.path(), ignored);
    }
  }
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0;
}

}  // namespace

Result<void> ListFolder::create() const {
  for (const fs::path& directory :
       {directory_, directory_ / kTexts, directory_ / kFetched, directory_ / "root"}) {
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) {
      return failed("make the folder", directory, error.value());
    }
  }
  return {};
}

fs::path ListFolder::root_file(std::uint64_t version) const {
  return directory_ / "root" / fmt::format("{}.root.json", version);
}

fs::path ListFolder::text_file(std::uint64_t serial) const {
  return directory_ / kTexts / fmt::format("{}.zst", serial);
}

fs::path ListFolder::fetched_file(const FileInfo& info) const {
  return directory_ / kFetched / (hex(info.sha256) + ".zst");
}

void ListFolder::keep_texts(std::uint64_t in_force, std::uint64_t to_come) const {
  const std::array wanted = {text_file(in_force).filename().native(),
                             text_file(to_come).filename().native()};
  remove_unless(directory_ / kTexts,
                [&](const std::string& name) { return name == wanted[0] || name == wanted[1]; });
}

void ListFolder::keep_fetched(const ListManifest& manifest) const {
  remove_unless(directory_ / kFetched, [&](const std::string& name) {
    const auto is_of = [&](const FileInfo& info) { return name.starts_with(hex(info.sha256)); };
    bool wanted = is_of(manifest.snapshot);
    for (const DeltaInfo& delta : manifest.deltas) {
      wanted = wanted || is_of(delta.file);
    }
    return wanted;
  });
}

void ListFolder::forget() const {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory_, ignored)) {
    fs::remove_all(entry.path(), ignored);
  }
}

std::optional<std::string> read_small_file(const fs::path& file, std::size_t most) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return std::nullopt;
  }
  std::string text(most + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return in.bad() || text.size() > most ? std::nullopt : std::optional(std::move(text));
}

Result<void> write_atomically(const fs::path& file, std::string_view text) {
  const fs::path beside = file.native() + ".new";
  const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (descriptor < 0) {
    return failed("make", beside, errno);
  }
  const bool written = write_all(descriptor, text);
  const int number = errno;
  ::close(descriptor);
  if (!written || ::rename(beside.c_str(), file.c_str()) != 0) {
    const int reason = written ? errno : number;
    ::unlink(beside.c_str());
    return failed("write", file, reason);
  }
  // The rename itself survives a power cut once the folder is on disk.
  const int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0) {
    ::close(folder);
  }
  return synced ? Result<void>{} : failed("write", file.parent_path(), errno);
}

}  // namespace luytre::categories
