// SPDX-License-Identifier: Apache-2.0
#include "rta_mark.h"

#include <chrono>
#include <string>

namespace luytre::categories {
namespace {

TEST(RtaMark, IsFoundInAMetaElement) {
  for (const char* page :
       {"<html><head><meta name=\"rating\" content=\"RTA-5042-1996-1400-1577-RTA\" /></head>",
        "<META NAME=\"RATING\" CONTENT=\"RTA-5042-1996-1400-1577-RTA\">",
        "<meta content='rta-5042-1996-1400-1577-rta' name='rating'>",
        "<meta\nname=rating\ncontent=RTA-5042-1996-1400-1577-RTA>",
        "<meta name = \"rating\" content = \" RTA-5042-1996-1400-1577-RTA \">",
        "<meta http-equiv=\"Rating\" content=\"RTA-5042-1996-1400-1577-RTA\">",
        "<script>a < b</script><meta name=rating content=RTA-5042-1996-1400-1577-RTA>",
        "<!-- a --><title>b</title><meta name=rating content=RTA-5042-1996-1400-1577-RTA>",
        "<p title='a > b'><meta name=rating content=RTA-5042-1996-1400-1577-RTA>"}) {
    EXPECT_TRUE(has_rta_meta(page)) << page;
  }
}

TEST(RtaMark, IsNotFoundWhereItIsOnlyMentioned) {
  for (const char* page :
       {"", "<", "<meta", "<p>RTA-5042-1996-1400-1577-RTA</p>",
        "<meta name=\"description\" content=\"RTA-5042-1996-1400-1577-RTA\">",
        "<meta name=\"rating\" content=\"general\">",
        "<meta name=\"rating\" content=\"not RTA-5042-1996-1400-1577-RTA\">",
        "<!-- <meta name=\"rating\" content=\"RTA-5042-1996-1400-1577-RTA\"> -->",
        "<!-- <meta name=\"rating\" content=\"RTA-5042-1996-1400-1577-RTA\">",
        "<script>'<meta name=\"rating\" content=\"RTA-5042-1996-1400-1577-RTA\">'</script>",
        "<textarea><meta name=\"rating\" content=\"RTA-5042-1996-1400-1577-RTA\"></textarea>",
        "<p title='<meta name=rating content=RTA-5042-1996-1400-1577-RTA>'>",
        "<pre>&lt;meta name=rating content=RTA-5042-1996-1400-1577-RTA></pre>",
        "<metadata name=rating content=RTA-5042-1996-1400-1577-RTA>"}) {
    EXPECT_FALSE(has_rta_meta(page)) << page;
  }
}

TEST(RtaMark, IsFoundInAHeaderField) {
  EXPECT_TRUE(
      has_rta_header("HTTP/1.1 200 OK\r\nServer: x\r\nRating: RTA-5042-1996-1400-1577-RTA\r\n"));
  EXPECT_TRUE(has_rta_header("rating:rta-5042-1996-1400-1577-rta"));
  EXPECT_FALSE(has_rta_header("X-Rating: RTA-5042-1996-1400-1577-RTA\r\n"));
  EXPECT_FALSE(has_rta_header("X: Rating: RTA-5042-1996-1400-1577-RTA\r\n"));
  EXPECT_FALSE(has_rta_header("Rating: general\r\n"));
  EXPECT_FALSE(has_rta_header(""));
}

TEST(RtaMark, APageMadeToBeSlowIsNot) {
  const auto began = std::chrono::steady_clock::now();
  for (const char* piece : {"<", "<!--", "</", "<script>", "<a b=\"", "<a ", "=", "<meta x='"}) {
    std::string page;
    while (page.size() < (std::size_t{1} << 20U)) {
      page += piece;
    }
    EXPECT_FALSE(has_rta_meta(page)) << piece;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

}  // namespace
}  // namespace luytre::categories
