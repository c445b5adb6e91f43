// SPDX-License-Identifier: Apache-2.0
// `luytrectl list`: the issuer's side of signed lists. Here: a new list, and keys.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "categories/authority/workplace.h"
#include "categories/scope.h"
#include "command.h"
#include "list_tools.h"
#include "output.h"
#include "output_file.h"

namespace luytre::ctl {
namespace {

using categories::ListRoot;
using categories::ListSettings;
using categories::Scope;
using categories::SigningRole;
using Json = nlohmann::ordered_json;

struct InitOptions {
  ListAct act;
  std::string name;
  std::vector<std::string> keys;
  std::size_t threshold = 1;
  std::vector<std::string> root_keys;
  std::size_t root_threshold = 0;
  Scope scope = Scope::National;
  int valid_days = 30;
  int root_valid_days = 730;
};

Result<SigningRole> read_role(const std::vector<std::string>& files, std::size_t threshold) {
  SigningRole role{.keys = {}, .threshold = threshold};
  for (const std::string& file : files) {
    const auto key = read_public_key(file);
    if (!key) {
      return Unexpected<Error>(key.error());
    }
    if (role.has(*key)) {
      return fail(ErrorCode::Invalid, fmt::format("{} is given twice", file));
    }
    role.keys.push_back(*key);
  }
  if (threshold < 1 || threshold > role.keys.size()) {
    return fail(ErrorCode::Invalid,
                fmt::format("{} of {} keys cannot be the threshold", threshold, role.keys.size()));
  }
  return role;
}

Result<int> init(const Command& command, const InitOptions& options) {
  if (!categories::is_list_name(options.name)) {
    return fail(
        ErrorCode::Invalid,
        fmt::format("'{}' is no name for a list: use a-z, 0-9 and -, at most 63", options.name));
  }
  const auto act = options.act.act();
  const auto manifest = read_role(options.keys, options.threshold);
  const auto root =
      options.root_keys.empty()
          ? manifest
          : read_role(options.root_keys,
                      options.root_threshold == 0 ? options.threshold : options.root_threshold);
  if (!act || !manifest || !root) {
    return Unexpected<Error>(!act ? act.error() : !manifest ? manifest.error() : root.error());
  }
  const ListSettings settings{.list = options.name,
                              .scope = options.scope,
                              .version_validity = std::chrono::days(options.valid_days),
                              .root_validity = std::chrono::days(options.root_valid_days)};
  const ListRoot first{.list = options.name,
                       .version = 1,
                       .expires = act->at + settings.root_validity,
                       .root = *root,
                       .manifest = *manifest};
  const auto made = categories::Workplace::create(options.act.folder, settings, first, *act);
  if (!made) {
    return Unexpected<Error>(made.error());
  }
  const std::string fingerprint = categories::hex(categories::sha256(first.payload()));
  if (command.json) {
    print_json({{"list", options.name},
                {"folder", options.act.folder},
                {"fingerprint", fingerprint},
                {"keys", manifest->keys.size()},
                {"threshold", manifest->threshold}});
    return kExitDone;
  }
  fmt::print("List '{}', folder\n  {}\n{} of {} keys sign a version.\n", options.name,
             options.act.folder, manifest->threshold, manifest->keys.size());
  fmt::print("Fingerprint of its first root, which subscribers pin and compare:\n  {}\n",
             fingerprint);
  fmt::print("Next: luytrectl list submit, review, sign, publish.\n");
  return kExitDone;
}

// A secret: nobody else may read it, and no key that is there already is replaced.
Result<void> write_secret(const std::string& file, const std::string& text) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return fail(errno == EEXIST ? ErrorCode::Conflict : ErrorCode::System,
                fmt::format("Cannot create {}: {}", file, std::strerror(errno)));
  }
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(descriptor) == 0;
  const int cause = errno;
  ::close(descriptor);
  if (!written) {
    ::unlink(file.c_str());
    return fail(ErrorCode::System, fmt::format("Cannot write {}: {}", file, std::strerror(cause)));
  }
  return {};
}

