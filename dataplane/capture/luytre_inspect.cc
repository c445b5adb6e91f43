// SPDX-License-Identifier: Apache-2.0
// luytre-inspect: what would the gateway see in this capture?

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "capture_file.h"
#include "capture_inspection.h"
#include "capture_report.h"

namespace {

using namespace luytre;
using namespace luytre::dataplane;

enum class Format : std::uint8_t { Table, JsonLines };

Result<CaptureReport> inspect(const std::string& path, std::size_t burst) {
  Result<CaptureFile> capture = CaptureFile::open(path);
  if (!capture) {
    return Unexpected(capture.error());
  }
  if (!capture->link_layer()) {
    return fail(ErrorCode::Invalid, path + " has the link type " + capture->link_type() +
                                        "; Ethernet (EN10MB), raw IP (RAW, IPV4, IPV6), Linux "
                                        "cooked (LINUX_SLL, LINUX_SLL2) and BSD loopback (NULL, "
                                        "LOOP) are read");
  }
  return inspect_capture(*capture, path, burst);
}

void print(const CaptureReport& report, Format format) {
  if (format == Format::JsonLines) {
    std::fputs(events_as_json_lines(report).c_str(), stdout);
    return;
  }
  std::fputs(events_as_table(report).c_str(), stdout);
  std::fputs(summary(report).c_str(), stdout);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Shows every name that the gateway would see in captures: DNS questions, TLS server names "
      "and HTTP hosts.\n"
      "The frames pass through the gateway's own decoder and inspectors as if a filtered line had "
      "sent them."};
  std::vector<std::string> captures;
  bool json = false;
  std::size_t burst = 1;
  app.add_option("CAPTURE", captures, "pcap or pcapng files")->required();
  app.add_flag("--json", json,
               "one JSON object a line and event, and nothing else, on standard output");
  app.add_option("--burst", burst,
                 "packets that the worker is handed at once; the names do not depend on it")
      ->check(CLI::Range(std::size_t{1}, Worker::kBurst))
      ->capture_default_str();
  app.footer("Exit status: 0 if every capture was read to its end, 1 otherwise.");
  CLI11_PARSE(app, argc, argv);

  std::size_t unreadable = 0;
  for (const std::string& path : captures) {
    const Result<CaptureReport> report = inspect(path, burst);
    if (report) {
      print(*report, json ? Format::JsonLines : Format::Table);
    }
    const std::string& problem = report ? report->damage : report.error().message;
    if (!problem.empty()) {
      std::fprintf(stderr, "luytre-inspect: %s\n", problem.c_str());
      ++unreadable;
    }
  }
  if (unreadable != 0) {
    std::fprintf(stderr, "luytre-inspect: %zu of %zu captures could not be read to the end\n",
                 unreadable, captures.size());
  }
  return unreadable == 0 ? 0 : 1;
}
