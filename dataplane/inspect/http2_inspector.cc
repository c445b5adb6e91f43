// SPDX-License-Identifier: Apache-2.0
// HTTP/2 without TLS: the preface, then frames (RFC 9113 §3.4, §4.1). Only header blocks are looked
// into; they are decoded from the first one on, because each may refer to those before it.

#include <algorithm>
#include <optional>

#include "base/cursor.h"
#include "dataplane/inspect/inspection.h"
#include "hpack_memory.h"
#include "http_fields.h"
#include "text_view.h"

namespace luytre::dataplane {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::size_t kFrameHeaderBytes = 9;
constexpr std::size_t kMaxFrameBytes = 1U << 14U;  // until the server allows more (§4.2)
constexpr int kMaxFrames = 256;
constexpr int kMaxFields = 512;

namespace frame_type {
constexpr std::uint8_t kHeaders = 1;
constexpr std::uint8_t kContinuation = 9;
}  // namespace frame_type
namespace frame_flag {
constexpr std::uint8_t kEndHeaders = 0x04;
constexpr std::uint8_t kPadded = 0x08;
constexpr std::uint8_t kPriority = 0x20;
}  // namespace frame_flag

struct Frame {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::span<const std::uint8_t> payload;

  [[nodiscard]] bool has(std::uint8_t flag) const noexcept { return (flags & flag) != 0; }
};

// The part of a HEADERS frame that is a header block (§6.2); nothing if the frame is broken.
std::optional<std::span<const std::uint8_t>> fragment_of(const Frame& frame) noexcept {
  Cursor payload(frame.payload);
  std::size_t padding = 0;
  if (frame.type == frame_type::kHeaders) {
    padding = frame.has(frame_flag::kPadded) ? payload.u8() : 0;
    payload.skip(frame.has(frame_flag::kPriority) ? 5 : 0);
  }
  if (!payload.ok() || padding > payload.remaining()) {
    return std::nullopt;
  }
  return payload.rest().first(payload.remaining() - padding);
}

class RequestHeaders {
 public:
  RequestHeaders() noexcept {
    if (nghttp2_hd_inflate_new2(&inflater_, &callbacks_) != 0) {
      inflater_ = nullptr;
    }
  }
  RequestHeaders(const RequestHeaders&) = delete;
  RequestHeaders& operator=(const RequestHeaders&) = delete;
  ~RequestHeaders() {
    if (inflater_ != nullptr) {
      nghttp2_hd_inflate_del(inflater_);
    }
  }

  // The next piece of a header block. False: no server would go on.
  [[nodiscard]] bool add(std::span<const std::uint8_t> fragment, bool is_last) noexcept {
    for (int field = 0; field < kMaxFields && inflater_ != nullptr; ++field) {
      nghttp2_nv pair;
      int flags = 0;
      const ssize_t used = nghttp2_hd_inflate_hd2(inflater_, &pair, &flags, fragment.data(),
                                                  fragment.size(), is_last ? 1 : 0);
      if (used < 0) {
        return false;
      }
      fragment = fragment.subspan(static_cast<std::size_t>(used));
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
        read(text_view({pair.name, pair.namelen}), text_view({pair.value, pair.valuelen}));
      }
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
        nghttp2_hd_inflate_end_headers(inflater_);
        return true;
      }
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && fragment.empty()) {
        return !is_last;
      }
    }
    return false;
  }

  [[nodiscard]] const HostAnswer& host() const noexcept { return host_; }

 private:
  // Where both are there and differ, servers take either (§8.3.1).
  void read(std::string_view name, std::string_view value) noexcept {
    if (name == ":authority" || name == "host") {
      host_.add(value.substr(value.rfind('@') + 1));
    }
  }

  HpackMemory memory_;
  nghttp2_mem callbacks_ = memory_.callbacks();  // the decoder keeps a pointer to them
  nghttp2_hd_inflater* inflater_ = nullptr;
  HostAnswer host_;
};

// Walks the frames that are there.
class FrameWalk {
 public:
  explicit FrameWalk(std::span<const std::uint8_t> frames) noexcept : rest_(frames) {}

  enum class Step : std::uint8_t { Frame, Cut, Broken };
  // Cut: the frame is not there as a whole.
  [[nodiscard]] Step next(Frame& frame) noexcept {
    frame = {};
    Cursor header(rest_);
    const std::size_t size = header.u24();
    frame.type = header.u8();
    frame.flags = header.u8();
    header.skip(4);  // stream identifier
    if (!header.ok()) {
      return Step::Cut;
    }
    if (size > kMaxFrameBytes) {
      return Step::Broken;
    }
    if (header.remaining() < size) {
      return Step::Cut;
    }
    frame.payload = header.bytes(size);
    rest_ = header.rest();
    return Step::Frame;
  }
  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }

 private:
  std::span<const std::uint8_t> rest_;
};

// Names of all requests that are whole. Only the first one is waited for: a server answers it however
// long the next one takes.
Finding read_requests(FrameWalk walk, HostAnswer& host, bool& has_request) noexcept {
  std::optional<RequestHeaders> headers;
  bool in_block = false;
  for (int count = 0; count < kMaxFrames; ++count) {
    if (walk.empty()) {
      return in_block ? Finding::NeedMore : host.finding();
    }
    Frame frame;
    const auto step = walk.next(frame);
    if (step == FrameWalk::Step::Cut) {
      return in_block || !has_request ? Finding::NeedMore : host.finding();
    }
    const bool is_block =
        frame.type == frame_type::kHeaders || frame.type == frame_type::kContinuation;
    // Nothing may stand between the frames of one block (§6.10).
    const std::uint8_t expected = in_block ? frame_type::kContinuation : frame_type::kHeaders;
    if (step == FrameWalk::Step::Broken || ((is_block || in_block) && frame.type != expected)) {
      return Finding::Malformed;
    }
    if (!is_block) {
      continue;
    }
    if (!headers) {
      headers.emplace();
    }
    const auto fragment = fragment_of(frame);
    in_block = !frame.has(frame_flag::kEndHeaders);
    if (!fragment || !headers->add(*fragment, !in_block)) {
      return Finding::Malformed;
    }
    has_request = true;
    host = headers->host();
  }
  return Finding::Malformed;
}

}  // namespace

Inspection inspect_http2_frames(std::span<const std::uint8_t> stream) noexcept {
  Inspection inspection;
  inspection.protocol = Protocol::Http;
  inspection.is_http2 = true;
  HostAnswer host;
  bool has_request = false;
  inspection.finding = read_requests(FrameWalk(stream), host, has_request);
  inspection.unit_bytes = stream.size();
  if (inspection.finding == Finding::NoName && !has_request) {
    // Settings alone: the server's may be waited for.
    inspection.finding = Finding::Nothing;
    inspection.next = Reader::Http2;
  }
  inspection.name = host.name();
  inspection.address = host.address();
  return inspection;
}

Inspection inspect_http2(std::span<const std::uint8_t> stream) noexcept {
  const std::string_view text = text_view(stream);
  if (!text.starts_with(kPreface)) {
    Inspection inspection;
    inspection.finding = kPreface.starts_with(text) ? Finding::NeedMore : Finding::NotThis;
    return inspection;
  }
  Inspection inspection = inspect_http2_frames(stream.subspan(kPreface.size()));
  inspection.unit_bytes += kPreface.size();
  return inspection;
}

}  // namespace luytre::dataplane
