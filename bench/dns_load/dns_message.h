// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace luytre::bench {

inline constexpr std::size_t kDnsHeaderBytes = 12;  // RFC 1035 §4.1.1
inline constexpr std::uint8_t kNoError = 0;
inline constexpr std::uint8_t kNameError = 3;  // NXDOMAIN
inline constexpr std::size_t kAnswerBytes = 16;

// A question of class IN and type A with RD set; nothing if `name` is no host name. The identifier
// is 0.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> make_query(std::string_view name);

// The name that a query made so asks for.
[[nodiscard]] std::string question_name(std::span<const std::uint8_t> query);

// The response code of `message` if it answers exactly the question of `query`, apart from the
// identifier; nothing otherwise.
[[nodiscard]] std::optional<std::uint8_t> response_code(std::span<const std::uint8_t> message,
                                                        std::span<const std::uint8_t> query);

// Turns the query in the first `size` bytes of `room` into its answer, one address, and returns the
// new size; 0 for what is no query with one question, or has no room.
[[nodiscard]] std::size_t answer_in_place(std::span<std::uint8_t> room, std::size_t size);

}  // namespace luytre::bench
