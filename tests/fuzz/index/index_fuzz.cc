// SPDX-License-Identifier: Apache-2.0
// Any bytes as an index file: as they are, and with both checksums made right, so that what stands
// behind them is reached. Whatever is accepted must answer any question without reading outside the
// bytes.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index_view.h"

namespace {

using luytre::categories::DomainName;
using luytre::categories::IndexView;
using luytre::categories::IpAddress;
using luytre::categories::NameMatch;

constexpr std::array<std::string_view, 8> kQuestions{
    ".",
    "xxx",
    "example.com",
    "www.example.com",
    "a.b.example.com",
    "x.a.b.example.com",
    "example.org",
    "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.example.com"};

constexpr std::array<std::string_view, 6> kTargets{
    "/", "/a/b?c=%d0&e", "/a/b/c/d", "*", "", "/%%/////////////////////////////////////////////"};

void ask_paths_and_addresses(const IndexView& view, std::span<const std::uint8_t> bytes) {
  const auto tail = bytes.last(std::min<std::size_t>(bytes.size(), 300));
  const std::string own(tail.begin(), tail.end());
  for (const std::string_view host : kQuestions) {
    for (const std::string_view target : kTargets) {
      static_cast<void>(view.lookup_path(*DomainName::from_text(host), target));
    }
    static_cast<void>(view.lookup_path(*DomainName::from_text(host), own));
  }
  for (const std::string_view text : {"::", "192.0.2.1", "2001:db8::1", "ffff:ffff::"}) {
    static_cast<void>(view.lookup_address(*IpAddress::from_text(text)));
  }
  if (tail.size() >= 16) {
    static_cast<void>(view.lookup_address(IpAddress::v6(tail.first<16>())));
  }
}

void ask(std::span<const std::uint8_t> bytes) {
  const auto view = IndexView::parse(bytes);
  if (!view) {
    return;
  }
  std::vector<DomainName> names;
  for (const std::string_view text : kQuestions) {
    names.push_back(*DomainName::from_text(text));
  }
  // The end of the file as a question, too: names that no list of ours would hold.
  if (const auto name = DomainName::from_wire(bytes.last(std::min<std::size_t>(bytes.size(), 64)));
      name) {
    names.push_back(*name);
  }
  ask_paths_and_addresses(*view, bytes);
  std::vector<const DomainName*> pointers;
  for (const DomainName& name : names) {
    pointers.push_back(&name);
  }
  std::vector<NameMatch> burst(names.size());
  view->lookup(pointers, burst);
  std::vector<NameMatch> amended(names.size());
  view->lookup_with(*view, pointers, amended);
  for (std::size_t i = 0; i < names.size(); ++i) {
    NameMatch single;
    view->lookup(std::span(pointers).subspan(i, 1), {&single, 1});
    if (single.categories != burst[i].categories ||
        single.matched_labels != burst[i].matched_labels ||
        single.minimum_age != burst[i].minimum_age) {
      std::abort();
    }
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  ask({bytes, size});
  if (size >= sizeof(luytre::categories::IndexHeader)) {
    std::vector<std::uint8_t> sealed(bytes, bytes + size);
    luytre::categories::seal_index(sealed);
    ask(sealed);
  }
  return 0;
}
