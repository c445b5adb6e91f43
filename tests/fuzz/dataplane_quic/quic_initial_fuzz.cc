// SPDX-License-Identifier: Apache-2.0
// Bytes as a client's datagram, and as the frames of an Initial. Whatever they are: nothing is read
// outside of them, every packet lies within its datagram, no stream is longer than what was put in,
// and frames read twice are no conflict.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "dataplane/inspect/inspection.h"
#include "dataplane/quic/connection_close.h"
#include "dataplane/quic/crypto_stream.h"
#include "dataplane/quic/initial_cipher.h"
#include "dataplane/quic/initial_keys.h"
#include "dataplane/quic/packet.h"

namespace {

using namespace luytre::dataplane;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

struct Opener {
  quic::InitialKeySchedule schedule;
  quic::InitialCipher cipher;
  std::vector<std::uint8_t> buffer = std::vector<std::uint8_t>(quic::CryptoStream::kMaxBytes);
};

void read_frames(Opener& opener, std::span<const std::uint8_t> frames) {
  quic::CryptoStream stream;
  const auto added = quic::read_initial_frames(frames, stream, opener.buffer);
  const std::size_t contiguous = stream.contiguous();
  require(contiguous <= opener.buffer.size() && contiguous <= frames.size());
  static_cast<void>(inspect_client_hello(std::span(opener.buffer).first(contiguous)));
  if (added == quic::CryptoStream::Added::Ok) {
    require(quic::read_initial_frames(frames, stream, opener.buffer) == added);
    require(stream.contiguous() == contiguous);
  }
}

void read_datagram(Opener& opener, std::span<const std::uint8_t> payload) {
  const quic::Datagram datagram = quic::take_apart(payload);
  require((datagram.kind == quic::DatagramKind::Initial) == (datagram.initial_count != 0));
  static_cast<void>(quic::server_source_id(payload));
  for (const quic::InitialPacket& initial : datagram.all()) {
    require(initial.packet.data() >= payload.data() &&
            initial.packet.data() + initial.packet.size() <= payload.data() + payload.size());
    quic::InitialKeys keys;
    opener.schedule.derive(initial.version, initial.destination_id, quic::Sender::Client, keys);
    if (const auto frames = opener.cipher.open(initial, keys)) {
      const std::vector<std::uint8_t> copy(frames->begin(), frames->end());
      read_frames(opener, copy);
    }
    std::array<std::uint8_t, quic::kMaxConnectionCloseBytes> close;
    const std::size_t size = quic::write_connection_close({.version = initial.version,
                                                           .version_number = initial.version_number,
                                                           .destination_id = initial.destination_id,
                                                           .source_id = initial.source_id},
                                                          opener.schedule, opener.cipher, close);
    require(size != 0);
    require(quic::take_apart(std::span(close).first(size)).initial_count == 1);
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static Opener opener;
  read_datagram(opener, {bytes, size});
  read_frames(opener, {bytes, size});
  return 0;
}
