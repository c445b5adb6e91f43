// SPDX-License-Identifier: Apache-2.0
#include "categories/lmdb/environment.h"

#include <fmt/format.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <tuple>

#include "lmdb_error.h"
#include "open_transactions.h"

namespace luytre::lmdb {
namespace {

// How long a change of the map's size waits for this process's own transactions, which are short by
// rule.
constexpr std::chrono::seconds kDrainTimeout{2};

// lmdb.h forbids opening an environment twice in one process: closing one drops the other's file
// locks, and a writer then reuses pages that are being read. The process id is part of the key
// because a forked child inherits the table but not the locks.
using OpenedKey = std::tuple<pid_t, dev_t, ino_t>;
std::mutex opened_mutex;
std::set<OpenedKey>& opened() {
  static std::set<OpenedKey> keys;
  return keys;
}

Result<OpenedKey> identify(const std::filesystem::path& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    return Unexpected<Error>(describe_failure(errno, "open the database in", directory.native()));
  }
  return OpenedKey{::getpid(), status.st_dev, status.st_ino};
}

Result<void> make_directory(const std::filesystem::path& directory) {
  if (std::error_code error; std::filesystem::is_directory(directory, error)) {
    return {};
  }
  std::error_code error;
  std::filesystem::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST) {
    return Unexpected<Error>(describe_failure(errno, "create the folder", directory.native()));
  }
  return {};
}

}  // namespace

// What the wrapper knows about an open environment beyond LMDB. Reached from transactions by
// mdb_env_get_userctx.
struct Environment::State {
  MDB_env* env = nullptr;
  OpenedKey key;
  std::string path;
  OpenTransactions transactions;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    mdb_env_close(env);
    const std::scoped_lock lock(opened_mutex);
    opened().erase(key);
  }
};

Environment::Environment(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Environment::Environment(Environment&&) noexcept = default;
Environment& Environment::operator=(Environment&&) noexcept = default;
Environment::~Environment() = default;

Result<Environment> Environment::open(const EnvironmentOptions& options) {
  const bool writable = options.mode == OpenMode::ReadWrite;
  const std::string path = options.directory.native();
  if (writable) {
    if (auto created = make_directory(options.directory); !created) {
      return Unexpected<Error>(created.error());
    }
  }
  const Result<OpenedKey> key = identify(options.directory);
  if (!key) {
    return Unexpected<Error>(key.error());
  }
  {
    const std::scoped_lock lock(opened_mutex);
    if (!opened().insert(*key).second) {
      return fail(ErrorCode::Conflict,
                  fmt::format("The database in {} is open in this process already.", path));
    }
  }
  auto state = std::make_unique<State>();
  state->key = *key;
  state->path = path;
  const auto failed = [&](int code) {
    return Unexpected<Error>(describe_failure(code, "open the database in", path));
  };
  if (int code = mdb_env_create(&state->env); code != 0) {
    return failed(code);
  }
  // NOTLS ties a reader slot to the transaction instead of the thread: a ReadTransaction may then
  // be moved to another thread, and a scan's visitor may look something up in a second one.
  const unsigned flags = MDB_NOTLS | (writable ? 0U : unsigned{MDB_RDONLY});
  for (const int code : {mdb_env_set_mapsize(state->env, options.map_bytes),
                         mdb_env_set_maxdbs(state->env, options.max_databases),
                         mdb_env_set_userctx(state->env, &state->transactions)}) {
    if (code != 0) {
      return failed(code);
    }
  }
  if (int code = mdb_env_open(state->env, path.c_str(), flags, 0640); code != 0) {
    return failed(code);
  }
  if (writable) {
    // A reader writes its slot into the lock file, so a group that may read the data must be able
    // to write that file whatever our umask. It fails where another user owns the file, who has
    // then done the same.
    static_cast<void>(::chmod((options.directory / "lock.mdb").c_str(), 0660));
  }
  int dead_readers = 0;
  if (int code = mdb_reader_check(state->env, &dead_readers); code != 0) {
    return failed(code);
  }
  return Environment(std::move(state));
}

Result<MDB_txn*> Environment::begin(unsigned flags) const {
  const auto failed = [&](int code) {
    return Unexpected<Error>(describe_failure(code, "use the database in", state_->path));
  };
  for (;;) {
    state_->transactions.add();
    MDB_txn* txn = nullptr;
    const int code = mdb_txn_begin(state_->env, nullptr, flags, &txn);
    if (code == 0) {
      return txn;
    }
    state_->transactions.remove();
    if (code != MDB_MAP_RESIZED) {
      return failed(code);
    }
    // Another process grew the map; size 0 means "as large as it is now".
    const auto resized = state_->transactions.when_none(
        kDrainTimeout, [&] { return mdb_env_set_mapsize(state_->env, 0); });
    if (!resized) {
      return fail(ErrorCode::Busy,
                  fmt::format("The database in {} has grown, and this process still reads its old "
                              "size; try again.",
                              state_->path));
    }
    if (*resized != 0) {
      return failed(*resized);
    }
  }
}

Result<ReadTransaction> Environment::read() const {
  const auto txn = begin(MDB_RDONLY);
  if (!txn) {
    return Unexpected<Error>(txn.error());
  }
  return ReadTransaction(*txn, ReadTransaction::Kind::Reader);
}

Result<WriteTransaction> Environment::write() {
  const auto txn = begin(0);
  if (!txn) {
    return Unexpected<Error>(txn.error());
  }
  return WriteTransaction(*txn);
}

Result<void> Environment::write(const std::function<Result<void>(WriteTransaction&)>& change) {
  for (;;) {
    Result<void> done;
    {
      auto transaction = write();
      if (!transaction) {
        return Unexpected<Error>(transaction.error());
      }
      done = change(*transaction);
      if (done) {
        done = transaction->commit();
      }
    }
    if (done || done.error().code != ErrorCode::NoSpace) {
      return done;
    }
    if (auto grown = grow(); !grown) {
      return grown;
    }
  }
}

// By a read transaction, not by mdb_env_info(): that reads the newest meta page, which a writer fills before it
// has synced it and before readers begin at it.
std::uint64_t Environment::last_transaction_id() const {
  const auto transaction = read();
  return transaction ? mdb_txn_id(transaction->txn_) : 0;
}

Result<void> Environment::grow() {
  const auto grown = state_->transactions.when_none(kDrainTimeout, [&] {
    MDB_envinfo info{};
    const int code = mdb_env_info(state_->env, &info);
    return code != 0 ? code : mdb_env_set_mapsize(state_->env, info.me_mapsize * 2);
  });
  if (!grown) {
    return fail(ErrorCode::Busy, fmt::format("The database in {} is full and cannot be grown while "
                                             "this process reads it; try again.",
                                             state_->path));
  }
  if (*grown != 0) {
    return Unexpected<Error>(describe_failure(*grown, "grow the database in", state_->path));
  }
  return {};
}

}  // namespace luytre::lmdb
