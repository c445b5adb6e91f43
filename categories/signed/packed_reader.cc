// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <zstd.h>

#include <utility>
#include <vector>

#include "categories/signed/packed_file.h"
#include "file_descriptor.h"

namespace luytre::categories {
namespace {

using signed_files::FileDescriptor;
using signed_files::local_fault;

// 8 MiB: what a frame may ask a subscriber to keep of its past (RFC 8878 §3.1.1.1.2 recommends that
// decoders support at least this much).
constexpr int kWindowLog = 23;
constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;

struct FreeStream {
  void operator()(ZSTD_DCtx* stream) const noexcept { ZSTD_freeDCtx(stream); }
};

Accepted<FileDescriptor> open_to_read(const std::filesystem::path& file) {
  FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.valid()) {
    return local_fault("open", file);
  }
  return descriptor;
}

Accepted<std::string_view> read_piece(const FileDescriptor& descriptor,
                                      const std::filesystem::path& file, std::vector<char>& piece) {
  ssize_t got = 0;
  do {
    got = ::read(descriptor.number(), piece.data(), piece.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    return local_fault("read", file);
  }
  return std::string_view(piece.data(), static_cast<std::size_t>(got));
}

}  // namespace

Accepted<void> check_file(const FileInfo& info, const std::filesystem::path& file) {
  const auto descriptor = open_to_read(file);
  if (!descriptor) {
    return Unexpected<Refused>(descriptor.error());
  }
  struct stat status {};
  if (::fstat(descriptor->number(), &status) != 0) {
    return local_fault("read", file);
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size != info.size) {
    return refuse(Refusal::WrongSize, fmt::format("{} has {} octets where the manifest says {}",
                                                  info.path, size, info.size));
  }
  Sha256Stream hash;
  std::vector<char> buffer(kPieceBytes);
  for (std::uint64_t left = size;;) {
    const auto piece = read_piece(*descriptor, file, buffer);
    if (!piece) {
      return Unexpected<Refused>(piece.error());
    }
    if (piece->empty() || piece->size() > left) {
      break;
    }
    left -= piece->size();
    hash.add(*piece);
  }
  if (hash.finish() != info.sha256) {
    return refuse(Refusal::WrongHash,
                  fmt::format("{} is not the file that the manifest names", info.path));
  }
  return {};
}

struct PackedReader::State {
  std::filesystem::path file;
  FileDescriptor descriptor;
  std::unique_ptr<ZSTD_DCtx, FreeStream> stream;
  std::uint64_t most;
  ContentInfo unpacked = {};
  Sha256Stream hash = {};
  std::vector<char> in = std::vector<char>(kPieceBytes);
  std::vector<char> out = std::vector<char>(kPieceBytes);
  ZSTD_inBuffer pending = {nullptr, 0, 0};
  bool whole = false;  // the frame's last octet has been read
};

PackedReader::PackedReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
PackedReader::PackedReader(PackedReader&&) noexcept = default;
PackedReader& PackedReader::operator=(PackedReader&&) noexcept = default;
PackedReader::~PackedReader() = default;

Accepted<PackedReader> PackedReader::open(const std::filesystem::path& file, std::uint64_t most) {
  auto descriptor = open_to_read(file);
  if (!descriptor) {
    return Unexpected<Refused>(descriptor.error());
  }
  std::unique_ptr<ZSTD_DCtx, FreeStream> stream(ZSTD_createDCtx());
  if (!stream ||
      ZSTD_isError(ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, kWindowLog)) != 0U) {
    return refuse(Refusal::LocalFault, "There is no memory to unpack " + file.string());
  }
  return PackedReader(std::make_unique<State>(State{.file = file,
                                                    .descriptor = *std::move(descriptor),
                                                    .stream = std::move(stream),
                                                    .most = most}));
}

Accepted<std::string_view> PackedReader::next() {
  State& state = *state_;
  ZSTD_outBuffer out{state.out.data(), state.out.size(), 0};
  bool file_ended = false;
  while (out.pos == 0) {
    if (state.pending.pos == state.pending.size && !file_ended) {
      const auto piece = read_piece(state.descriptor, state.file, state.in);
      if (!piece) {
        return Unexpected<Refused>(piece.error());
      }
      state.pending = {piece->data(), piece->size(), 0};
      file_ended = piece->empty();
    }
    if (state.whole) {
      return file_ended ? Accepted<std::string_view>(std::string_view())
                        : refuse(Refusal::BadPacking, fmt::format("{} goes on after its zstd frame",
                                                                  state.file.string()));
    }
    const std::size_t result = ZSTD_decompressStream(state.stream.get(), &out, &state.pending);
    if (ZSTD_isError(result) != 0U) {
      return refuse(
          Refusal::BadPacking,
          fmt::format("{} cannot be unpacked: {}", state.file.string(), ZSTD_getErrorName(result)));
    }
    state.whole = result == 0;
    if (file_ended && !state.whole && out.pos == 0) {
      return refuse(Refusal::BadPacking,
                    fmt::format("{} ends inside its zstd frame", state.file.string()));
    }
  }
  state.unpacked.size += out.pos;
  if (state.unpacked.size > state.most) {
    return refuse(Refusal::WrongSize,
                  fmt::format("{} unpacks to more than the {} octets that the manifest says",
                              state.file.string(), state.most));
  }
  const std::string_view piece(state.out.data(), out.pos);
  state.hash.add(piece);
  return piece;
}

ContentInfo PackedReader::finish() {
  state_->unpacked.sha256 = state_->hash.finish();
  return state_->unpacked;
}

Accepted<void> unpack(const std::filesystem::path& file, const ContentInfo& expected,
                      const PieceSink& sink) {
  auto reader = PackedReader::open(file, expected.size);
  if (!reader) {
    return Unexpected<Refused>(reader.error());
  }
  while (true) {
    const auto piece = reader->next();
    if (!piece) {
      return Unexpected<Refused>(piece.error());
    }
    if (piece->empty()) {
      break;
    }
    if (auto taken = sink(*piece); !taken) {
      return taken;
    }
  }
  const ContentInfo unpacked = reader->finish();
  if (unpacked.size != expected.size) {
    return refuse(Refusal::WrongSize, fmt::format("{} unpacks to {} octets where {} are due",
                                                  file.string(), unpacked.size, expected.size));
  }
  if (unpacked.sha256 != expected.sha256) {
    return refuse(Refusal::WrongHash,
                  fmt::format("{} does not unpack to the text that was signed", file.string()));
  }
  return {};
}

Accepted<NativeContent> read_packed_list(const std::filesystem::path& file,
                                         const ContentInfo& expected, const Taxonomy& taxonomy) {
  NativeReader reader(taxonomy);
  const auto unpacked = unpack(file, expected, [&](std::string_view piece) -> Accepted<void> {
    if (const auto fed = reader.feed(piece); !fed) {
      return refuse(Refusal::BadText, fed.error().message);
    }
    return {};
  });
  if (!unpacked) {
    return Unexpected<Refused>(unpacked.error());
  }
  auto content = reader.finish();
  return content ? Accepted<NativeContent>(*std::move(content))
                 : refuse(Refusal::BadText, content.error().message);
}

}  // namespace luytre::categories
