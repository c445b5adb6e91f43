// SPDX-License-Identifier: Apache-2.0
#include "transfer_stream.h"

#include <string>
#include <vector>

#include "message_builder.h"
#include "zone_serial.h"

namespace luytre::categories {
namespace {

constexpr std::string_view kZone = "rpz.example";
constexpr std::uint16_t kId = 7;

using Way = TransferStream::Way;

TransferQuery axfr() { return {.zone = name_of(kZone), .id = kId}; }
TransferQuery ixfr(std::uint32_t since) {
  return {.zone = name_of(kZone), .id = kId, .since = since};
}
MessageBuilder answer(std::uint16_t type) { return MessageBuilder(kId).question(kZone, type); }
MessageBuilder whole_answer() { return answer(rr_type::kAxfr); }
MessageBuilder changes_answer() { return answer(rr_type::kIxfr); }
std::string owner(std::string_view name) { return std::string(name) + "." + std::string(kZone); }

std::vector<std::string> sorted_lines(TransferStream& stream) {
  stream.lines().sort();
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < stream.lines().size(); ++i) {
    lines.emplace_back(stream.lines()[i]);
  }
  return lines;
}

TEST(ZoneSerial, FollowsRfc1982) {
  EXPECT_TRUE(is_after(2, 1));
  EXPECT_FALSE(is_after(1, 1));
  EXPECT_TRUE(is_after(0, 4'294'967'295U));
  EXPECT_FALSE(is_after(4'294'967'295U, 0));
  EXPECT_FALSE(is_after(0x80000000U, 0));  // no order
  EXPECT_FALSE(is_after(0, 0x80000000U));
}

TEST(TransferStream, TakesAWholeZoneInOneMessage) {
  TransferStream stream(axfr(), std::nullopt);
  const auto done = stream.take(whole_answer()
                                    .soa(kZone, 5)
                                    .cname(owner("b.example"), ".")
                                    .cname(owner("a.example"), ".")
                                    .cname(owner("b.example"), ".")
                                    .soa(kZone, 5));
  ASSERT_TRUE(done) << describe(done.error());
  EXPECT_TRUE(*done);
  EXPECT_EQ(stream.way(), Way::Whole);
  EXPECT_EQ(stream.version().serial, 5U);
  EXPECT_EQ(sorted_lines(stream), (std::vector<std::string>{"a.example.rpz.example. CNAME .",
                                                            "b.example.rpz.example. CNAME ."}));
}

TEST(TransferStream, TakesAWholeZoneOfOneMessageForEachRecord) {
  TransferStream stream(ixfr(4), 4);  // also in answer to a question for changes
  EXPECT_EQ(stream.take(changes_answer().soa(kZone, 5)), false);
  EXPECT_EQ(stream.take(MessageBuilder(kId).cname(owner("a.example"), ".")), false);
  EXPECT_EQ(stream.take(MessageBuilder(kId).soa(kZone, 5)), true);
  EXPECT_EQ(stream.way(), Way::Whole);
  EXPECT_EQ(stream.lines().size(), 1U);
}

TEST(TransferStream, TakesSeveralChangesAsOne) {
  TransferStream stream(ixfr(3), 3);
  const auto done = stream.take(changes_answer()
                                    .soa(kZone, 5)
                                    .soa(kZone, 3)
                                    .cname(owner("old.example"), ".")
                                    .soa(kZone, 4)
                                    .cname(owner("short.example"), ".")
                                    .cname(owner("new.example"), ".")
                                    .soa(kZone, 4)
                                    .cname(owner("short.example"), ".")
                                    .soa(kZone, 5)
                                    .soa(kZone, 5));
  ASSERT_TRUE(done) << describe(done.error());
  EXPECT_TRUE(*done);
  EXPECT_EQ(stream.way(), Way::Changes);
  const auto& changes = stream.delta().changes();
  ASSERT_EQ(changes.size(), 3U);
  const auto& gone = changes.at("old.example.rpz.example. CNAME .");
  EXPECT_TRUE(gone.before && !gone.after);
  const auto& came = changes.at("new.example.rpz.example. CNAME .");
  EXPECT_TRUE(!came.before && came.after);
  const auto& passed = changes.at("short.example.rpz.example. CNAME .");
  EXPECT_TRUE(!passed.before && !passed.after);
}

TEST(TransferStream, EndsAtOnceWhereTheServerIsNotAhead) {
  for (const std::uint32_t theirs : {5U, 4U}) {
    TransferStream changes(ixfr(5), 5);
    EXPECT_EQ(changes.take(changes_answer().soa(kZone, theirs)), true);
    EXPECT_EQ(changes.way(), Way::Unchanged);
    TransferStream whole(axfr(), 5);
    EXPECT_EQ(whole.take(whole_answer().soa(kZone, theirs).cname(owner("a.example"), ".")), true);
    EXPECT_EQ(whole.way(), Way::Unchanged);
  }
  TransferStream wrapped(ixfr(4'294'967'295U), 4'294'967'295U);
  EXPECT_EQ(wrapped.take(changes_answer().soa(kZone, 1)), false);  // RFC 1982: 1 is ahead
}

TEST(TransferStream, RefusesWhatIsNoAnswerToTheQuestion) {
  const struct {
    const char* description;
    MessageBuilder message;
    StreamFault fault;
  } rows[] = {
      {"another id", MessageBuilder(8).question(kZone, 252).soa(kZone, 5),
       StreamFault::OtherAnswer},
      {"a query", MessageBuilder(kId, 0).question(kZone, 252), StreamFault::OtherAnswer},
      {"another opcode", MessageBuilder(kId, 0xa400).question(kZone, 252),
       StreamFault::OtherAnswer},
      {"another zone", MessageBuilder(kId).question("b.example", 252).soa(kZone, 5),
       StreamFault::OtherAnswer},
      {"another type", MessageBuilder(kId).question(kZone, 251).soa(kZone, 5),
       StreamFault::OtherAnswer},
      {"another class", MessageBuilder(kId).question(kZone, 252, 3).soa(kZone, 5),
       StreamFault::OtherAnswer},
      {"no question", MessageBuilder(kId).soa(kZone, 5), StreamFault::OtherAnswer},
      {"two questions", MessageBuilder(kId).question(kZone, 252).question(kZone, 252),
       StreamFault::OtherAnswer},
      {"truncated", MessageBuilder(kId, 0x8600).question(kZone, 252), StreamFault::Malformed},
      {"a refusal", MessageBuilder(kId, 0x8405).question(kZone, 252), StreamFault::Rcode},
      {"no records", whole_answer(), StreamFault::NoAnswer},
      {"no SOA first", whole_answer().cname(owner("a.example"), "."), StreamFault::NoAnswer},
      {"a SOA of another name", whole_answer().soa(owner("a.example"), 5), StreamFault::OutOfOrder},
      {"a record of another zone", whole_answer().soa(kZone, 5).cname("a.example", "."),
       StreamFault::OutOfZone},
      {"a record of another class",
       whole_answer().soa(kZone, 5).record(owner("a.example"), 5, std::vector<std::uint8_t>{0}, 3),
       StreamFault::OutOfZone},
      {"an end of another version", whole_answer().soa(kZone, 5).soa(kZone, 6),
       StreamFault::OutOfOrder},
      {"more than the zone", whole_answer().soa(kZone, 5).soa(kZone, 5).soa(kZone, 5),
       StreamFault::OutOfOrder}};
  for (const auto& row : rows) {
    TransferStream stream(axfr(), std::nullopt);
    const auto done = stream.take(row.message);
    ASSERT_FALSE(done) << row.description;
    EXPECT_EQ(done.error(), row.fault) << row.description;
  }
}

TEST(TransferStream, RefusesChangesThatDoNotFollowEachOther) {
  const struct {
    const char* description;
    MessageBuilder message;
    StreamFault fault;
  } rows[] = {{"a step backwards", changes_answer().soa(kZone, 5).soa(kZone, 3).soa(kZone, 2),
               StreamFault::OutOfOrder},
              {"a step in place", changes_answer().soa(kZone, 5).soa(kZone, 3).soa(kZone, 3),
               StreamFault::OutOfOrder},
              {"a step too far", changes_answer().soa(kZone, 5).soa(kZone, 3).soa(kZone, 6),
               StreamFault::OutOfOrder},
              {"a step that begins elsewhere",
               changes_answer().soa(kZone, 5).soa(kZone, 3).soa(kZone, 4).soa(kZone, 3),
               StreamFault::OutOfOrder},
              {"an end before the last step",
               changes_answer().soa(kZone, 5).soa(kZone, 3).soa(kZone, 4).soa(kZone, 5),
               StreamFault::OutOfOrder},
              {"the same removed twice",
               changes_answer()
                   .soa(kZone, 5)
                   .soa(kZone, 3)
                   .cname(owner("a.example"), ".")
                   .cname(owner("a.example"), "."),
               StreamFault::Contradicts}};
  for (const auto& row : rows) {
    TransferStream stream(ixfr(3), 3);
    const auto done = stream.take(row.message);
    ASSERT_FALSE(done) << row.description;
    EXPECT_EQ(done.error(), row.fault) << row.description;
  }
}

std::vector<std::uint8_t> full_message() {
  MessageBuilder message = changes_answer();
  message.soa(kZone, 4)
      .soa(kZone, 3)
      .cname(owner("old.example"), ".")
      .soa(kZone, 4)
      .cname(owner("new.example"), "rpz-passthru.")
      .soa(kZone, 4);
  return message.bytes();
}

TEST(TransferStream, NoPartOfAMessageIsAWholeTransfer) {
  const std::vector<std::uint8_t> message = full_message();
  for (std::size_t size = 0; size < message.size(); ++size) {
    TransferStream stream(ixfr(3), 3);
    EXPECT_FALSE(stream.take(
        std::vector(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size))))
        << size;
  }
}

TEST(TransferStream, AnyFlippedBitIsHarmless) {
  std::vector<std::uint8_t> message = full_message();
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    const auto flip = static_cast<std::uint8_t>(1U << (bit % 8));
    message[bit / 8] ^= flip;
    TransferStream stream(ixfr(3), 3);
    const auto done = stream.take(message);
    EXPECT_TRUE(!done || stream.records() <= 6);
    message[bit / 8] ^= flip;
  }
}

TEST(TransferQuery, IsWhatTheRfcsAskFor) {
  const auto plain = axfr().to_wire();
  ASSERT_EQ(plain.size(), 12U + 13 + 4);
  EXPECT_EQ(plain[5], 1);
  EXPECT_EQ(plain[26], 252);
  const auto since = ixfr(0x01020304).to_wire();
  EXPECT_EQ(since[9], 1);
  EXPECT_EQ(since[26], 251);
  const std::vector<std::uint8_t> serial(since.end() - 20, since.end() - 16);
  EXPECT_EQ(serial, (std::vector<std::uint8_t>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace luytre::categories
