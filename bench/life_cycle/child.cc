// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "common/must.h"

namespace luytre::bench {

Taken in_child(const std::function<Taken()>& step) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) {
    give_up("Cannot make a pipe to a child process.");
  }
  const pid_t child = ::fork();
  if (child == 0) {
    Taken taken = step();
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    taken.peak_bytes = static_cast<double>(usage.ru_maxrss) * 1024;
    const bool told = ::write(pipe[1], &taken, sizeof(taken)) == sizeof(taken);
    ::_exit(told ? 0 : 1);
  }
  ::close(pipe[1]);
  Taken taken;
  const bool told = child > 0 && ::read(pipe[0], &taken, sizeof(taken)) == sizeof(taken);
  ::close(pipe[0]);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0 || !told) {
    give_up("A step did not come to its end.");
  }
  return taken;
}

}  // namespace luytre::bench
