// SPDX-License-Identifier: Apache-2.0
#include "categories/signed/envelope.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base64.h"
#include "strict_json.h"

namespace luytre::categories {
namespace {

using Json = nlohmann::ordered_json;

// Room for other algorithms' signatures, which are passed over.
constexpr std::size_t kMaxSignatureText = std::size_t{16} << 10U;

std::string_view view(const Signature& signature) noexcept {
  return {reinterpret_cast<const char*>(signature.data()), signature.size()};  // NOLINT
}

}  // namespace

std::string signed_octets(std::string_view type, std::string_view payload) {
  return fmt::format("DSSEv1 {} {} {} {}", type.size(), type, payload.size(), payload);
}

Accepted<Envelope> Envelope::parse(std::string_view text, std::string_view type) {
  const std::size_t most = type == kRootType ? kMaxRootBytes : kMaxManifestBytes;
  if (text.size() > most) {
    return refuse(Refusal::TooLarge, fmt::format("The envelope has {} octets where {} may have {}",
                                                 text.size(), type, most));
  }
  const auto malformed = [](std::string_view what) {
    return refuse(Refusal::Malformed, fmt::format("The envelope is malformed: {}", what));
  };
  const auto json = parse_strict_json(text);
  if (!json) {
    return malformed(json.error());
  }
  std::string problem;
  JsonFields fields(*json, problem);
  Envelope envelope;
  envelope.type = fields.text("payloadType");
  auto payload = from_base64(fields.text("payload", most));
  for (const auto& element : fields.array("signatures", kMaxSignatures)) {
    JsonFields signature(element, problem, "signatures");
    const KeyId key = signature.hash("keyid");
    auto octets = from_base64(signature.text("sig", kMaxSignatureText));
    if (!octets) {
      signature.wrong("sig", "is no base64");
      break;
    }
    envelope.signatures.push_back({key, *std::move(octets)});
  }
  if (!payload) {
    fields.wrong("payload", "is no base64");
  }
  if (!problem.empty()) {
    return malformed(problem);
  }
  if (envelope.type != type) {
    return refuse(Refusal::WrongType, fmt::format("The envelope holds \"{}\" where \"{}\" is due",
                                                  envelope.type, type));
  }
  envelope.payload = *std::move(payload);
  return envelope;
}

std::string Envelope::text() const {
  Json array = Json::array();
  for (const EnvelopeSignature& signature : signatures) {
    array.push_back({{"keyid", hex(signature.key)}, {"sig", to_base64(signature.octets)}});
  }
  const Json json = {
      {"payload", to_base64(payload)}, {"payloadType", type}, {"signatures", std::move(array)}};
  return json.dump(1) + "\n";
}

Result<void> Envelope::sign(const SigningKey& key) {
  const auto signature = key.sign(signed_octets(type, payload));
  if (!signature) {
    return Unexpected<Error>(signature.error());
  }
  signatures.push_back({key.public_key().id(), std::string(view(*signature))});
  // By key, so that the order of signing leaves no trace in the octets.
  std::ranges::sort(signatures, {}, &EnvelopeSignature::key);
  return {};
}

bool Envelope::signed_by(const PublicKey& key) const {
  const std::string message = signed_octets(type, payload);
  const KeyId id = key.id();
  return std::ranges::any_of(signatures, [&](const EnvelopeSignature& signature) {
    return signature.key == id && key.verifies(message, signature.octets);
  });
}

std::size_t Envelope::signers(std::span<const PublicKey> keys) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(keys, [this](const PublicKey& key) { return signed_by(key); }));
}

}  // namespace luytre::categories
