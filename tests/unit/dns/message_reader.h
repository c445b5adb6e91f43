// SPDX-License-Identifier: Apache-2.0
#pragma once

// A second reader of DNS messages that shares no code with the one under test: slow, strict, throws
// on anything odd.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace luytre::test {

struct ReadRecord {
  std::string owner;
  unsigned type = 0;
  unsigned rr_class = 0;
  unsigned long ttl = 0;
  std::size_t rdata_at = 0;
  std::vector<std::uint8_t> rdata;
};

struct ReadMessage {
  unsigned id = 0;
  unsigned flags = 0;
  std::string qname;  // with its case; "(none)" without a question
  unsigned qtype = 0;
  unsigned qclass = 0;
  std::vector<ReadRecord> answers;
  std::vector<ReadRecord> authorities;
  std::vector<ReadRecord> additionals;

  [[nodiscard]] unsigned rcode() const { return flags & 15U; }
};

class MessageReader {
 public:
  explicit MessageReader(std::vector<std::uint8_t> message) : message_(std::move(message)) {}

  [[nodiscard]] unsigned octet(std::size_t at) const { return message_.at(at); }
  [[nodiscard]] unsigned word(std::size_t at) const { return octet(at) * 256 + octet(at + 1); }
  [[nodiscard]] unsigned long quad(std::size_t at) const {
    return static_cast<unsigned long>(word(at)) * 65536 + word(at + 2);
  }

  // The name at `at`, which moves behind it. Pointers must go backwards.
  std::string name(std::size_t& at) const {
    std::string text;
    std::size_t from = at;
    bool jumped = false;
    while (octet(from) != 0) {
      if (octet(from) >= 0xC0) {
        const std::size_t target = word(from) & 0x3fffU;
        if (target >= from) {
          throw std::runtime_error("pointer forward");
        }
        at = jumped ? at : from + 2;
        jumped = true;
        from = target;
        continue;
      }
      for (std::size_t i = 1; i <= octet(from); ++i) {
        text += static_cast<char>(octet(from + i));
      }
      text += '.';
      from += octet(from) + 1;
    }
    at = jumped ? at : from + 1;
    return text.empty() ? "." : text;
  }

  [[nodiscard]] ReadMessage read() const {
    ReadMessage read;
    read.id = word(0);
    read.flags = word(2);
    std::size_t at = 12;
    if (word(4) > 1) {
      throw std::runtime_error("several questions");
    }
    read.qname = "(none)";
    if (word(4) == 1) {
      read.qname = name(at);
      read.qtype = word(at);
      read.qclass = word(at + 2);
      at += 4;
    }
    read.answers = records(word(6), at);
    read.authorities = records(word(8), at);
    read.additionals = records(word(10), at);
    if (at != message_.size()) {
      throw std::runtime_error("octets left over");
    }
    return read;
  }

 private:
  std::vector<ReadRecord> records(unsigned count, std::size_t& at) const {
    std::vector<ReadRecord> records(count);
    for (ReadRecord& record : records) {
      record.owner = name(at);
      record.type = word(at);
      record.rr_class = word(at + 2);
      record.ttl = quad(at + 4);
      const std::size_t size = word(at + 8);
      at += 10;
      record.rdata_at = at;
      for (std::size_t i = 0; i < size; ++i) {
        record.rdata.push_back(static_cast<std::uint8_t>(octet(at++)));
      }
    }
    return records;
  }

  std::vector<std::uint8_t> message_;
};

}  // namespace luytre::test
