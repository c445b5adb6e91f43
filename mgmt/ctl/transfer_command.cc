// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "categories/compile/index_files.h"
#include "categories/import/source_catalogue.h"
#include "categories/scope.h"
#include "categories/transfer/transfer.h"
#include "category_words.h"
#include "command.h"
#include "compile_lists.h"
#include "guard_admission.h"
#include "import_report.h"
#include "list_import.h"
#include "opened_lists.h"
#include "output.h"
#include "progress.h"

namespace luytre::ctl {
namespace {

using categories::Scope;
using categories::Transferred;
using categories::TransferWay;
using Json = nlohmann::ordered_json;

struct Options {
  std::string zone;
  std::string server;
  std::string key_file;
  std::string source;
  std::string issuer;
  std::vector<std::string> categories;
  unsigned minimum_age = 0;
  Scope scope = Scope::Operator;
  unsigned priority = categories::Source{}.priority;
  bool whole = false;
  bool compile = true;
  AdmissionOptions admission;
};

// What one run did.
struct Outcome {
  Transferred transfer;
  double transfer_seconds = 0;
  std::uint64_t serial = 0;              // of the database
  std::optional<ImportedList> imported;  // nothing: the source already says this
  std::optional<categories::CompiledIndex> index;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353"
Result<std::pair<categories::IpAddress, std::uint16_t>> parse_server(const std::string& text) {
  std::string_view address = text;
  std::string_view port = "53";
  const bool bracketed = address.starts_with('[');
  const std::size_t end = bracketed ? address.find(']') : address.find(':');
  const bool is_v6 = !bracketed && end != std::string_view::npos &&
                     address.find(':', end + 1) != std::string_view::npos;
  if (bracketed && end != std::string_view::npos) {
    const std::string_view behind = address.substr(end + 1);
    port = behind.empty() ? port : behind.substr(behind.starts_with(':') ? 1 : behind.size());
    address = address.substr(1, end - 1);
  } else if (!is_v6 && end != std::string_view::npos) {
    port = address.substr(end + 1);
    address = address.substr(0, end);
  }
  const auto parsed = categories::IpAddress::from_text(address);
  std::uint16_t number = 0;
  const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (!parsed || error != std::errc() || stop != port.data() + port.size() || number == 0) {
    return fail(ErrorCode::Invalid,
                fmt::format("'{}' is no address with a port; write 192.0.2.1, 192.0.2.1:53 or "
                            "[2001:db8::1]:53.",
                            text));
  }
  return std::pair{*parsed, number};
}

Result<categories::TransferRequest> make_request(const Installation& installation,
                                                 const Options& options) {
  const auto zone = parse_name(options.zone);
  if (!zone) {
    return Unexpected<Error>(zone.error());
  }
  const auto server = parse_server(options.server);
  if (!server) {
    return Unexpected<Error>(server.error());
  }
  categories::TransferRequest request{.zone = *zone,
                                      .server = server->first,
                                      .port = server->second,
                                      .directory = installation.data_dir / "zones",
                                      .whole = options.whole};
  if (!options.key_file.empty()) {
    auto key = categories::read_tsig_key(options.key_file);
    if (!key) {
      return Unexpected<Error>(key.error());
    }
    request.key = std::move(*key);
  }
  return request;
}

// Where the zone comes from and what it was imported as.
std::string location(const Options& options) {
  std::string text = fmt::format("dns://{}/{}?type=axfr&category={}", options.server, options.zone,
                                 fmt::join(options.categories, ","));
  if (options.minimum_age != 0) {
    text += fmt::format("&minimum_age={}", options.minimum_age);
  }
  return text;
}

Result<categories::SourceOrder> make_order(const Options& options, const Transferred& transfer,
                                           const categories::Taxonomy& taxonomy) {
  const auto categories = parse_categories(options.categories, taxonomy);
  if (!categories) {
    return Unexpected<Error>(categories.error());
  }
  categories::SourceOrder order;
  order.path = transfer.file;
  order.source.name = options.source;
  order.source.issuer = options.issuer;
  order.source.scope = options.scope;
  order.source.priority = static_cast<std::uint16_t>(options.priority);
  order.source.version = transfer.serial;
  order.source.location = location(options);
  order.options.format = categories::ListFormat::Rpz;
  order.options.categories = *categories;
  order.options.minimum_age = static_cast<std::uint8_t>(options.minimum_age);
  order.options.may_state = categories::may_state(taxonomy, options.scope, {});
  return order;
}

// Whether the store has this version of the zone, imported in the same way.
Result<bool> is_stored(const categories::CategoryStore& store, const categories::Source& wanted) {
  const auto sources = store.sources();
  if (!sources) {
    return Unexpected<Error>(sources.error());
  }
  const auto same = [&](const categories::Source& source) {
    return source.name == wanted.name && source.version == wanted.version &&
           source.location == wanted.location && source.scope == wanted.scope &&
           source.priority == wanted.priority && source.issuer == wanted.issuer;
  };
  return std::ranges::any_of(*sources, same);
}

// Replaces the source by the zone's copy, unless it says this already.
Result<void> store(const Installation& installation, OpenedLists& lists, const Options& options,
                   Outcome& outcome) {
  const auto order = make_order(options, outcome.transfer, lists.taxonomy);
  if (!order) {
    return Unexpected<Error>(order.error());
  }
  const auto stored = is_stored(lists.store, order->source);
  if (!stored) {
    return Unexpected<Error>(stored.error());
  }
  if (*stored && !options.whole) {
    return {};
  }
  auto list = [&] {
    Progress progress("lines read");
    return read_list(*order, lists.taxonomy, [&](std::uint64_t lines) { progress.update(lines); });
  }();
  if (!list) {
    return Unexpected<Error>(list.error());
  }
  auto gate = ListGate::open(installation, lists.taxonomy, lists.store, options.admission);
  if (!gate) {
    return Unexpected<Error>(gate.error());
  }
  auto imported = store_list(lists.store, order->path, *std::move(list), *gate);
  if (!imported) {
    return Unexpected<Error>(imported.error());
  }
  outcome.imported = std::move(*imported);
  return {};
}

bool is_held(const Outcome& outcome) {
  return outcome.imported && outcome.imported->admission.held;
}

Result<Outcome> transfer(const Installation& installation, const Options& options) {
  auto request = make_request(installation, options);
  if (!request) {
    return Unexpected<Error>(request.error());
  }
  auto lists = open_lists(installation, lmdb::OpenMode::ReadWrite);
  if (!lists) {
    return Unexpected<Error>(lists.error());
  }
  if (auto known = parse_categories(options.categories, lists->taxonomy); !known) {
    return Unexpected<Error>(known.error());
  }
  Outcome outcome;
  {
    Progress progress("records received");
    request->on_progress = [&](std::uint64_t records) { progress.update(records); };
    const auto began = std::chrono::steady_clock::now();
    auto transferred = categories::transfer_zone(*request);
    if (!transferred) {
      return Unexpected<Error>(transferred.error());
    }
    outcome.transfer = std::move(*transferred);
    outcome.transfer_seconds = seconds_since(began);
  }
  if (auto stored = store(installation, *lists, options, outcome); !stored) {
    return Unexpected<Error>(stored.error());
  }
  const auto serial = lists->store.serial();
  if (!serial) {
    return Unexpected<Error>(serial.error());
  }
  outcome.serial = static_cast<std::uint64_t>(*serial);
  if (options.compile && outcome.imported && !is_held(outcome)) {
    auto index = compile_lists(lists->store, lists->taxonomy, installation.index_dir());
    if (!index) {
      return Unexpected<Error>(index.error());
    }
    outcome.index = std::move(*index);
  }
  return outcome;
}

Json to_json(const Outcome& outcome, const Options& options, const categories::Taxonomy& taxonomy) {
  const Transferred& transfer = outcome.transfer;
  Json json = {{"zone", options.zone},
               {"source", options.source},
               {"way", describe(transfer.way)},
               {"zone_serial", transfer.serial},
               {"messages", transfer.messages},
               {"bytes", transfer.bytes},
               {"records", transfer.records},
               {"added", transfer.added},
               {"removed", transfer.removed},
               {"note", transfer.note},
               {"copy", transfer.file.native()},
               {"signed", !options.key_file.empty()},
               {"serial", outcome.serial},
               {"imported", nullptr},
               {"index", nullptr},
               {"seconds", {{"transfer", outcome.transfer_seconds}}}};
  if (outcome.imported) {
    json["imported"] = to_json(*outcome.imported, taxonomy);
  }
  if (outcome.index) {
    json["index"] = {{"serial", outcome.index->serial},
                     {"names", outcome.index->names},
                     {"bytes", outcome.index->bytes}};
    json["seconds"]["compile"] = outcome.index->seconds;
  }
  return json;
}

void print(const Outcome& outcome, const Options& options, const categories::Taxonomy& taxonomy) {
  const Transferred& transfer = outcome.transfer;
  if (transfer.way == TransferWay::Unchanged) {
    fmt::print("{} has nothing newer than serial {} of {}.\n", options.server, transfer.serial,
               options.zone);
  } else {
    fmt::print("Fetched {} serial {} by {}: {} records, {} in {}.\n", options.zone, transfer.serial,
               transfer.way == TransferWay::Incremental ? "IXFR" : "AXFR",
               grouped(transfer.records), bytes_text(transfer.bytes),
               duration_text(outcome.transfer_seconds));
  }
  if (!transfer.note.empty()) {
    fmt::print("{}\n", wrap(fmt::format("The whole zone came: {}.", transfer.note), 0));
  }
  if (options.key_file.empty()) {
    fmt::print("Not signed: whoever can answer in the server's place writes this list.\n");
  }
  if (outcome.imported) {
    fmt::print("\n");
    print_report(*outcome.imported, taxonomy);
  }
  if (outcome.index) {
    fmt::print("\nIndex {}: {} names, {}, compiled in {}.\n", outcome.index->serial,
               grouped(outcome.index->names), bytes_text(outcome.index->bytes),
               duration_text(outcome.index->seconds));
  }
}

}  // namespace

void add_transfer_command(CLI::App& categories, Command& command) {
  const auto options = std::make_shared<Options>();
  CLI::App* added = add_command(categories, command, "transfer",
                                "Fetch a policy zone from its DNS server", [&command, options] {
                                  const auto outcome = transfer(command.installation, *options);
                                  if (!outcome) {
                                    return Result<int>(Unexpected<Error>(outcome.error()));
                                  }
                                  const auto taxonomy = command.installation.taxonomy();
                                  if (!taxonomy) {
                                    return Result<int>(Unexpected<Error>(taxonomy.error()));
                                  }
                                  if (command.json) {
                                    print_json(to_json(*outcome, *options, *taxonomy));
                                  } else {
                                    print(*outcome, *options, *taxonomy);
                                  }
                                  return Result<int>(is_held(*outcome) ? kExitHeld : kExitDone);
                                });
  added->add_option("ZONE", options->zone, "Name of the response policy zone")->required();
  added->add_option("--server", options->server, "Its primary; IPv6 with a port in brackets")
      ->required()
      ->type_name("ADDRESS[:PORT]");
  added->add_option("--key", options->key_file, "TSIG key, as tsig-keygen writes it")
      ->type_name("FILE");
  added->add_option("--source", options->source, "The source that the zone replaces")->required();
  added->add_option("--category", options->categories, "What the names of the zone are")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME[,NAME]");
  static const std::map<std::string, Scope> kScopes = {{"mandatory", Scope::Mandatory},
                                                       {"national", Scope::National},
                                                       {"operator", Scope::Operator},
                                                       {"school", Scope::School}};
  added->add_option("--issuer", options->issuer, "Whose list it is, for people")->type_name("TEXT");
  added
      ->add_option("--scope", options->scope,
                   "mandatory, national, operator or school: what it may state")
      ->transform(CLI::CheckedTransformer(kScopes).description(""))
      ->type_name("SCOPE");
  added
      ->add_option("--priority", options->priority,
                   "0 is the strongest; exceptions reach their own number and above")
      ->check(CLI::Range(0, 65'535).description(""))
      ->type_name("NUMBER")
      ->capture_default_str();
  added->add_option("--minimum-age", options->minimum_age, "Refused below this age")
      ->check(CLI::Range(0, 18).description(""))
      ->type_name("YEARS");
  added->add_flag("--full", options->whole, "Fetch the whole zone, whatever was fetched before");
  added->add_flag("--no-compile{false}", options->compile, "Leave the index as it is");
  add_admission_options(*added, options->admission);
}

}  // namespace luytre::ctl
