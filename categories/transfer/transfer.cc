// SPDX-License-Identifier: Apache-2.0
#include "categories/transfer/transfer.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/byte_order.h"
#include "dns_stream.h"
#include "record_text.h"
#include "transfer_query.h"
#include "transfer_stream.h"
#include "tsig.h"
#include "zone_copy.h"

namespace luytre::categories {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t now_seconds() {
  return static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
          .time_since_epoch()
          .count());
}

std::string rcode_text(std::uint8_t rcode) {
  constexpr std::array<std::string_view, 10> kWords = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                                       "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                                       "NXRRSET", "NOTAUTH"};
  return rcode < kWords.size() ? std::string(kWords[rcode]) : fmt::format("RCODE {}", rcode);
}

// One zone on one server: other servers count their serials on their own.
std::filesystem::path copy_file(const TransferRequest& request, const ServerAddress& server) {
  std::string zone;
  append_name(request.zone, zone);  // escaped: no name leads out of the folder
  return request.directory / fmt::format("{}@{}.zone", zone, server.to_text());
}

// Why there is no transfer: an error, or an answer that another question may do better with.
struct Failure {
  Error error;
  bool try_whole = false;
  std::string why = {};  // a part of the error's sentence
};

// One connection, one query, all messages that answer it.
class Exchange {
 public:
  Exchange(const TransferRequest& request, ServerAddress server, Transferred& report,
           Clock::time_point deadline)
      : request_(request), server_(server), report_(report), deadline_(deadline) {}

  [[nodiscard]] Expected<TransferStream, Failure> run(std::optional<std::uint32_t> since,
                                                      std::optional<std::uint32_t> have) {
    TransferQuery query{.zone = request_.zone, .since = since};
    std::array<std::uint8_t, 2> id{};
    if (RAND_bytes(id.data(), static_cast<int>(id.size())) != 1) {
      return Unexpected(broken("The system gives no random numbers."));
    }
    query.id = load_be16(id.data());
    std::vector<std::uint8_t> message = query.to_wire();
    if (request_.key && !session_.emplace(*request_.key).sign(message, now_seconds())) {
      return Unexpected(broken("The query could not be signed."));
    }
    auto stream = DnsStream::connect(server_, next_deadline());
    if (!stream) {
      return Unexpected(Failure{.error = stream.error()});
    }
    if (auto sent = stream->send(message, next_deadline()); !sent) {
      return Unexpected(Failure{.error = sent.error()});
    }
    TransferStream transfer(query, have);
    while (true) {
      const auto done = take_message(*stream, transfer);
      if (!done) {
        return Unexpected(done.error());
      }
      if (*done) {
        return transfer;
      }
    }
  }

 private:
  [[nodiscard]] Clock::time_point next_deadline() const {
    return std::min(deadline_, Clock::now() + request_.message_timeout);
  }

  static Failure broken(std::string sentence) {
    return {.error = {ErrorCode::System, std::move(sentence)}};
  }
  [[nodiscard]] Failure refused(std::string_view why) const {
    return {.error = {ErrorCode::Invalid,
                      fmt::format("{} does not give {}: {}. What was fetched before stays in force",
                                  server_.to_text(), request_.zone.to_text(), why)},
            .why = std::string(why)};
  }

  [[nodiscard]] Expected<bool, Failure> take_message(DnsStream& stream, TransferStream& transfer) {
    const auto message = stream.receive(next_deadline());
    if (!message) {
      return Unexpected(Failure{.error = message.error()});
    }
    ++report_.messages;
    report_.bytes += message->size();
    if (report_.bytes > request_.max_bytes) {
      return Unexpected(refused(describe(StreamFault::TooLarge)));
    }
    // First the signature: what is not signed is not looked into.
    if (auto verified = verify(*message); !verified) {
      return Unexpected(verified.error());
    }
    const std::uint64_t before = transfer.records();
    const auto done = transfer.take(*message);
    report_.records += transfer.records() - before;
    if (!done) {
      return Unexpected(fault(done.error(), transfer));
    }
    if (*done && session_ && !session_->is_closed()) {
      return Unexpected(refused(describe(TsigFault::Unsigned)));
    }
    if (request_.on_progress) {
      request_.on_progress(report_.records);
    }
    return *done;
  }

