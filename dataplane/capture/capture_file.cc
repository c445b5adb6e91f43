// SPDX-License-Identifier: Apache-2.0
#include "capture_file.h"

#include <pcap/pcap.h>

#include <array>
#include <utility>

namespace luytre::dataplane {

struct CaptureFile::Handle {
  struct Close {
    void operator()(pcap_t* capture) const noexcept { pcap_close(capture); }
  };
  std::unique_ptr<pcap_t, Close> capture;
};

CaptureFile::CaptureFile(std::filesystem::path path, std::unique_ptr<Handle> handle) noexcept
    : path_(std::move(path)), handle_(std::move(handle)) {}
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;
CaptureFile& CaptureFile::operator=(CaptureFile&&) noexcept = default;
CaptureFile::~CaptureFile() = default;

Result<CaptureFile> CaptureFile::open(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {  // libpcap's sentence about it does not help
    return fail(ErrorCode::Invalid, path.string() + " is a folder, not a capture");
  }
  std::array<char, PCAP_ERRBUF_SIZE> reason{};
  pcap_t* capture = pcap_open_offline_with_tstamp_precision(
      path.c_str(), PCAP_TSTAMP_PRECISION_NANO, reason.data());
  if (capture == nullptr) {
    std::string sentence = reason.data();  // some of libpcap's name the file, some do not
    if (!sentence.starts_with(path.string())) {
      sentence = path.string() + ": " + sentence;
    }
    return fail(ErrorCode::Invalid, std::move(sentence));
  }
  auto handle = std::make_unique<Handle>();
  handle->capture.reset(capture);
  return CaptureFile(path, std::move(handle));
}

std::optional<LinkLayer> CaptureFile::link_layer() const noexcept {
  switch (pcap_datalink(handle_->capture.get())) {
    case DLT_EN10MB:
      return LinkLayer::Ethernet;
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
      return LinkLayer::RawIp;
    case DLT_LINUX_SLL:
      return LinkLayer::LinuxCooked;
    case DLT_LINUX_SLL2:
      return LinkLayer::LinuxCookedV2;
    case DLT_NULL:
    case DLT_LOOP:
      return LinkLayer::BsdLoopback;
    default:
      return std::nullopt;
  }
}

std::string CaptureFile::link_type() const {
  const int type = pcap_datalink(handle_->capture.get());
  const char* name = pcap_datalink_val_to_name(type);
  return name == nullptr ? std::to_string(type) : name;
}

Result<bool> CaptureFile::next(CapturedFrame& frame) {
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  switch (pcap_next_ex(handle_->capture.get(), &header, &bytes)) {
    case 1:
      frame.bytes = {bytes, header->caplen};
      frame.wire_size = header->len;
      // tv_usec holds nanoseconds, as was asked for at opening.
      frame.time =
          std::chrono::seconds(header->ts.tv_sec) + std::chrono::nanoseconds(header->ts.tv_usec);
      return true;
    case PCAP_ERROR_BREAK:
      return false;
    default:
      return fail(ErrorCode::Corrupt, path_.string() + ": " + pcap_geterr(handle_->capture.get()));
  }
}

}  // namespace luytre::dataplane