Result<int> new_key(const Command& command, const std::string& file,
                    const std::string& passphrase_file) {
  const auto passphrase = read_passphrase(passphrase_file);
  const auto key = categories::SigningKey::generate();
  if (!passphrase || !key) {
    return Unexpected<Error>(!passphrase ? passphrase.error() : key.error());
  }
  const auto secret = key->to_pem(*passphrase);
  const auto open = key->public_key().to_pem();
  if (!secret || !open) {
    return Unexpected<Error>(!secret ? secret.error() : open.error());
  }
  auto done = write_secret(file, *secret);
  if (!done) {
    return Unexpected<Error>(done.error());
  }
  auto output = OutputFile::create(file + ".pub");
  done = output ? output->write(*open) : Unexpected<Error>(output.error());
  if (done) {
    done = output->commit();
  }
  if (!done) {
    return Unexpected<Error>(done.error());
  }
  if (command.json) {
    print_json({{"private", file},
                {"public", file + ".pub"},
                {"id", categories::hex(key->public_key().id())},
                {"encrypted", !passphrase->empty()}});
    return kExitDone;
  }
  fmt::print("Key {}{}\nprivate  {}\npublic   {}.pub\n", short_id(key->public_key()),
             passphrase->empty() ? ", not encrypted" : "", file, file);
  return kExitDone;
}

Result<int> show_key(const Command& command, const std::string& file) {
  const auto key = read_public_key(file);
  if (!key) {
    return Unexpected<Error>(key.error());
  }
  const std::string id = categories::hex(key->id());
  if (command.json) {
    print_json({{"id", id}, {"short", short_id(*key)}});
  } else {
    fmt::print("{}\n", id);
  }
  return kExitDone;
}

void add_init_command(CLI::App& list, Command& command) {
  const auto options = std::make_shared<InitOptions>();
  CLI::App* added = add_command(list, command, "init", "Begin a new list in a folder of its own",
                                [&command, options] { return init(command, *options); });
  options->act.add_to(*added, false);
  added->add_option("--name", options->name, "What subscribers know it by: a-z, 0-9 and -")
      ->required()
      ->type_name("NAME");
  added->add_option("--key", options->keys, "A public key that signs versions; repeat it")
      ->required()
      ->allow_extra_args(false)
      ->type_name("FILE.pub");
  added->add_option("--threshold", options->threshold, "So many of the keys must sign")
      ->type_name("COUNT")
      ->capture_default_str();
  added->add_option("--root-key", options->root_keys, "Keys that name the next keys; else --key")
      ->allow_extra_args(false)
      ->type_name("FILE.pub");
  added
      ->add_option("--root-threshold", options->root_threshold, "So many of them; else --threshold")
      ->type_name("COUNT");
  const std::map<std::string, Scope> scopes = {{"mandatory", Scope::Mandatory},
                                               {"national", Scope::National},
                                               {"operator", Scope::Operator},
                                               {"school", Scope::School}};
  added->add_option("--scope", options->scope, "What its entries may say (default national)")
      ->transform(CLI::CheckedTransformer(scopes).description(""))
      ->type_name("mandatory|national|operator|school");
  added->add_option("--valid-days", options->valid_days, "How long a version is good")
      ->check(CLI::Range(1, 3650).description(""))
      ->type_name("DAYS")
      ->capture_default_str();
  added->add_option("--root-valid-days", options->root_valid_days, "How long a root is good")
      ->check(CLI::Range(1, 36500).description(""))
      ->type_name("DAYS")
      ->capture_default_str();
}

void add_key_commands(CLI::App& list, Command& command) {
  CLI::App* key = list.add_subcommand("key", "Signing keys");
  key->require_subcommand(1);
  const auto file = std::make_shared<std::string>();
  const auto passphrase = std::make_shared<std::string>();
  CLI::App* made =
      add_command(*key, command, "new", "Make a key pair: FILE (secret) and FILE.pub",
                  [&command, file, passphrase] { return new_key(command, *file, *passphrase); });
  made->add_option("FILE", *file, "Where the private key goes; it must not exist")->required();
  made->add_option("--passphrase-file", *passphrase, "Encrypt it with the first line of this file")
      ->type_name("FILE");
  made->footer("Without the option the passphrase is taken from LUYTRE_KEY_PASSPHRASE, if set.");
  CLI::App* shown = add_command(*key, command, "show", "The id of a public key",
                                [&command, file] { return show_key(command, *file); });
  shown->add_option("FILE", *file, "FILE.pub")->required();
}

}  // namespace

void add_list_commands(CLI::App& app, Command& command) {
  CLI::App* list =
      app.add_subcommand("list", "Signed lists: make and publish them, or follow them");
  list->require_subcommand(1);
  add_init_command(*list, command);
  add_key_commands(*list, command);
  add_list_submit_commands(*list, command);
  add_list_sign_commands(*list, command);
  add_list_rotate_commands(*list, command);
  add_list_publish_commands(*list, command);
  add_list_show_commands(*list, command);
  add_list_verify_commands(*list, command);
  add_list_follow_commands(*list, command);
}

}  // namespace luytre::ctl
