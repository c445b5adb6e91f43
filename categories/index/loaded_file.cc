// SPDX-License-Identifier: Apache-2.0
#include "loaded_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <bit>
#include <utility>

#include "file_descriptor.h"

namespace luytre::categories {

namespace {

constexpr std::size_t kHugePageBytes = std::size_t{2} << 20U;
constexpr std::size_t kPageBytes = 4096;

constexpr std::size_t round_up(std::size_t size, std::size_t unit) noexcept {
  return (size + unit - 1) / unit * unit;
}

// Zeroed memory of `size` bytes (whole pages), on a huge page boundary if it is as large as one.
std::uint8_t* map_memory(std::size_t size) noexcept {
  const bool huge = size >= kHugePageBytes;
  const std::size_t slack = huge ? kHugePageBytes : 0;
  void* raw =
      ::mmap(nullptr, size + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) {
    return nullptr;
  }
  auto* begin = static_cast<std::uint8_t*>(raw);
  if (!huge) {
    return begin;
  }
  const auto address = std::bit_cast<std::uintptr_t>(begin);
  const std::size_t before = round_up(address, kHugePageBytes) - address;
  if (before != 0) {
    ::munmap(begin, before);
  }
  if (before != slack) {
    ::munmap(begin + before + size, slack - before);
  }
  // Advice only: without huge pages the same bytes are read a little slower.
  ::madvise(begin + before, size, MADV_HUGEPAGE);
  return begin + before;
}

}  // namespace

LoadedFile::LoadedFile(LoadedFile&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

LoadedFile& LoadedFile::operator=(LoadedFile&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(size_, other.size_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

LoadedFile::~LoadedFile() {
  if (memory_ != nullptr) {
    ::munmap(memory_, mapped_);
  }
}

Result<LoadedFile> LoadedFile::load(const std::filesystem::path& file) {
  const FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!descriptor.valid() || ::fstat(descriptor.number(), &status) != 0) {
    return fail_errno("cannot open " + file.string());
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::Invalid, file.string() + " is not a file");
  }
  LoadedFile loaded;
  loaded.size_ = static_cast<std::size_t>(status.st_size);
  if (loaded.size_ == 0) {
    return loaded;
  }
  loaded.mapped_ = round_up(loaded.size_, kPageBytes);
  loaded.memory_ = map_memory(loaded.mapped_);
  if (loaded.memory_ == nullptr) {
    return fail_errno("no memory for " + file.string());
  }
  for (std::size_t done = 0; done < loaded.size_;) {
    const ssize_t got = ::read(descriptor.number(), loaded.memory_ + done, loaded.size_ - done);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail_errno("cannot read " + file.string());
    }
    if (got == 0) {
      return fail(ErrorCode::Corrupt, file.string() + " became shorter while it was read");
    }
    done += static_cast<std::size_t>(got);
  }
  // Nothing writes to an index any more; a stray pointer shall not either.
  ::mprotect(loaded.memory_, loaded.mapped_, PROT_READ);
  return loaded;
}

}  // namespace luytre::categories
