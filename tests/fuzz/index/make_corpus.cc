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

struct Content {
  std::initializer_list<std::string_view> names = {};
  std::initializer_list<std::string_view> overridden = {};
  std::initializer_list<std::string_view> paths = {};
  std::initializer_list<std::string_view> prefixes = {};
};

bool make(const std::filesystem::path& file, const Content& content) {
  IndexBuilder builder(Taxonomy(), {1, 2});
  std::uint64_t bit = 0;
  const auto next_set = [&bit] { return CategorySet(std::uint64_t{1} << (bit++ % 64)); };
  for (const std::string_view text : content.names) {
    MergedEntry entry;
    entry.exact = next_set();
    entry.subtree = bit % 2 == 0 ? CategorySet() : entry.exact;
    builder.add(*DomainName::from_text(text), entry);
  }
  for (const std::string_view text : content.overridden) {
    builder.overrides(*DomainName::from_text(text));
  }
  for (const std::string_view text : content.paths) {
    builder.add_path(*HostPath::from_text(text), next_set(), 18);
  }
  for (const std::string_view text : content.prefixes) {
    builder.add_prefix(*IpPrefix::from_text(text), next_set(), 0);
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
      make(folder / "empty", {}) && make(folder / "one-name", {.names = {"example.com"}}) &&
      make(folder / "single-label", {.names = {"xxx", "example.xxx"}}) &&
      make(folder / "root", {.names = {".", "example.com"}}) &&
      make(folder / "deep",
           {.names = {"1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.example.com"}}) &&
      make(folder / "twelve-names",
           {.names = {"example.com", "a.b.example.com", "example.org", "www.example.org", "a.net",
                      "b.net", "c.net", "d.net", "e.net", "f.net", "g.net", "h.net"}}) &&
      make(folder / "overlay", {.names = {"example.com"}, .overridden = {"example.com", "xxx"}}) &&
      make(folder / "paths",
           {.paths = {"example.com/a", "example.com/a/b?c=%D0", "www.example.com/a/b/c/d"}}) &&
      make(folder / "prefixes",
           {.prefixes = {"192.0.2.0/24", "192.0.2.7", "2001:db8::/32", "::/0"}}) &&
      make(folder / "everything", {.names = {"example.com", "xxx"},
                                   .overridden = {"example.com"},
                                   .paths = {"example.com/a/b"},
                                   .prefixes = {"192.0.2.0/24"}});
  return made ? 0 : 1;
}
