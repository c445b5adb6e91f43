// SPDX-License-Identifier: Apache-2.0
#include "policy/preset.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "preset_reader.h"

namespace luytre::policy {

Result<Preset> Preset::load(const std::filesystem::path& file,
                            const categories::Taxonomy& taxonomy) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return fail(ErrorCode::NotFound, fmt::format("{}: cannot be opened", file.string()));
  }
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) {
    return fail(ErrorCode::System, fmt::format("{}: cannot be read", file.string()));
  }
  return read_preset(text, file.string(), taxonomy);
}

const Band* Preset::find_band(std::string_view band_id) const noexcept {
  const auto found = std::ranges::find(bands, band_id, &Band::id);
  return found == bands.end() ? nullptr : &*found;
}

}  // namespace luytre::policy
