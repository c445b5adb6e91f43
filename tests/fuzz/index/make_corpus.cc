// SPDX-License-Identifier: Apache-2.0
// Writes the corpus of index_fuzz into the folder given: run it again when the format changes.

#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

#include "categories/index/index_builder.h"

namespace {

using namespace luytre::categories;  // NOLINT(google-build-using-namespace): a program of one page

bool make(const std::filesystem::path& file, std::initializer_list<std::string_view> names) {
  IndexBuilder builder(Taxonomy(), {1, 2});
  std::uint64_t bit = 0;
  for (const std::string_view text : names) {
    const CategorySet set(std::uint64_t{1} << (bit++ % 64));
    builder.add(*DomainName::from_text(text),
                {.exact = set, .subtree = bit % 2 == 0 ? CategorySet() : set});
  }
  const auto written = builder.write(file, 1);
  if (!written) {
    std::fprintf(stderr, "%s\n", written.error().message.c_str());
  }
  return written.has_value();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  const std::filesystem::path folder(argv[1]);
  const bool made =
      make(folder / "empty", {}) && make(folder / "one-name", {"example.com"}) &&
      make(folder / "single-label", {"xxx", "example.xxx"}) &&
      make(folder / "root", {".", "example.com"}) &&
      make(folder / "deep", {"1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.example.com"}) &&
      make(folder / "twelve-names",
           {"example.com", "a.b.example.com", "example.org", "www.example.org", "a.net", "b.net",
            "c.net", "d.net", "e.net", "f.net", "g.net", "h.net"});
  return made ? 0 : 1;
}
