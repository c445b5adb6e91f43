// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "categories/signed/packed_file.h"
#include "file_descriptor.h"

namespace luytre::categories {
namespace {

using signed_files::FileDescriptor;
using signed_files::local_fault;

constexpr mode_t kMode = 0644;
// What readers accept (packed_reader.cc).
constexpr int kWindowLog = 23;
// What is shorter is packed in one step, with tables of its size instead of the level's megabytes.
constexpr std::size_t kGatherBytes = std::size_t{256} << 10U;

struct FreeStream {
  void operator()(ZSTD_CCtx* stream) const noexcept { ZSTD_freeCCtx(stream); }
};

}  // namespace

struct PackedWriter::State {
  std::filesystem::path file;
  FileDescriptor descriptor;
  std::unique_ptr<ZSTD_CCtx, FreeStream> stream;
  Written written = {};
  Sha256Stream text_hash = {};
  Sha256Stream packed_hash = {};
  std::vector<char> out = std::vector<char>(ZSTD_CStreamOutSize());
  std::string gathered = {};
  bool begun = false;  // the frame's head is written
  bool finished = false;

  Accepted<void> put(std::string_view packed);
  Accepted<void> pack(std::string_view text, ZSTD_EndDirective directive);
};

Accepted<void> PackedWriter::State::put(std::string_view packed) {
  packed_hash.add(packed);
  written.size += packed.size();
  while (!packed.empty()) {
    const ssize_t put = ::write(descriptor.number(), packed.data(), packed.size());
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put < 0) {
      return local_fault("write", file);
    }
    packed.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Accepted<void> PackedWriter::State::pack(std::string_view text, ZSTD_EndDirective directive) {
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  while (true) {
    ZSTD_outBuffer packed{out.data(), out.size(), 0};
    const std::size_t left = ZSTD_compressStream2(stream.get(), &packed, &in, directive);
    if (ZSTD_isError(left) != 0U) {
      return refuse(Refusal::LocalFault,
                    fmt::format("Cannot pack {}: {}", file.string(), ZSTD_getErrorName(left)));
    }
    if (auto done = put({out.data(), packed.pos}); !done) {
      return done;
    }
    if (directive == ZSTD_e_end ? left == 0 : in.pos == in.size) {
      return {};
    }
  }
}

PackedWriter::PackedWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
PackedWriter::PackedWriter(PackedWriter&&) noexcept = default;
PackedWriter& PackedWriter::operator=(PackedWriter&&) noexcept = default;

PackedWriter::~PackedWriter() {
  if (state_ && !state_->finished) {
    ::unlink(state_->file.c_str());
  }
}

Accepted<PackedWriter> PackedWriter::create(const std::filesystem::path& file, int level) {
  FileDescriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
  if (!descriptor.valid()) {
    return local_fault("create", file);
  }
  std::unique_ptr<ZSTD_CCtx, FreeStream> stream(ZSTD_createCCtx());
  const auto set = [&stream](ZSTD_cParameter parameter, int value) {
    return ZSTD_isError(ZSTD_CCtx_setParameter(stream.get(), parameter, value)) == 0U;
  };
  if (!stream || !set(ZSTD_c_compressionLevel, level) ||
      !set(ZSTD_c_windowLog, kWindowLog - (level == kFastLevel ? 3 : 0))) {
    return refuse(Refusal::LocalFault, "There is no memory to pack " + file.string());
  }
  return PackedWriter(std::make_unique<State>(
      State{.file = file, .descriptor = std::move(descriptor), .stream = std::move(stream)}));
}

Accepted<void> PackedWriter::write(std::string_view text) {
  state_->text_hash.add(text);
  state_->written.text.size += text.size();
  state_->gathered += text;
  if (state_->gathered.size() < kGatherBytes) {
    return {};
  }
  state_->begun = true;
  auto packed = state_->pack(state_->gathered, ZSTD_e_continue);
  state_->gathered.clear();
  return packed;
}

Accepted<PackedWriter::Written> PackedWriter::finish() {
  if (!state_->begun) {
    // Fails for a frame that is begun only.
    static_cast<void>(ZSTD_CCtx_setPledgedSrcSize(state_->stream.get(), state_->gathered.size()));
  }
  if (auto packed = state_->pack(state_->gathered, ZSTD_e_end); !packed) {
    return Unexpected<Refused>(packed.error());
  }
  if (::fsync(state_->descriptor.number()) != 0) {
    return local_fault("write to disk", state_->file);
  }
  state_->finished = true;
  state_->written.text.sha256 = state_->text_hash.finish();
  state_->written.sha256 = state_->packed_hash.finish();
  return state_->written;
}

}  // namespace luytre::categories
