// SPDX-License-Identifier: Apache-2.0
#include "transfer.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <mutex>
#include <utility>

namespace luytre::net {
namespace {

constexpr int kMaxRedirects = 3;
constexpr std::size_t kMaxRedirectBytes = std::size_t{64} << 10U;
// A validator is sent back and written to a file: long ones are not worth it.
constexpr std::size_t kMaxValidatorBytes = 256;
constexpr std::string_view kHttps = "https://";

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Multi = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// Why the write callback ended a transfer itself.
enum class Refusal : std::uint8_t { None, Status, TooLarge, Disk };

struct Receiving {
  const Transfer& transfer;
  ResponseHead head;
  bool began = false;
  std::uint64_t size = 0;      // of the body so far, with the part that was there before
  std::uint64_t received = 0;  // over the network
  std::size_t passed_over = 0;
  Refusal refusal = Refusal::None;
};

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos
             ? std::string_view{}
             : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_header(std::string_view line, std::string_view name) noexcept {
  return line.size() > name.size() && line[name.size()] == ':' &&
         std::ranges::equal(line.substr(0, name.size()), name, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

std::string validator(std::string_view value) {
  const bool printable = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < '\x7f'; });
  return printable && value.size() <= kMaxValidatorBytes ? std::string(value) : std::string();
}

// "bytes 100-199/200" (RFC 9110 §14.4)
void read_content_range(std::string_view value, ResponseHead& head) noexcept {
  constexpr std::string_view kUnit = "bytes ";
  const std::size_t slash = value.find('/');
  if (!value.starts_with(kUnit) || slash == std::string_view::npos) {
    return;
  }
  const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t read = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), read);
    return error == std::errc{} && end != digits.data() ? std::optional(read) : std::nullopt;
  };
  head.range_begin = number(value.substr(kUnit.size()));
  head.range_total = number(value.substr(slash + 1));
}

std::size_t on_header(char* bytes, std::size_t /*always_one*/, std::size_t size, void* context) {
  auto& receiving = *static_cast<Receiving*>(context);
  const std::string_view line(bytes, size);
  if (line.starts_with("HTTP/")) {  // a new response: an interim one went before
    receiving.head = {};
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos) {
      std::from_chars(line.data() + space + 1, line.data() + line.size(), receiving.head.status);
    }
    return size;
  }
  const std::string_view value = trimmed(line.substr(std::min(line.size(), line.find(':') + 1)));
  if (is_header(line, "etag")) {
    receiving.head.validators.etag = validator(value);
  } else if (is_header(line, "last-modified")) {
    receiving.head.validators.last_modified = validator(value);
  } else if (is_header(line, "content-range")) {
    read_content_range(value, receiving.head);
  }
  return size;
}

bool begin_body(Receiving& receiving) {
  const ResponseHead& head = receiving.head;
  const bool is_http = receiving.transfer.request.url.starts_with("http");
  const auto begin = is_http && head.status != 200 && head.status != 206
                         ? std::nullopt
                         : receiving.transfer.begin(head);
  if (!begin) {
    receiving.refusal = Refusal::Status;
    return false;
  }
  receiving.began = true;
  receiving.size = *begin;
  return true;
}

// A return value other than `size` makes libcurl end the transfer.
std::size_t on_body(char* bytes, std::size_t /*always_one*/, std::size_t size, void* context) {
  auto& receiving = *static_cast<Receiving*>(context);
  if (receiving.head.status >= 300 && receiving.head.status < 400) {
    // libcurl says where a redirect leads only when its body is read; few have more than a line.
    receiving.passed_over += size;
    if (receiving.passed_over <= kMaxRedirectBytes) {
      return size;
    }
    receiving.refusal = Refusal::Status;
    return 0;
  }
  if (!receiving.began && !begin_body(receiving)) {
    return 0;
  }
  receiving.received += size;
  if (size > receiving.transfer.request.max_bytes -
                 std::min(receiving.size, receiving.transfer.request.max_bytes)) {
    receiving.refusal = Refusal::TooLarge;
    return 0;
  }
  if (!receiving.transfer.sink({bytes, size})) {
    receiving.refusal = Refusal::Disk;
    return 0;
  }
  receiving.size += size;
  return size;
}

FetchProblem problem_of(CURLcode code, bool began) noexcept {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return FetchProblem::Timeout;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return FetchProblem::BadUrl;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return FetchProblem::Tls;
    case CURLE_FILE_COULDNT_READ_FILE:
      return FetchProblem::NotFound;
    default:
      return began ? FetchProblem::Truncated : FetchProblem::Unreachable;
  }
}

std::string sentence(FetchProblem problem, const std::string& url, std::string_view detail) {
  switch (problem) {
    case FetchProblem::BadUrl:
      return fmt::format("{} is not an address that may be fetched; use http:// or https://.", url);
    case FetchProblem::Timeout:
      return fmt::format("{} took too long ({}).", url, detail);
    case FetchProblem::Tls:
      return fmt::format("{} cannot be trusted: {}.", url, detail);
    case FetchProblem::NotFound:
      return fmt::format("{} does not exist.", url);
    case FetchProblem::Truncated:
      return fmt::format("The connection to {} broke before the end ({}).", url, detail);
    default:
      return fmt::format("{} cannot be reached: {}.", url, detail);
  }
}

