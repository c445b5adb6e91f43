// SPDX-License-Identifier: Apache-2.0
#include "lmdb_error.h"

#include <fmt/format.h>
#include <lmdb.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdint>
#include <string>

namespace luytre::lmdb {
namespace {

struct Cause {
  int code;
  ErrorCode error;
  std::string_view sentence;
};

constexpr Cause kCauses[] = {
    {ENOENT, ErrorCode::NotFound,
     "it does not exist yet; the first command that writes creates it"},
    {MDB_NOTFOUND, ErrorCode::NotFound, "there is no such entry"},
    {EACCES, ErrorCode::Permission, "permission denied; run as the user that owns it, or as root"},
    {EROFS, ErrorCode::Permission, "the file system is read-only"},
    // A full disk is not NoSpace: growing the map would not help, and that is what callers do about
    // NoSpace.
    {ENOSPC, ErrorCode::System, "the disk is full; free some space and try again"},
    {MDB_MAP_FULL, ErrorCode::NoSpace, "the memory map is full and must be grown"},
    {ENOMEM, ErrorCode::System, "there is not enough memory or address space (see ulimit -v)"},
    {MDB_CORRUPTED, ErrorCode::Corrupt, "its content is damaged; restore a copy or import again"},
    {MDB_PAGE_NOTFOUND, ErrorCode::Corrupt,
     "its content is damaged; restore a copy or import again"},
    {MDB_INVALID, ErrorCode::Corrupt,
     "data.mdb is not an LMDB file; move it away and import again"},
    {MDB_VERSION_MISMATCH, ErrorCode::Invalid, "it was written by another version of LMDB"},
    {MDB_READERS_FULL, ErrorCode::Busy, "too many readers at once; try again"},
    {MDB_DBS_FULL, ErrorCode::Invalid, "it would hold more databases than the program asked for"},
    {MDB_KEYEXIST, ErrorCode::Conflict, "the key is not above all that are there"},
    {MDB_BAD_VALSIZE, ErrorCode::Invalid, "a key is empty or longer than 511 octets"},
    {MDB_TXN_FULL, ErrorCode::NoSpace, "the change is too large for one transaction"},
};

// LMDB says EIO when only a part of a write found room, and ENOSPC when nothing did.
bool found_no_room(int code, std::string_view where) {
  constexpr std::uint64_t kRoom = std::uint64_t{1} << 20U;
  struct statvfs disk {};
  return code == EIO && ::statvfs(std::string(where).c_str(), &disk) == 0 &&
         std::uint64_t{disk.f_bavail} * disk.f_frsize < kRoom;
}

}  // namespace

Error describe_failure(int code, std::string_view what, std::string_view where) {
  if (found_no_room(code, where)) {
    code = ENOSPC;
  }
  for (const Cause& cause : kCauses) {
    if (cause.code == code) {
      return {cause.error, fmt::format("Cannot {} {}: {}.", what, where, cause.sentence)};
    }
  }
  return {ErrorCode::System, fmt::format("Cannot {} {}: {}.", what, where, mdb_strerror(code))};
}

Error describe_failure(int code, std::string_view what, MDB_txn* txn) {
  const char* path = nullptr;
  if (txn == nullptr || mdb_env_get_path(mdb_txn_env(txn), &path) != 0 || path == nullptr) {
    path = "the database";
  }
  return describe_failure(code, what, path);
}

}  // namespace luytre::lmdb
