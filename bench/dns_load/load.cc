// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/byte_order.h"
#include "dns_message.h"

namespace luytre::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kAnswerWithin = 1'000'000'000;  // nanoseconds
// Looking for the stop file costs a system call.
constexpr std::uint64_t kLookForStop = 10'000'000;
constexpr std::uint64_t kLongestWait = 1'000'000;
constexpr std::size_t kNamesShown = 5;

// One run: a query's identifier is its number's low 16 bits, and its place in `under_way_`.
class Run {
 public:
  Run(Datagrams& socket, const std::vector<LoadQuestion>& questions, const LoadOptions& options)
      : socket_(socket), questions_(questions), options_(options), under_way_(kPlaces) {}

  LoadReport go() {
    begin_ = Clock::now();
    while (!is_over()) {
      const bool sent = send_due();
      const bool received = receive();
      if (!sent && !received) {
        forget_lost();
        socket_.wait(until_next());
      }
    }
    report_.seconds = static_cast<double>(now()) / 1e9;
    while (oldest_ < report_.sent) {
      if (!receive()) {
        forget_lost();
        socket_.wait(kLongestWait);
      }
    }
    return report_;
  }

 private:
  static constexpr std::size_t kPlaces = 65'536;

  struct UnderWay {
    const LoadQuestion* question = nullptr;  // nullptr: answered or lost
    std::uint64_t due = 0;                   // nanoseconds since the run began
    std::uint64_t sent = 0;                  // later, where this program had no processor
  };

  [[nodiscard]] std::uint64_t now() const {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin_).count());
  }
  [[nodiscard]] bool is_over() {
    const std::uint64_t time = now();
    if (time > look_again_ && !options_.stop_file.empty()) {
      look_again_ = time + kLookForStop;
      std::error_code ignored;
      stopped_ = std::filesystem::exists(options_.stop_file, ignored);
    }
    return stopped_ || time >= static_cast<std::uint64_t>(options_.duration.count()) * 1'000'000;
  }
  [[nodiscard]] std::uint64_t due_time(std::uint64_t number) const {
    return static_cast<std::uint64_t>(static_cast<double>(number) * 1e9 / options_.rate);
  }
  [[nodiscard]] std::uint64_t until_next() const {
    if (options_.rate == 0) {
      return kLongestWait;
    }
    const std::uint64_t due = due_time(report_.sent);
    const std::uint64_t time = now();
    return due > time ? std::min(due - time, kLongestWait) : 0;
  }

  // How many may be sent now: a window's room, or what is due.
  [[nodiscard]] std::size_t may_send(std::uint64_t time) const {
    std::uint64_t most = Datagrams::kMost;
    if (options_.rate == 0) {
      most = std::min<std::uint64_t>(
          most, options_.window - std::min<std::uint64_t>(options_.window, waiting_));
    } else {
      // The first one is due at once.
      const auto due =
          static_cast<std::uint64_t>(static_cast<double>(time) * options_.rate / 1e9) + 1;
      most = std::min(most, due > report_.sent ? due - report_.sent : 0);
    }
    return std::min<std::uint64_t>(most, kPlaces - (report_.sent - oldest_));
  }

  bool send_due() {
    const std::uint64_t time = now();
    const std::size_t count = may_send(time);
    for (std::size_t i = 0; i < count; ++i) {
      const LoadQuestion& question = questions_[report_.sent % questions_.size()];
      under_way_[report_.sent % kPlaces] = {
          .question = &question,
          .due = options_.rate == 0 ? time : due_time(report_.sent),
          .sent = time};
      const auto room = socket_.room(i);
      std::memcpy(room.data(), question.query.data(), question.query.size());
      store_be16(room.data(), static_cast<std::uint16_t>(report_.sent % kPlaces));
      socket_.set_size(i, question.query.size());
      ++report_.sent;
      ++waiting_;
    }
    socket_.send(count);
    return count > 0;
  }

  bool receive() {
    const std::size_t count = socket_.receive();
    const std::uint64_t time = now();
    for (std::size_t i = 0; i < count; ++i) {
      take(std::span(socket_.room(i)).first(socket_.size(i)), time);
    }
    while (oldest_ < report_.sent && under_way_[oldest_ % kPlaces].question == nullptr) {
      ++oldest_;
    }
    return count > 0;
  }

  void take(std::span<const std::uint8_t> message, std::uint64_t time) {
    if (message.size() < kDnsHeaderBytes) {
      ++report_.strange;
      return;
    }
    UnderWay& asked = under_way_[load_be16(message.data())];
    const auto code =
        asked.question != nullptr ? response_code(message, asked.question->query) : std::nullopt;
    if (!code || (*code != kNameError && *code != kNoError)) {
      ++report_.strange;
      return;
    }
    const bool refused = *code == kNameError;
    ++(refused ? report_.name_errors : report_.no_errors);
    const Expected expected = asked.question->expected;
    if (expected != Expected::Either && refused != (expected == Expected::NameError)) {
      ++report_.wrong;
      if (report_.wrong_names.size() < kNamesShown) {
        report_.wrong_names.push_back(question_name(asked.question->query));
      }
    }
    report_.latencies.add(time > asked.due ? time - asked.due : 0);
    asked.question = nullptr;
    --waiting_;
  }

  void forget_lost() {
    const std::uint64_t time = now();
    for (; oldest_ < report_.sent; ++oldest_) {
      UnderWay& asked = under_way_[oldest_ % kPlaces];
      if (asked.question == nullptr) {
        continue;
      }
      if (time < asked.sent + kAnswerWithin) {
        return;
      }
      asked.question = nullptr;
      --waiting_;
      ++report_.lost;
    }
  }

  Datagrams& socket_;
  const std::vector<LoadQuestion>& questions_;
  const LoadOptions& options_;
  std::vector<UnderWay> under_way_;
  std::uint64_t oldest_ = 0;   // all before are answered or lost
  std::uint64_t waiting_ = 0;  // for an answer
  std::uint64_t look_again_ = 0;
  bool stopped_ = false;
  Clock::time_point begin_;
  LoadReport report_;
};

}  // namespace

Result<std::vector<LoadQuestion>> read_questions(const std::filesystem::path& file) {
  std::vector<LoadQuestion> questions;
  std::ifstream lines(file);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string name;
    std::string expected;
    words >> name >> expected;
    auto query = make_query(name);
    if (!query || (expected != "nx" && expected != "ok" && expected != "any")) {
      return fail(ErrorCode::Invalid, file.native() +
                                          " has a line that is not a name and nx, ok "
                                          "or any: '" +
                                          line + "'.");
    }
    questions.push_back({.query = *std::move(query),
                         .expected = expected == "nx"   ? Expected::NameError
                                     : expected == "ok" ? Expected::NoError
                                                        : Expected::Either});
  }
  if (questions.empty()) {
    return fail(ErrorCode::NotFound, "There are no questions in " + file.native() + ".");
  }
  return questions;
}

LoadReport run_load(Datagrams& socket, const std::vector<LoadQuestion>& questions,
                    const LoadOptions& options) {
  return Run(socket, questions, options).go();
}

}  // namespace luytre::bench
