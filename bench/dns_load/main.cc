// SPDX-License-Identifier: Apache-2.0
// Asks a DNS server over UDP and checks every answer, or answers every question itself.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "datagrams.h"
#include "dns_message.h"
#include "load.h"

namespace luytre::bench {
namespace {

struct Peer {
  std::string address = "127.0.0.1";
  std::uint16_t port = 53;
};

int fail_with(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 1;
}

int ask(const Peer& peer, const std::filesystem::path& file, const LoadOptions& options) {
  const auto questions = read_questions(file);
  if (!questions) {
    return fail_with(questions.error());
  }
  auto socket = Datagrams::connected(peer.address, peer.port);
  if (!socket) {
    return fail_with(socket.error());
  }
  const LoadReport report = run_load(*socket, *questions, options);
  const auto microseconds = [&](double share) {
    return static_cast<double>(report.latencies.percentile(share)) / 1e3;
  };
  const auto count = [](std::uint64_t number) { return static_cast<unsigned long long>(number); };
  std::printf(
      "{\"sent\": %llu, \"name_errors\": %llu, \"no_errors\": %llu, \"wrong\": %llu, "
      "\"strange\": %llu, \"lost\": %llu, \"seconds\": %.3f, \"rate\": %.0f, ",
      count(report.sent), count(report.name_errors), count(report.no_errors), count(report.wrong),
      count(report.strange), count(report.lost), report.seconds,
      static_cast<double>(report.name_errors + report.no_errors) / report.seconds);
  std::printf("\"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"max_us\": %.1f}\n",
              microseconds(0.5), microseconds(0.99), microseconds(0.999),
              static_cast<double>(report.latencies.largest()) / 1e3);
  for (const std::string& name : report.wrong_names) {
    std::fprintf(stderr, "Answered otherwise than expected: %s\n", name.c_str());
  }
  return report.wrong == 0 && report.strange == 0 ? 0 : 1;
}

int answer(const Peer& peer) {
  auto socket = Datagrams::bound(peer.address, peer.port);
  if (!socket) {
    return fail_with(socket.error());
  }
  for (;;) {
    const std::size_t count = socket->receive();
    for (std::size_t i = 0; i < count; ++i) {
      socket->set_size(i, answer_in_place(socket->room(i), socket->size(i)));
    }
    if (count > 0) {
      socket->send(count);
    } else {
      constexpr std::uint64_t kSecond = 1'000'000'000;
      socket->wait(kSecond);
    }
  }
}

}  // namespace
}  // namespace luytre::bench

int main(int argc, char** argv) {
  using namespace luytre::bench;
  Peer peer;
  std::string file;
  LoadOptions options;
  double seconds = 10;
  CLI::App app("DNS load over UDP that checks every answer.", "luytre-bench-dns-load");
  app.require_subcommand(1);
  auto* asking = app.add_subcommand("ask", "Send questions; the report is one line of JSON.");
  auto* answering = app.add_subcommand("answer", "Answer every question with 192.0.2.1, for good.");
  for (auto* command : {asking, answering}) {
    command->add_option("--address", peer.address, "IPv4 address of the server");
    command->add_option("--port", peer.port, "UDP port of the server");
  }
  asking->add_option("questions", file, "Lines of a name and nx, ok or any")->required();
  asking->add_option("--rate", options.rate, "Queries a second; 0: as fast as answers come");
  asking->add_option("--window", options.window, "Queries under way at a time, without a rate");
  asking->add_option("--seconds", seconds, "How long");
  asking->add_option("--until-exists", options.stop_file, "Stop as soon as this file is there");
  CLI11_PARSE(app, argc, argv);
  options.duration = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  return asking->parsed() ? ask(peer, file, options) : answer(peer);
}
