// SPDX-License-Identifier: Apache-2.0
#include "net/fetch/fetcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/http_server.h"
#include "tests/support/scratch_directory.h"

namespace luytre::net {
namespace {

using namespace std::chrono_literals;
using test::HttpRequest;
using test::HttpResponse;
using test::HttpServer;

constexpr std::uint64_t kMost = 1 << 20;
const std::string kEtag = "\"v1\"";

FetchOptions quick() {
  return {.connect_timeout = 2s,
          .low_speed_time = 5s,
          .low_speed_bytes = 1,
          .total_timeout = 10s,
          .proxy = "",
          .ca_file = "",
          .may_read_files = false};
}

std::string content(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

Fetched fetched(const FetchResult& result) {
  if (const auto* error = std::get_if<FetchError>(&result)) {
    ADD_FAILURE() << error->message;
  }
  const auto* got = std::get_if<Fetched>(&result);
  return got == nullptr ? Fetched{} : *got;
}

FetchError refused(const FetchResult& result) {
  const auto* error = std::get_if<FetchError>(&result);
  EXPECT_NE(error, nullptr) << "was not refused";
  return error == nullptr ? FetchError{} : *error;
}

HttpServer::Handler always(HttpResponse response) {
  return [response](const HttpRequest&) { return response; };
}

// One with the body's first `cut` octets, then as a web server does it.
HttpServer::Handler cut_once(const std::string& body, std::size_t cut) {
  auto first = std::make_shared<std::atomic<bool>>(true);
  return [=](const HttpRequest& request) {
    HttpResponse response = test::serve_file(request, body, kEtag);
    if (first->exchange(false)) {
      response.cut_after = cut;
    }
    return response;
  };
}

TEST(FetcherTest, BringsABodyAndItsValidatorsAndSaysWhoAsks) {
  const HttpServer server(
      always({.headers = {{"ETag", kEtag}, {"Last-Modified", "yesterday"}}, .body = "hello"}));
  const Fetched got =
      fetched(Fetcher(quick()).fetch_text({.url = server.url("/a"), .max_bytes = kMost}));
  EXPECT_EQ(got.body, "hello");
  EXPECT_EQ(got.validators.etag, kEtag);
  EXPECT_EQ(got.validators.last_modified, "yesterday");
  EXPECT_EQ(got.received, 5U);
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_TRUE(server.requests()[0].header("user-agent").starts_with("luytre/"));
}

TEST(FetcherTest, AnUnchangedVersionIsNotSentAgain) {
  const HttpServer server(
      [](const HttpRequest& request) { return test::serve_file(request, "hello", kEtag); });
  const FetchResult result = Fetcher(quick()).fetch_text(
      {.url = server.url("/a"), .max_bytes = kMost, .known = {kEtag, "yesterday"}});
  EXPECT_TRUE(std::holds_alternative<NotModified>(result));
  EXPECT_EQ(server.requests()[0].header("if-modified-since"), "yesterday");
}

TEST(FetcherTest, AnUnchangedThatNobodyAskedForIsRefused) {
  const HttpServer server(always({.status = 304}));
  EXPECT_EQ(
      refused(Fetcher(quick()).fetch_text({.url = server.url("/a"), .max_bytes = kMost})).problem,
      FetchProblem::Status);
}

struct Refusing {
  std::string_view what;
  HttpResponse response;
  FetchProblem problem;
};

TEST(FetcherTest, EachBadAnswerIsRefusedWithItsReasonAndAddress) {
  const Refusing kAnswers[] = {
      {"nothing", {}, FetchProblem::Empty},
      {"not there", {.status = 404, .body = "no"}, FetchProblem::NotFound},
      {"gone", {.status = 410}, FetchProblem::NotFound},
      {"server error", {.status = 500, .body = "oops"}, FetchProblem::Status},
      {"endless error", {.status = 503, .body = "oops", .endless = true}, FetchProblem::Status},
      {"accepted only", {.status = 202, .body = "later"}, FetchProblem::Status},
      {"too long", {.body = std::string(2000, 'x')}, FetchProblem::TooLarge},
      {"without an end", {.body = std::string(100, 'x'), .endless = true}, FetchProblem::TooLarge},
      {"cut", {.body = std::string(900, 'x'), .cut_after = 500}, FetchProblem::Truncated},
      {"broken at once", {.reset = true}, FetchProblem::Unreachable},
      {"to a file",
       {.status = 302, .headers = {{"Location", "file:///etc/passwd"}}},
       FetchProblem::Redirect},
      {"to nowhere", {.status = 302, .body = "moved"}, FetchProblem::Status},
      {"endless redirect", {.status = 302, .body = "moved", .endless = true}, FetchProblem::Status},
      {"to itself", {.status = 302, .headers = {{"Location", "/again"}}}, FetchProblem::Redirect}};
  const test::ScratchDirectory scratch;
  for (const Refusing& answer : kAnswers) {
    const HttpServer server(always(answer.response));
    const FetchRequest request{.url = server.url("/list"), .max_bytes = 1000};
    for (const FetchError& error :
         {refused(Fetcher(quick()).fetch_text(request)),
          refused(Fetcher(quick()).fetch_file(request, scratch.path() / "list"))}) {
      EXPECT_EQ(error.problem, answer.problem) << answer.what << ": " << error.message;
      EXPECT_NE(error.message.find("http://127.0.0.1:"), std::string::npos) << answer.what;
      EXPECT_TRUE(error.message.ends_with('.')) << error.message;
      EXPECT_LE(error.received, 1000U + 20'000U) << answer.what;  // one piece over the bound
    }
    EXPECT_FALSE(std::filesystem::exists(scratch.path() / "list")) << answer.what;
    std::filesystem::remove(scratch.path() / "list.part");
    std::filesystem::remove(scratch.path() / "list.part.validators");
  }
}

TEST(FetcherTest, AFewRedirectsAreFollowed) {
  const HttpServer server([](const HttpRequest& request) -> HttpResponse {
    const std::size_t hops = request.path.size();
    return hops > 4
               ? HttpResponse{.body = "there"}
               : HttpResponse{
                     .status = 301, .headers = {{"Location", request.path + "x"}}, .body = "moved"};
  });
  EXPECT_EQ(
      fetched(Fetcher(quick()).fetch_text({.url = server.url("/x"), .max_bytes = kMost})).body,
      "there");
}

TEST(FetcherTest, NobodyWhoListensAndOtherSchemesAreSaid) {
  std::string gone;
  {
    const HttpServer server(always({}));
    gone = server.url("/");
  }
  const Fetcher fetcher(quick());
  EXPECT_EQ(refused(fetcher.fetch_text({.url = gone, .max_bytes = kMost})).problem,
            FetchProblem::Unreachable);
  for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1/", "", "/etc/hostname",
                          "HTTPS//x", "gopher://x"}) {
    EXPECT_EQ(refused(fetcher.fetch_text({.url = url, .max_bytes = kMost})).problem,
              FetchProblem::BadUrl)
        << url;
  }
}

TEST(FetcherTest, FilesAreReadOnlyWhenThatIsAllowed) {
  const test::ScratchDirectory scratch;
  std::ofstream(scratch.path() / "list") << "local";
  FetchOptions options = quick();
  options.may_read_files = true;
  const std::string url = "file://" + (scratch.path() / "list").string();
  EXPECT_EQ(fetched(Fetcher(options).fetch_text({.url = url, .max_bytes = kMost})).body, "local");
  EXPECT_EQ(refused(Fetcher(options).fetch_text({.url = url, .max_bytes = 3})).problem,
            FetchProblem::TooLarge);
  EXPECT_EQ(refused(Fetcher(options).fetch_text({.url = url + "-not", .max_bytes = 3})).problem,
            FetchProblem::NotFound);
}

TEST(FetcherTest, ASilentServerAndATrickleAreLeft) {
  FetchOptions options = quick();
  options.total_timeout = 200ms;
  const HttpServer server(always({.silent = true}));
  EXPECT_EQ(
      refused(Fetcher(options).fetch_text({.url = server.url("/"), .max_bytes = kMost})).problem,
      FetchProblem::Timeout);
}

TEST(FetcherTest, ARequestToStopEndsATransferAtOnce) {
  const HttpServer server(always({.silent = true}));
  std::stop_source stop;
  const auto began = std::chrono::steady_clock::now();
  std::thread stopper([&] {
    while (server.requests().empty()) {
      std::this_thread::yield();
    }
    stop.request_stop();
  });
  EXPECT_EQ(refused(Fetcher(quick()).fetch_text({.url = server.url("/"), .max_bytes = kMost},
                                                stop.get_token()))
                .problem,
            FetchProblem::Cancelled);
  stopper.join();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST(FetcherTest, TheEnvironmentsProxyIsNotAsked) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  const HttpServer server(always({.body = "direct"}));
  EXPECT_EQ(fetched(Fetcher(quick()).fetch_text({.url = server.url("/"), .max_bytes = kMost})).body,
            "direct");
  ::unsetenv("http_proxy");
  FetchOptions options = quick();
  const HttpServer proxy(always({.body = "by proxy"}));
  options.proxy = proxy.url("");
  EXPECT_EQ(
      fetched(Fetcher(options).fetch_text({.url = "http://list.example/a", .max_bytes = 99})).body,
      "by proxy");
  EXPECT_EQ(proxy.requests()[0].path, "http://list.example/a");
}

class FetchFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return scratch_.path() / "sub" / "list"; }
  [[nodiscard]] FetchResult fetch(const HttpServer& server) const {
    return Fetcher(quick()).fetch_file({.url = server.url("/l"), .max_bytes = kMost}, file());
  }
  [[nodiscard]] std::size_t files_left() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(file().parent_path()), {}));
  }

  test::ScratchDirectory scratch_;
  std::string body_ = std::string(150'000, 'a') + std::string(150'000, 'b');
};

