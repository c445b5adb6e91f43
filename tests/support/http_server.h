// SPDX-License-Identifier: Apache-2.0
#pragma once

// A web server on 127.0.0.1 that does what a test tells it, bad manners included.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace luytre::test {

struct HttpRequest {
  std::string path;
  std::map<std::string, std::string> headers;  // names in lower case

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  // The connection breaks after so many octets of the body; Content-Length promises all of it.
  std::optional<std::size_t> cut_after = {};
  bool endless = false;  // the body again and again, without a length
  bool silent = false;   // no octet at all; the connection stays open
  bool reset = false;    // the connection breaks at once
};

// Answers one request a connection, one connection at a time. Requests are kept for the test.
class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  explicit HttpServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
    if (::bind(listener_, generic, size) == 0 && ::listen(listener_, 16) == 0 &&
        ::getsockname(listener_, generic, &size) == 0) {
      port_ = ntohs(address.sin_port);
    }
    thread_ = std::thread([this] { serve(); });
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] std::vector<HttpRequest> requests() const {
    const std::lock_guard guard(mutex_);
    return requests_;
  }

 private:
  void serve() {
    while (!stopping_) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) {
        continue;
      }
      if (const auto request = read_request(connection)) {
        {
          const std::lock_guard guard(mutex_);
          requests_.push_back(*request);
        }
        answer(connection, handler_(*request));
      }
      ::close(connection);
    }
  }

  // Waits for input or its end; false when the server stops.
  [[nodiscard]] bool readable(int connection) const {
    pollfd waited{.fd = connection, .events = POLLIN, .revents = 0};
    while (!stopping_) {
      if (::poll(&waited, 1, 20) > 0) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] std::optional<HttpRequest> read_request(int connection) const {
    std::string head;
    std::array<char, 4096> part;
    while (head.find("\r\n\r\n") == std::string::npos) {
      if (!readable(connection)) {
        return std::nullopt;
      }
      const ssize_t size = ::recv(connection, part.data(), part.size(), 0);
      if (size <= 0) {
        return std::nullopt;
      }
      head.append(part.data(), static_cast<std::size_t>(size));
    }
    HttpRequest request;
    std::size_t begin = head.find("\r\n") + 2;
    const std::size_t space = head.find(' ');
    request.path = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
    for (std::size_t end = 0; (end = head.find("\r\n", begin)) != begin; begin = end + 2) {
      const std::size_t colon = head.find(':', begin);
      std::string name = head.substr(begin, colon - begin);
      for (char& letter : name) {
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
      }
      request.headers[name] = head.substr(colon + 2, end - colon - 2);
    }
    return request;
  }

  void answer(int connection, const HttpResponse& response) const {
    if (response.reset) {
      return;
    }
    if (response.silent) {
      static_cast<void>(readable(connection));  // until the client gives up
      return;
    }
    std::string head =
        "HTTP/1.1 " + std::to_string(response.status) + " -\r\nConnection: close\r\n";
    for (const auto& [name, value] : response.headers) {
      head += name + ": " + value + "\r\n";
    }
    if (!response.endless && response.status != 304) {
      head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    }
    send_all(connection, head + "\r\n");
    do {
      if (!send_all(connection,
                    response.body.substr(0, response.cut_after.value_or(response.body.size())))) {
        return;
      }
    } while (response.endless && !stopping_);
  }

  static bool send_all(int connection, std::string_view octets) {
    while (!octets.empty()) {
      const ssize_t sent = ::send(connection, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  Handler handler_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::thread thread_;
};

// Serves `body` as a web server serves a file: with an ETag, conditionally, and in ranges.
inline HttpResponse serve_file(const HttpRequest& request, const std::string& body,
                               const std::string& etag) {
  HttpResponse response{.headers = {{"ETag", etag}}};
  if (request.header("if-none-match") == etag) {
    response.status = 304;
    return response;
  }
  const std::string range = request.header("range");
  const std::string condition = request.header("if-range");
  if (!range.starts_with("bytes=") || (!condition.empty() && condition != etag)) {
    response.body = body;
    return response;
  }
  const std::size_t begin = std::stoul(range.substr(6));
  if (begin >= body.size()) {
    response.status = 416;
    return response;
  }
  response.status = 206;
  response.headers.emplace_back("Content-Range", "bytes " + std::to_string(begin) + "-" +
                                                     std::to_string(body.size() - 1) + "/" +
                                                     std::to_string(body.size()));
  response.body = body.substr(begin);
  return response;
}

}  // namespace luytre::test
