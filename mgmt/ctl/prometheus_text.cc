// SPDX-License-Identifier: Apache-2.0
#include "prometheus_text.h"

#include <charconv>
#include <utility>

namespace luytre::ctl {
namespace {

// Reads one line from the left; every function leaves `rest_` behind what it has read.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  bool take(char c) {
    if (!rest_.starts_with(c)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  void skip_blanks() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) {
      rest_.remove_prefix(1);
    }
  }
  std::string_view identifier() {
    std::size_t size = 0;
    while (size < rest_.size() && is_identifier(rest_[size])) {
      ++size;
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  // A quoted label value, with the escapes \\, \" and \n.
  std::optional<std::string> quoted() {
    if (!take('"')) {
      return std::nullopt;
    }
    std::string value;
    while (!rest_.empty() && rest_.front() != '"') {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\\') {
        if (rest_.empty()) {
          return std::nullopt;
        }
        c = rest_.front() == 'n' ? '\n' : rest_.front();
        rest_.remove_prefix(1);
      }
      value += c;
    }
    return take('"') ? std::optional(std::move(value)) : std::nullopt;
  }
  std::optional<double> number() {
    static_cast<void>(take('+'));  // "+Inf": from_chars reads no plus sign
    double value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) {
      return std::nullopt;
    }
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  static bool is_identifier(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ':';
  }
  std::string_view rest_;
};

bool read_labels(LineReader& reader, std::map<std::string, std::string>& labels) {
  while (!reader.take('}')) {
    const std::string name(reader.identifier());
    if (name.empty() || !reader.take('=')) {
      return false;
    }
    auto value = reader.quoted();
    if (!value) {
      return false;
    }
    labels.emplace(name, std::move(*value));
    static_cast<void>(reader.take(','));
  }
  return true;
}

std::optional<Sample> parse_line(std::string_view line) {
  LineReader reader(line);
  Sample sample;
  sample.name = reader.identifier();
  const std::string_view after_name = reader.rest();
  if (sample.name.empty() || (reader.take('{') && !read_labels(reader, sample.labels))) {
    return std::nullopt;
  }
  sample.labels_text = after_name.substr(0, after_name.size() - reader.rest().size());
  reader.skip_blanks();
  const auto value = reader.number();
  if (!value) {
    return std::nullopt;
  }
  sample.value = *value;
  return sample;
}

}  // namespace

std::vector<Sample> parse_prometheus(std::string_view text) {
  std::vector<Sample> samples;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.starts_with('#')) {
      if (auto sample = parse_line(line)) {
        samples.push_back(std::move(*sample));
      }
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return samples;
}

std::optional<double> find_value(const std::vector<Sample>& samples, std::string_view name) {
  for (const Sample& sample : samples) {
    if (sample.name == name) {
      return sample.value;
    }
  }
  return std::nullopt;
}

}  // namespace luytre::ctl