TEST_F(FetchFileTest, OnlyTheRestIsFetchedAfterTheConnectionBroke) {
  const HttpServer server(cut_once(body_, 120'000));
  EXPECT_EQ(refused(fetch(server)).problem, FetchProblem::Truncated);
  EXPECT_FALSE(std::filesystem::exists(file()));
  const Fetched rest = fetched(fetch(server));
  EXPECT_EQ(rest.size, body_.size());
  EXPECT_LT(rest.received, body_.size());
  EXPECT_EQ(content(file()), body_);
  EXPECT_TRUE(server.requests()[1].header("range").starts_with("bytes="));
  EXPECT_EQ(server.requests()[1].header("if-range"), kEtag);
  EXPECT_EQ(files_left(), 1U);
}

TEST_F(FetchFileTest, AServerThatIgnoresRangesSendsAllOfItAgain) {
  std::atomic<bool> first = true;
  const HttpServer server([&](const HttpRequest&) {
    HttpResponse response{.headers = {{"ETag", kEtag}}, .body = body_};
    if (first.exchange(false)) {
      response.cut_after = 1000;
    }
    return response;
  });
  EXPECT_EQ(refused(fetch(server)).problem, FetchProblem::Truncated);
  EXPECT_EQ(fetched(fetch(server)).received, body_.size());
  EXPECT_EQ(content(file()), body_);
}

TEST_F(FetchFileTest, APartOfAnotherVersionIsNotGoneOnWith) {
  std::atomic<bool> first = true;
  const std::string newer = std::string(body_.size(), 'c');
  const HttpServer server([&](const HttpRequest& request) {
    if (!first.exchange(false)) {
      return test::serve_file(request, newer, "\"v2\"");
    }
    HttpResponse response = test::serve_file(request, body_, kEtag);
    response.cut_after = 1000;
    return response;
  });
  EXPECT_EQ(refused(fetch(server)).problem, FetchProblem::Truncated);
  EXPECT_EQ(fetched(fetch(server)).size, newer.size());
  EXPECT_EQ(content(file()), newer);
}

TEST_F(FetchFileTest, AWeakValidatorIsNoneForAPart) {
  std::atomic<bool> first = true;
  const HttpServer server([&](const HttpRequest& request) {
    HttpResponse response = test::serve_file(request, body_, "W/\"v1\"");
    if (first.exchange(false)) {
      response.cut_after = 1000;
    }
    return response;
  });
  EXPECT_EQ(refused(fetch(server)).problem, FetchProblem::Truncated);
  EXPECT_EQ(fetched(fetch(server)).received, body_.size());
  EXPECT_EQ(server.requests()[1].header("range"), "");
}

TEST_F(FetchFileTest, APartThatIsCompleteOrTooLongIsFetchedAgain) {
  const HttpServer server(
      [&](const HttpRequest& request) { return test::serve_file(request, body_, kEtag); });
  for (const std::size_t extra : {0, 10}) {
    std::filesystem::create_directories(file().parent_path());
    std::ofstream(file().string() + ".part") << body_ << std::string(extra, 'z');
    std::ofstream(file().string() + ".part.validators") << kEtag << "\n\n";
    EXPECT_EQ(fetched(fetch(server)).size, body_.size());
    EXPECT_EQ(content(file()), body_);
  }
}

TEST_F(FetchFileTest, ARangeThatWasNotAskedForIsNotTaken) {
  std::filesystem::create_directories(file().parent_path());
  std::ofstream(file().string() + ".part") << body_.substr(0, 100);
  std::ofstream(file().string() + ".part.validators") << kEtag << "\n\n";
  const HttpServer server([&](const HttpRequest& request) {
    HttpResponse response = test::serve_file(request, body_, kEtag);
    for (auto& [name, value] : response.headers) {
      if (name == "Content-Range") {
        value = "bytes 50-299999/300000";
      }
    }
    return response;
  });
  EXPECT_EQ(fetched(fetch(server)).received, body_.size());
  EXPECT_EQ(content(file()), body_);
}

TEST_F(FetchFileTest, AFullDiskIsSaidAndLeavesNothingBehind) {
  std::filesystem::create_directories(file().parent_path());
  std::filesystem::create_symlink("/dev/full", file().string() + ".part");
  const HttpServer server(
      [&](const HttpRequest& request) { return test::serve_file(request, body_, kEtag); });
  const FetchError error = refused(fetch(server));
  EXPECT_EQ(error.problem, FetchProblem::Disk);
  EXPECT_EQ(files_left(), 0U);
}

}  // namespace
}  // namespace luytre::net
