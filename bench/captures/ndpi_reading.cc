// SPDX-License-Identifier: Apache-2.0
#include <ndpi/ndpi_api.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <unordered_map>

#include "common/must.h"
#include "common/stopwatch.h"
#include "dataplane/decode.h"
#include "flow_key.h"
#include "reading.h"

namespace luytre::bench {
namespace {

using dataplane::FlowKey;
using dataplane::PacketView;

// Where ndpiReader stops by itself.
constexpr unsigned kMostTcpPackets = 80;
constexpr unsigned kMostUdpPackets = 24;

struct EndModule {
  void operator()(ndpi_detection_module_struct* module) const {
    ndpi_exit_detection_module(module);
  }
};
using Module = std::unique_ptr<ndpi_detection_module_struct, EndModule>;

Module make_module() {
  Module module(ndpi_init_detection_module(ndpi_no_prefs));
  if (module == nullptr) {
    give_up("nDPI does not start.");
  }
  NDPI_PROTOCOL_BITMASK all;
  NDPI_BITMASK_SET_ALL(all);
  ndpi_set_protocol_detection_bitmask2(module.get(), &all);
  ndpi_finalize_initialization(module.get());
  return module;
}

struct FreeFlow {
  void operator()(ndpi_flow_struct* flow) const { ndpi_flow_free(flow); }
};

struct NdpiFlow {
  std::unique_ptr<ndpi_flow_struct, FreeFlow> state;
  unsigned packets = 0;
  bool is_done = false;
};

// The same key for both directions; nDPI finds out by itself who is the client.
FlowKey key_of(const PacketView& view) {
  const FlowKey from = FlowKey::from_client(view);
  const FlowKey back = FlowKey::from_server(view);
  FlowKey key = from.words < back.words ? from : back;
  key.words[4] ^= std::uint64_t{view.protocol} << 8U;
  return key;
}

struct Hash {
  std::size_t operator()(const FlowKey& key) const noexcept { return hasher(key); }
  dataplane::FlowHasher hasher{1};
};

class Dissector {
 public:
  explicit Dissector(ndpi_detection_module_struct* module) : module_(module) {
    flows_.reserve(1024);
  }

  void take(const Capture::Frame& frame) {
    PacketView view;
    if (dataplane::decode(frame.bytes, view) != dataplane::DecodeResult::Ok ||
        view.payload_offset == 0) {
      return;
    }
    NdpiFlow& flow = flows_[key_of(view)];
    if (flow.is_done) {
      return;
    }
    if (flow.state == nullptr) {
      flow.state.reset(static_cast<ndpi_flow_struct*>(ndpi_flow_malloc(SIZEOF_FLOW_STRUCT)));
      std::fill_n(reinterpret_cast<std::uint8_t*>(flow.state.get()), SIZEOF_FLOW_STRUCT,
                  std::uint8_t{0});
    }
    const std::size_t size =
        std::min<std::size_t>(frame.bytes.size() - view.network_offset, 65'535);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(frame.time).count();
    const ndpi_protocol found = ndpi_detection_process_packet(
        module_, flow.state.get(), frame.bytes.data() + view.network_offset,
        static_cast<unsigned short>(size), static_cast<u_int64_t>(milliseconds));
    const unsigned most =
        view.protocol == dataplane::ip_protocol::kTcp ? kMostTcpPackets : kMostUdpPackets;
    const bool is_known = found.app_protocol != NDPI_PROTOCOL_UNKNOWN ||
                          found.master_protocol != NDPI_PROTOCOL_UNKNOWN;
    flow.is_done = ++flow.packets >= most ||
                   (is_known && ndpi_extra_dissection_possible(module_, flow.state.get()) == 0);
  }

  void collect(const std::string& file, Reading& reading) const {
    for (const auto& [key, flow] : flows_) {
      if (flow.state != nullptr && flow.state->host_server_name[0] != '\0') {
        std::string name(flow.state->host_server_name);
        std::ranges::transform(name, name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        reading.names.emplace(file, name.substr(0, name.find(':')));
      }
    }
  }

 private:
  ndpi_detection_module_struct* module_;
  std::unordered_map<FlowKey, NdpiFlow, Hash> flows_;
};

}  // namespace

std::string ndpi_version() { return ndpi_revision(); }

Reading read_with_ndpi(const std::vector<Capture>& captures, Names names) {
  const Module module = make_module();
  Reading reading;
  for (const Capture& capture : captures) {
    Dissector dissector(module.get());
    Stopwatch watch;
    watch.start();
    for (const Capture::Frame& frame : capture.frames) {
      dissector.take(frame);
    }
    watch.stop();
    reading.seconds += watch.wall();
    reading.packets += capture.frames.size();
    if (names == Names::Collected) {
      dissector.collect(capture.path, reading);
    }
  }
  return reading;
}

}  // namespace luytre::bench
