// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/forge.h"
#include "dataplane/layers.h"
#include "dataplane/packet.h"
#include "dataplane/packet_view.h"
#include "return_paths.h"

namespace luytre::dataplane {

// What a forged IP packet is carried in, from Ethernet up: the client's own headers, either as they are (towards the
// server) or with both ends exchanged (towards the client), or those that a packet of the other direction had.
class OuterHeaders {
 public:
  // For a packet in answer to, or in place of, the client's frame `packet`. False if the way to the client is not
  // known. The frame must stay as it is below its IP header until write() is done.
  [[nodiscard]] bool choose(const Packet& packet, const PacketView& view, Towards towards,
                            const ReturnPaths* paths) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  void write(std::uint8_t* frame) const noexcept;
  // Lengths and checksums, once all that is carried is written; `frame` is all of it.
  void complete(std::span<std::uint8_t> frame) const noexcept;

 private:
  [[nodiscard]] bool can_be_exchanged() const noexcept;

  std::span<const std::uint8_t> bytes_;
  const Layers* layers_ = nullptr;  // nullptr: Ethernet alone
  bool exchange_ = false;
  Layers own_layers_;
};

// Lengths and checksums of the layers below an IP packet that changed its size; `frame` is all of it.
void complete_outer_headers(std::span<std::uint8_t> frame, const Layers& layers) noexcept;

}  // namespace luytre::dataplane