FetchError refused(const Receiving& receiving, const std::string& url) {
  const std::uint64_t most = receiving.transfer.request.max_bytes;
  switch (receiving.refusal) {
    case Refusal::TooLarge:
      return {FetchProblem::TooLarge,
              fmt::format("{} is longer than the {} octets that it may have.", url, most),
              receiving.received};
    case Refusal::Disk:
      return {FetchProblem::Disk, "", receiving.received};  // who writes knows more
    case Refusal::Status:
    case Refusal::None:
      break;
  }
  const long status = receiving.head.status;
  if (status == 404 || status == 410) {
    return {FetchProblem::NotFound, sentence(FetchProblem::NotFound, url, ""), 0};
  }
  return {FetchProblem::Status, fmt::format("{} answers with HTTP status {}.", url, status), 0};
}

void set_options(CURL* easy, const FetchOptions& options, const std::string& url) {
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
                   options.may_read_files ? "http,https,file" : "http,https");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "luytre/" LUYTRE_VERSION);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a name that does not resolve delays no end
  curl_easy_setopt(easy, CURLOPT_PROXY, options.proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");  // as said here, whatever the environment says
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!options.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.low_speed_time.count()));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options.low_speed_bytes));
}

Headers headers_of(const Transfer& transfer) {
  Headers headers(nullptr, &curl_slist_free_all);
  const auto add = [&headers](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      const std::string line = fmt::format("{}: {}", name, value);
      curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
      static_cast<void>(headers.release());  // now the tail of `longer`
      headers.reset(longer);
    }
  };
  add("If-None-Match", transfer.request.known.etag);
  add("If-Modified-Since", transfer.request.known.last_modified);
  if (transfer.resume_from != 0) {
    const Validators& part = transfer.resume_validators;
    add("If-Range", part.etag.empty() ? part.last_modified : part.etag);
  }
  return headers;
}

// Runs `easy` to its end; CURLE_ABORTED_BY_CALLBACK: `stop` was requested.
CURLcode perform(CURL* easy, const std::stop_token& stop) {
  const Multi multi(curl_multi_init(), &curl_multi_cleanup);
  if (multi == nullptr || curl_multi_add_handle(multi.get(), easy) != CURLM_OK) {
    return CURLE_FAILED_INIT;
  }
  const std::stop_callback wake(stop, [&multi] { curl_multi_wakeup(multi.get()); });
  CURLcode code = CURLE_ABORTED_BY_CALLBACK;
  for (int running = 1; running != 0 && !stop.stop_requested();) {
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) {
      code = CURLE_FAILED_INIT;
      break;
    }
    if (running != 0) {
      curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr);
    }
  }
  int more = 0;
  if (const CURLMsg* message = curl_multi_info_read(multi.get(), &more); message != nullptr) {
    code = message->data.result;
  }
  curl_multi_remove_handle(multi.get(), easy);
  return code;
}

struct Response {
  TransferResult result;
  std::string redirect;  // where the server sends us; empty: it does not
};

Response request_once(const Transfer& transfer, const FetchOptions& options, const std::string& url,
                      const std::stop_token& stop) {
  const Easy easy(curl_easy_init(), &curl_easy_cleanup);
  Receiving receiving{.transfer = transfer, .head = {}};
  Response response;
  if (easy == nullptr) {
    response.result.error = {FetchProblem::Unreachable, "libcurl cannot be started.", 0};
    return response;
  }
  std::array<char, CURL_ERROR_SIZE> detail{};
  set_options(easy.get(), options, url);
  const Headers headers = headers_of(transfer);
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  const std::string range = fmt::format("{}-", transfer.resume_from);
  if (transfer.resume_from != 0) {
    curl_easy_setopt(easy.get(), CURLOPT_RANGE, range.c_str());
  }
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, detail.data());
  curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &receiving);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &receiving);

  const CURLcode code = perform(easy.get(), stop);
  TransferResult& result = response.result;
  result.head = receiving.head;
  result.received = receiving.received;
  const char* redirect = nullptr;
  curl_easy_getinfo(easy.get(), CURLINFO_REDIRECT_URL, &redirect);
  const bool is_http = url.starts_with("http");
  if (redirect != nullptr) {
    response.redirect = redirect;
  } else if (code == CURLE_ABORTED_BY_CALLBACK) {
    result.error = {FetchProblem::Cancelled, fmt::format("{} was not read to its end.", url),
                    receiving.received};
  } else if (receiving.refusal != Refusal::None) {
    result.error = refused(receiving, url);
  } else if (code != CURLE_OK) {
    const FetchProblem problem = problem_of(code, receiving.began);
    result.error = {problem,
                    sentence(problem, url,
                             detail[0] == '\0' ? curl_easy_strerror(code) : trimmed(detail.data())),
                    receiving.received};
  } else if (is_http && result.head.status != 304 && result.head.status != 200 &&
             result.head.status != 206) {
    result.error = refused(receiving, url);  // without a body
  } else if (result.head.status != 304 && receiving.size == 0) {
    result.error = {FetchProblem::Empty, fmt::format("{} answers with nothing.", url), 0};
  }
  return response;
}

}  // namespace

TransferResult run(const Transfer& transfer, const FetchOptions& options,
                   const std::stop_token& stop) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  std::string url = transfer.request.url;
  for (int redirects = 0;; ++redirects) {
    Response response = request_once(transfer, options, url, stop);
    if (response.redirect.empty()) {
      return std::move(response.result);
    }
    const bool secure = url.starts_with(kHttps);
    const bool allowed = response.redirect.starts_with(kHttps) ||
                         (!secure && response.redirect.starts_with("http://"));
    if (redirects == kMaxRedirects || !allowed) {
      response.result.error = {
          FetchProblem::Redirect,
          allowed
              ? fmt::format("{} redirects more than {} times.", transfer.request.url, kMaxRedirects)
              : fmt::format("{} redirects to {}, which is less safe.", url, response.redirect),
          0};
      return std::move(response.result);
    }
    url = std::move(response.redirect);
  }
}

}  // namespace luytre::net
