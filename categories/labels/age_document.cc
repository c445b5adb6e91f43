// SPDX-License-Identifier: Apache-2.0
#include "age_document.h"

#include <expat.h>

#include <memory>
#include <type_traits>

#include "categories/labels/site_labels.h"

namespace luytre::categories {
namespace {

constexpr std::size_t kMaxDepth = 12;
constexpr std::size_t kMaxTextBytes = 2048;  // of one element; a URL fits

constexpr std::string_view kRoot = "/age-declaration";
constexpr std::string_view kCountry = "/age-declaration/ageblock-country/country";
constexpr std::string_view kCountryCode = "/age-declaration/ageblock-country/country/country-code";
constexpr std::string_view kCountryDefault = "/age-declaration/ageblock-country/country-default";
constexpr std::string_view kInFile = "/age-declaration/ageblock-labeltype/xmlfile";
constexpr std::string_view kDefaultAge = "/age-declaration/ageblock-labeltype/default-age";
constexpr std::string_view kLabel =
    "/age-declaration/ageblock-labeltype-definition/labeltype-xmlfile/label";

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Fed by expat; stops it at the first thing that no label needs.
class Reader {
 public:
  explicit Reader(XML_Parser parser) noexcept : parser_(parser) {}

  void start(std::string_view name, const XML_Char** attributes) {
    if (++depth_ > kMaxDepth || (depth_ == 1 && name != kRoot.substr(1))) {
      return stop();
    }
    path_.append("/").append(name);
    text_.clear();
    if (path_ == kLabel) {
      document_.labels.push_back({.is_default = class_of(attributes) == "default"});
    } else if (path_ == kCountry) {
      document_.countries.push_back({.file = std::string(class_of(attributes))});
    }
  }
  void characters(std::string_view text) {
    if (text_.size() + text.size() > kMaxTextBytes) {
      return stop();
    }
    text_ += text;
  }
  void end() {
    take(std::string(trim(text_)));
    text_.clear();
    path_.resize(path_.rfind('/'));
    --depth_;
  }
  void stop() noexcept {
    sound_ = false;
    XML_StopParser(parser_, XML_FALSE);
  }

  [[nodiscard]] bool sound() const noexcept { return sound_; }
  [[nodiscard]] AgeDocument& document() noexcept { return document_; }

 private:
  static std::string_view class_of(const XML_Char** attributes) noexcept {
    for (; attributes[0] != nullptr; attributes += 2) {
      if (std::string_view(attributes[0]) == "class") {
        return attributes[1];
      }
    }
    return {};
  }

  void take(std::string text) {
    if (path_ == kInFile) {
      document_.in_file = text == "true" || text == "1";
    } else if (path_ == kDefaultAge) {
      document_.default_age = std::move(text);
    } else if (path_ == kCountryDefault) {
      document_.country_default = std::move(text);
    } else if (path_ == kCountryCode) {
      document_.countries.back().countries.push_back(std::move(text));
    } else if (path_.starts_with(kLabel) && path_.size() > kLabel.size() + 1) {
      take_in_label(std::string_view(path_).substr(kLabel.size() + 1), std::move(text));
    }
  }
  void take_in_label(std::string_view name, std::string text) {
    AgeLabel& label = document_.labels.back();
    if (name == "age") {
      label.age = std::move(text);
    } else if (name == "min-age") {
      label.minimum_age = std::move(text);
    } else if (name == "default-age") {
      label.default_age = std::move(text);
    } else if (name == "scope" || name == "scope-url") {
      label.scopes.push_back(std::move(text));
    }
  }

  XML_Parser parser_;
  AgeDocument document_;
  std::string path_;  // of the open elements
  std::string text_;
  std::size_t depth_ = 0;
  bool sound_ = true;
};

Reader& reader(void* context) noexcept { return *static_cast<Reader*>(context); }

void on_start(void* context, const XML_Char* name, const XML_Char** attributes) {
  reader(context).start(name, attributes);
}
void on_end(void* context, const XML_Char* /*name*/) { reader(context).end(); }
void on_characters(void* context, const XML_Char* text, int size) {
  reader(context).characters({text, static_cast<std::size_t>(size)});
}
// Entities can only be declared in a document type: without one there are none, inside or outside.
void on_doctype(void* context, const XML_Char* /*name*/, const XML_Char* /*system*/,
                const XML_Char* /*public*/, int /*subset*/) {
  reader(context).stop();
}

}  // namespace

std::optional<AgeDocument> parse_age_document(std::string_view text) {
  if (text.size() > kMaxLabelBytes) {
    return std::nullopt;
  }
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate(nullptr), &XML_ParserFree);
  if (parser == nullptr) {
    return std::nullopt;
  }
  Reader state(parser.get());
  XML_SetUserData(parser.get(), &state);
  XML_SetElementHandler(parser.get(), &on_start, &on_end);
  XML_SetCharacterDataHandler(parser.get(), &on_characters);
  XML_SetStartDoctypeDeclHandler(parser.get(), &on_doctype);
  const auto status = XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
  if (status != XML_STATUS_OK || !state.sound()) {
    return std::nullopt;
  }
  return std::move(state.document());
}

}  // namespace luytre::categories
