// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over a stored corpus without libFuzzer: every file of the folders and files given, and every
// truncation of it (of files over 4 KiB only the first and last 2 KiB of cut positions).

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

constexpr std::size_t kEveryCutUpTo = 4096;

void replay(const std::filesystem::path& file, std::size_t& runs) {
  std::ifstream in(file, std::ios::binary);
  const std::vector<char> raw{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t cut = 0; cut <= raw.size(); ++cut) {
    if (raw.size() > kEveryCutUpTo && cut == kEveryCutUpTo / 2) {
      cut = raw.size() - kEveryCutUpTo / 2;
    }
    // An exact-size copy, so that AddressSanitizer sees one byte too far.
    const std::vector<std::uint8_t> input(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(cut));
    LLVMFuzzerTestOneInput(input.data(), input.size());
    ++runs;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  std::size_t runs = 0;
  for (int i = 1; i < argc; ++i) {
    const std::filesystem::path path(argv[i]);
    if (!std::filesystem::is_directory(path)) {
      replay(path, runs);
      ++files;
      continue;
    }
    for (const auto& item : std::filesystem::recursive_directory_iterator(path)) {
      if (item.is_regular_file()) {
        replay(item.path(), runs);
        ++files;
      }
    }
  }
  std::printf("%zu files, %zu inputs\n", files, runs);
  return files == 0 ? 1 : 0;  // an empty corpus is a mistake in the build, not a pass
}