  [[nodiscard]] Expected<void, Failure> verify(std::span<const std::uint8_t> message) {
    if (!session_) {
      return {};
    }
    const auto verified = session_->verify(message, now_seconds());
    if (verified) {
      return {};
    }
    const bool has_rcode = message.size() > 3 && (message[3] & 0x0fU) != 0;
    const std::string_view why = describe(verified.error());
    return Unexpected(has_rcode
                          ? refused(fmt::format("{}; {}", rcode_text(message[3] & 0x0fU), why))
                          : refused(why));
  }

  [[nodiscard]] Failure fault(StreamFault fault, const TransferStream& transfer) const {
    if (fault == StreamFault::Rcode) {
      Failure failure = refused(fmt::format("it answers {}", rcode_text(transfer.rcode())));
      constexpr std::array<std::uint8_t, 3> kMayDoWhole = {1, 4, 5};  // FORMERR, NOTIMP, REFUSED
      failure.try_whole = std::ranges::find(kMayDoWhole, transfer.rcode()) != kMayDoWhole.end();
      return failure;
    }
    Failure failure = refused(fmt::format("it sends {}", describe(fault)));
    failure.try_whole = fault == StreamFault::Contradicts || fault == StreamFault::LongDelta ||
                        fault == StreamFault::OutOfOrder;
    return failure;
  }

  const TransferRequest& request_;
  ServerAddress server_;
  Transferred& report_;
  Clock::time_point deadline_;
  std::optional<TsigSession> session_;
};

// Takes a complete transfer into the copy. False: its changes are not about the copy.
Result<bool> store(TransferStream& transfer, ZoneCopy& copy, Transferred& report) {
  report.serial = transfer.version().serial;
  switch (transfer.way()) {
    case TransferStream::Way::Unchanged:
      report.way = TransferWay::Unchanged;
      return true;
    case TransferStream::Way::Whole: {
      report.way = TransferWay::Whole;
      transfer.lines().sort();
      report.zone_records = transfer.lines().size() + 1;
      const auto replaced = copy.replace(transfer.version(), transfer.lines());
      return replaced ? Result<bool>(true) : Unexpected(replaced.error());
    }
    case TransferStream::Way::Changes:
      break;
  }
  report.way = TransferWay::Incremental;
  const auto applied = copy.apply(transfer.version(), transfer.delta());
  if (!applied) {
    return Unexpected(applied.error());
  }
  if (!*applied) {
    return false;
  }
  report.zone_records = (*applied)->records;
  report.added = (*applied)->added;
  report.removed = (*applied)->removed;
  return true;
}

}  // namespace

Result<Transferred> transfer_zone(const TransferRequest& request) {
  const ServerAddress server{.address = request.server, .port = request.port};
  const Clock::time_point deadline = Clock::now() + request.total_timeout;
  Transferred report;
  report.file = copy_file(request, server);
  ZoneCopy copy(report.file, request.zone);
  std::optional<std::uint32_t> have = request.whole ? std::nullopt : copy.serial();
  if (have) {
    auto changes = Exchange(request, server, report, deadline).run(have, have);
    if (!changes && !changes.error().try_whole) {
      return Unexpected(changes.error().error);
    }
    if (changes) {
      const auto stored = store(*changes, copy, report);
      if (!stored) {
        return Unexpected(stored.error());
      }
      if (*stored) {
        report.serial = report.way == TransferWay::Unchanged ? *have : report.serial;
        return report;
      }
      report.note = "the changes that the server sent were not about the copy";
      have.reset();  // the copy is not what its serial says
    } else {
      report.note = fmt::format("asked for changes, {}", changes.error().why);
    }
  }
  auto whole = Exchange(request, server, report, deadline).run(std::nullopt, have);
  if (!whole) {
    return Unexpected(whole.error().error);
  }
  if (const auto stored = store(*whole, copy, report); !stored) {
    return Unexpected(stored.error());
  }
  report.serial =
      report.way == TransferWay::Unchanged ? have.value_or(report.serial) : report.serial;
  return report;
}

std::string_view describe(TransferWay way) noexcept {
  switch (way) {
    case TransferWay::Unchanged:
      return "unchanged";
    case TransferWay::Incremental:
      return "ixfr";
    case TransferWay::Whole:
      return "axfr";
  }
  return "unknown";
}

}  // namespace luytre::categories
