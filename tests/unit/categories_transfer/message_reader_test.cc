// SPDX-License-Identifier: Apache-2.0
#include "message_reader.h"

#include <string>
#include <vector>

#include "message_builder.h"
#include "record_text.h"

namespace luytre::categories {
namespace {

// A header of zeros, so that offsets in names below begin at 12.
std::vector<std::uint8_t> with_header(std::initializer_list<int> octets) {
  std::vector<std::uint8_t> message(kMessageHeaderBytes);
  for (const int octet : octets) {
    message.push_back(static_cast<std::uint8_t>(octet));
  }
  return message;
}

std::string text_of(std::span<const std::uint8_t> message) {
  MessageReader reader(message);
  const auto header = reader.header();
  std::string text;
  for (int i = 0; header && i < header->answers; ++i) {
    const auto record = reader.record();
    if (!record || !append_record(message, *record, text)) {
      return "damaged";
    }
    text += '\n';
  }
  return text;
}

TEST(MessageReader, FollowsAPointerBackwards) {
  const auto message = with_header({1, 'A', 0, 1, 'b', 0xc0, 12, 9});
  std::size_t position = 15;
  const auto name = read_name(message, position);
  ASSERT_TRUE(name);
  EXPECT_EQ(name->to_text(), "b.a");
  EXPECT_EQ(position, 19U);
}

TEST(MessageReader, RefusesPointersThatDoNotLeadBack) {
  const struct {
    const char* description;
    std::vector<std::uint8_t> message;
    std::size_t position;
  } rows[] = {{"to itself", with_header({0xc0, 12}), 12},
              {"forward", with_header({0xc0, 14, 0}), 12},
              {"into the labels before it", with_header({1, 'a', 0xc0, 12}), 12},
              {"two that lead to each other", with_header({0xc0, 14, 0xc0, 12}), 14},
              {"into the header", with_header({0xc0, 0}), 12},
              {"a label type that nobody uses", with_header({0x80, 1, 0}), 12}};
  for (const auto& row : rows) {
    std::size_t position = row.position;
    EXPECT_FALSE(read_name(row.message, position)) << row.description;
  }
}

TEST(MessageReader, RefusesANameOver255OctetsHoweverItIsPutTogether) {
  std::vector<std::uint8_t> message(kMessageHeaderBytes);
  for (int i = 0; i < 4; ++i) {
    message.push_back(60);
    message.insert(message.end(), 60, 'x');
  }
  message.push_back(0);  // 245 octets
  std::size_t position = kMessageHeaderBytes;
  EXPECT_TRUE(read_name(message, position));
  const std::size_t longer = message.size();
  message.push_back(9);
  for (const char c : std::string_view("long-name\xc0\x0c")) {
    message.push_back(static_cast<std::uint8_t>(c));
  }
  position = longer;
  const auto name = read_name(message, position);
  ASSERT_TRUE(name);
  EXPECT_EQ(name->wire().size(), 255U);
  message[longer] = 10;
  message.insert(message.begin() + static_cast<std::ptrdiff_t>(longer) + 1, 'x');
  position = longer;
  EXPECT_FALSE(read_name(message, position));
}

TEST(RecordText, WritesOneLineForEachRecord) {
  const std::uint8_t address[] = {192, 0, 2, 1};
  const std::uint8_t text[] = {2, 'h', 'i'};
  const auto message = MessageBuilder()
                           .soa("rpz.example", 4'294'967'295U)
                           .cname("*.Bad.Example.rpz.example", ".")
                           .cname("ok.example.rpz.example", "rpz-passthru.")
                           .record("a.rpz.example", 1, address)
                           .record("t.rpz.example", 16, text)
                           .record("u.rpz.example", 65280, {});
  EXPECT_EQ(text_of(message),
            "rpz.example. SOA ns.example. admin.example. 4294967295 3600 600 86400 60\n"
            "*.bad.example.rpz.example. CNAME .\n"
            "ok.example.rpz.example. CNAME rpz-passthru.\n"
            "a.rpz.example. A 192.0.2.1\n"
            "t.rpz.example. TXT \\# 3 026869\n"
            "u.rpz.example. TYPE65280 \\# 0\n");
}

TEST(RecordText, NoNameCanLookLikeSyntax) {
  const auto message = MessageBuilder().cname("$origin\\;\\ \\\"x\\(\\010\\..rpz.example", ".");
  EXPECT_EQ(text_of(message), "\\036origin\\059\\032\\034x\\040\\010\\046.rpz.example. CNAME .\n");
}

TEST(RecordText, RefusesDataThatIsNotWhatItsTypeDemands) {
  const std::uint8_t too_long[] = {192, 0, 2, 1, 5};
  const std::uint8_t open_name[] = {3, 'a', 'b', 'c'};
  EXPECT_EQ(text_of(MessageBuilder().record("a.example", 1, too_long)), "damaged");
  EXPECT_EQ(text_of(MessageBuilder().record("a.example", 28, too_long)), "damaged");
  EXPECT_EQ(text_of(MessageBuilder().record("a.example", 5, open_name)), "damaged");
  EXPECT_EQ(text_of(MessageBuilder().record("a.example", 6, open_name)), "damaged");
}

}  // namespace
}  // namespace luytre::categories
