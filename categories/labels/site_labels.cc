// SPDX-License-Identifier: Apache-2.0
#include "categories/labels/site_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "age_document.h"
#include "age_scope.h"
#include "rta_mark.h"

namespace luytre::categories {
namespace {

constexpr std::string_view kInternational = "age.xml";

bool same(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_age_file(std::string_view name) noexcept {
  return name == kInternational ||
         (name.starts_with("age-") && name.ends_with(".xml") && name.size() <= 12);
}

// Years; above 18 there is nobody to protect.
std::optional<std::uint8_t> parse_age(std::string_view text) noexcept {
  if (text.empty() || text.size() > 2 ||
      !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  unsigned age = 0;
  for (const char c : text) {
    age = 10 * age + static_cast<unsigned>(c - '0');
  }
  return static_cast<std::uint8_t>(std::min<unsigned>(age, kAdultAge));
}

// Where a label gives no age of its own it gives two: the least, and the one to go by in doubt.
std::string_view age_of(const AgeLabel& label) noexcept {
  if (!label.age.empty()) {
    return label.age;
  }
  const auto least = parse_age(label.minimum_age);
  const auto in_doubt = parse_age(label.default_age);
  return least && (!in_doubt || *least > *in_doubt) ? label.minimum_age : label.default_age;
}

// What one age document says about the host that it was fetched from.
class DocumentLabels {
 public:
  DocumentLabels(const DomainName& host, std::string_view file, std::vector<SiteLabel>& labels)
      : host_(host), file_(file), labels_(labels) {}

  void take(const AgeDocument& document) {
    const std::size_t before = labels_.size();
    std::string_view in_doubt = document.default_age;
    for (const AgeLabel& label : document.labels) {
      if (!document.in_file) {
        continue;  // the labels are on the pages, where nobody looks here
      }
      if (label.is_default) {
        in_doubt = age_of(label).empty() ? in_doubt : age_of(label);
      } else {
        take(label);
      }
    }
    // For a host that no label is about as a whole.
    if (!whole_host_ && !in_doubt.empty()) {
      add("default-age", AgeScope{.subject = host_}, in_doubt);
    }
    if (labels_.size() == before) {
      refuse("no label in it", LabelRefusal::NoLabel);
    }
  }
  void refuse(std::string_view text, LabelRefusal refusal) {
    labels_.push_back({fmt::format("{}: {}", file_, text), Unexpected(refusal)});
  }

 private:
  void take(const AgeLabel& label) {
    if (label.scopes.empty()) {
      whole_host_ = true;
      return add("without a scope", AgeScope{.subject = host_}, age_of(label));
    }
    for (const std::string& scope : label.scopes) {
      const auto covered = parse_scope(scope, host_);
      if (!covered) {
        refuse(scope, covered.error());
        continue;
      }
      whole_host_ = whole_host_ || covered->subject.index() == 0;
      add(scope, *covered, age_of(label));
    }
  }
  void add(std::string_view text, const AgeScope& scope, std::string_view age_text) {
    const auto age = parse_age(age_text);
    if (!age || *age == 0) {
      return refuse(fmt::format("{} ({})", text, age_text.substr(0, 20)),
                    age ? LabelRefusal::AllAges : LabelRefusal::BadAge);
    }
    labels_.push_back(
        {fmt::format("{}: {}", file_, text),
         LabelStatement{.subject = scope.subject, .reach = scope.reach, .minimum_age = *age}});
  }

  const DomainName& host_;
  std::string_view file_;
  std::vector<SiteLabel>& labels_;
  bool whole_host_ = false;
};

// The file that age.xml names for a country; empty: it does not say.
std::string file_for(const AgeDocument& document, std::string_view country) {
  for (const std::string_view code : {country, std::string_view("all")}) {
    for (const CountryFile& one : document.countries) {
      if (std::ranges::any_of(one.countries,
                              [&](const std::string& listed) { return same(listed, code); })) {
        return one.file;
      }
    }
  }
  return document.country_default;
}

// The one file that counts in a country; empty: all do.
std::string_view choose(std::span<const SiteFile> files, std::string_view country) {
  const auto international = std::ranges::find(files, kInternational, &SiteFile::name);
  const auto document = country.empty() || international == files.end()
                            ? std::nullopt
                            : parse_age_document(international->text);
  if (!document) {
    return {};
  }
  const auto chosen = std::ranges::find(files, file_for(*document, country), &SiteFile::name);
  return chosen != files.end() && is_age_file(chosen->name) ? std::string_view(chosen->name)
                                                            : std::string_view();
}

}  // namespace

bool is_label_file(std::string_view name) noexcept {
  return is_age_file(name) || name == "index.html" || name == "headers.txt";
}

std::vector<SiteLabel> read_site(const DomainName& host, std::span<const SiteFile> files,
                                 std::string_view country) {
  std::vector<SiteLabel> labels;
  const std::string_view only = choose(files, country);
  for (const SiteFile& file : files) {
    if (is_age_file(file.name) && (only.empty() || only == file.name)) {
      DocumentLabels document_labels(host, file.name, labels);
      if (const auto document = parse_age_document(file.text); document) {
        document_labels.take(*document);
      } else {
        document_labels.refuse("no age declaration", LabelRefusal::NoLabel);
      }
    }
    const std::string_view page = std::string_view(file.text).substr(0, kMaxPageBytes);
    if ((file.name == "index.html" && has_rta_meta(page)) ||
        (file.name == "headers.txt" && has_rta_header(page))) {
      labels.push_back(
          {fmt::format("{}: {}", file.name, kRtaMark),
           LabelStatement{
               .subject = host, .minimum_age = kAdultAge, .restricted_to_adults = true}});
    }
  }
  return labels;
}

}  // namespace luytre::categories
