// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>

namespace luytre::test {

// A forked copy of the test that runs one function, with a line of one-octet signals in each
// direction. Fork before the test opens any database: LMDB handles must not cross it.
class ChildProcess {
 public:
  class Signals {
   public:
    Signals(int in, int out) : in_(in), out_(out) {}
    void send() const { static_cast<void>(::write(out_, "!", 1) == 1); }
    // False when the other side is gone.
    [[nodiscard]] bool wait() const {
      char octet = 0;
      return ::read(in_, &octet, 1) == 1;
    }

   private:
    int in_;
    int out_;
  };

  // The child exits with what `run` returns, without running the test's own destructors.
  explicit ChildProcess(const std::function<int(const Signals&)>& run) {
    std::array<int, 2> down{};
    std::array<int, 2> up{};
    if (::pipe(down.data()) != 0 || ::pipe(up.data()) != 0) {
      return;
    }
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(down[1]);
      ::close(up[0]);
      ::_exit(run(Signals(down[0], up[1])));
    }
    ::close(down[0]);
    ::close(up[1]);
    in_ = up[0];
    out_ = down[1];
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (pid_ > 0) {
      kill_now();
    }
    ::close(in_);
    ::close(out_);
  }

  [[nodiscard]] Signals signals() const { return {in_, out_}; }

  // kill -9: no destructor, no abort, no unlock.
  void kill_now() {
    ::kill(pid_, SIGKILL);
    static_cast<void>(exit_code());
  }
  // Waits for its end; -1 if a signal ended it.
  [[nodiscard]] int exit_code() {
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
};

}  // namespace luytre::test
