// SPDX-License-Identifier: Apache-2.0
// Any frame at all belongs to one of the workers, and the same frame with its addresses exchanged
// to the same one.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "dataplane/decode.h"
#include "dataplane/port/worker_spread.h"

namespace {

using namespace luytre::dataplane;

constexpr std::size_t kMaxFrame = 70000;
constexpr unsigned kWorkers = 61;

void exchange_addresses(std::vector<std::uint8_t>& frame, const PacketView& view) {
  const std::size_t size = view.ip_version == 4 ? 4 : 16;
  const std::size_t at = view.network_offset + (view.ip_version == 4 ? 12U : 8U);
  const auto source = frame.begin() + static_cast<std::ptrdiff_t>(at);
  const auto destination = source + static_cast<std::ptrdiff_t>(size);
  std::swap_ranges(source, destination, destination);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const luytre::port::WorkerSpread spread(kWorkers, 1);
  const std::span frame(bytes, size);
  const unsigned worker = spread.worker_of(frame);
  if (worker >= kWorkers) {
    std::abort();
  }
  PacketView view;  // of the outermost packet
  const auto below = Tunnels::none().with(Tunnel::Pppoe).with(Tunnel::Mpls);
  if (size > kMaxFrame || decode(frame, view, below) != DecodeResult::Ok) {
    return 0;
  }
  std::vector<std::uint8_t> back(frame.begin(), frame.end());
  exchange_addresses(back, view);
  if (spread.worker_of(back) != worker) {
    std::abort();
  }
  return 0;
}
