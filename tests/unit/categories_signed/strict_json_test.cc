// SPDX-License-Identifier: Apache-2.0
#include "strict_json.h"

#include "signed_fixture.h"

namespace luytre::categories::test {
namespace {

TEST(StrictJson, RefusesWhatReadersDisagreeAbout) {
  for (const std::string_view text :
       {R"({"a":1,"a":1})", R"({"a":{"b":1,"b":2}})", R"({"a":[{"b":1,"b":2}]})", R"({"a":1.0})",
        R"({"a":1e3})", R"({"a":-1})", R"({"a":9007199254740992})", R"({"a":18446744073709551616})",
        R"({"a":null})", R"({"a":[[[[[[[[1]]]]]]]]})", R"({"a":"\ud800"})", "{\"a\":\"\xc3(\"}",
        R"({"a":1}{})", R"({"a":1,})", R"([1])", R"("a")", ""}) {
    EXPECT_FALSE(parse_strict_json(text)) << text;
  }
  EXPECT_TRUE(parse_strict_json(R"({"a":9007199254740991,"b":{"a":[{"a":true},{"a":""}]}})"));
  // Nesting that would overflow a stack.
  EXPECT_FALSE(parse_strict_json(std::string(200'000, '[')));
}

TEST(StrictJson, FieldsNameTheFirstThingThatIsWrong) {
  const auto json = parse_strict_json(R"({"text":"a\u001bb","n":70,"o":{"h":"AB"},"l":[1,2,3]})");
  ASSERT_TRUE(json);
  const auto problem_of = [&](auto read) {
    std::string problem;
    JsonFields fields(*json, problem);
    read(fields);
    return problem;
  };
  EXPECT_NE(problem_of([](JsonFields& f) { static_cast<void>(f.text("text")); }), "");
  EXPECT_NE(problem_of([](JsonFields& f) { static_cast<void>(f.number("n", 69)); }), "");
  EXPECT_EQ(problem_of([](JsonFields& f) { static_cast<void>(f.number("n", 70)); }), "");
  EXPECT_NE(problem_of([](JsonFields& f) { static_cast<void>(f.array("l", 2)); }), "");
  EXPECT_EQ(problem_of([](JsonFields& f) {
              static_cast<void>(f.object("o").hash("h"));
              static_cast<void>(f.number("missing"));
            }),
            "\"o.h\" is no SHA-256 in lower-case hexadecimal");
}

}  // namespace
}  // namespace luytre::categories::test
