// SPDX-License-Identifier: Apache-2.0
// Input: a delta's text. It is packed, and applied forwards and backwards: neither ever succeeds but
// with the one text that was signed.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>

#include "categories/signed/list_delta.h"
#include "memory_file.h"

namespace {

using namespace luytre::categories;

constexpr std::string_view kFrom = "a.example\tporn\nb.example\tgambling\nd.example\tporn\n";
constexpr std::string_view kTo = "a.example\tporn\nb.example\tgambling,porn\nc.example\tporn\n";

struct Packed {
  std::string path;
  ContentInfo text;
};

// In memory: /dev/shm.
Packed pack(std::string_view name, std::string_view text) {
  const std::string path = "/dev/shm/luytre-fuzz-" + std::to_string(::getpid()) + std::string(name);
  auto writer = PackedWriter::create(path, PackedWriter::kFastLevel);
  if (!writer || !writer->write(text)) {
    std::abort();
  }
  const auto written = writer->finish();
  if (!written) {
    std::abort();
  }
  return {.path = path, .text = written->text};
}

struct Folder {
  Packed from = pack("-from", kFrom);
  Packed to = pack("-to", kTo);
  Folder() = default;
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove(from.path, ignored);
    std::filesystem::remove(to.path, ignored);
  }
};

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Folder kFolder;
  const Packed delta = pack("-delta", std::string(bytes, bytes + size));
  ListManifest manifest;
  manifest.serial = 2;
  manifest.content = kFolder.to.text;
  const DeltaInfo info{
      .from_serial = 1, .from = kFolder.from.text, .file = {}, .text_size = delta.text.size};
  const std::string result = delta.path + ".result";
  const auto forwards = apply_delta(manifest, info, kFolder.from.path, delta.path, result);
  const auto backwards = check_delta(manifest, info, kFolder.to.path, delta.path);
  std::error_code error;
  const bool there = std::filesystem::remove(result, error);
  std::filesystem::remove(delta.path, error);
  if (forwards.has_value() != backwards.has_value() || there != forwards.has_value()) {
    std::abort();
  }
  return 0;
}
