// SPDX-License-Identifier: Apache-2.0
// Input: an envelope, or a payload alone. What is read is written and read again as the same; nobody
// has signed it, so a subscriber takes none of it.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "categories/signed/envelope.h"
#include "categories/signed/list_manifest.h"
#include "categories/signed/list_root.h"
#include "categories/signed/trusted_list.h"

namespace {

using namespace luytre::categories;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

template <typename Document>
void check_payload(const std::string& text) {
  const auto document = Document::parse(text);
  if (document) {
    const std::string written = document->payload();
    const auto again = Document::parse(written);
    require(again && again->payload() == written);
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's entry point.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(bytes, bytes + size);
  for (const std::string_view type : {kRootType, kManifestType}) {
    const auto envelope = Envelope::parse(text, type);
    if (envelope) {
      const auto again = Envelope::parse(envelope->text(), type);
      require(again && again->text() == envelope->text());
      check_payload<ListManifest>(envelope->payload);
      check_payload<ListRoot>(envelope->payload);
    }
  }
  check_payload<ListManifest>(text);
  check_payload<ListRoot>(text);
  // A root by its own keys is no secret of the pinned one's: only the refusals are of interest here.
  static_cast<void>(TrustedList::pin(text));
  return 0;
}
