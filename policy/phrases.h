// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace luytre::policy {

// Every sentence in which a verdict is told to a person, in one language. Fields in braces are
// filled by explain(): {name} the domain name, {category} "adult mature", {ages} "ages 7–12",
// {minimum_age} "16".
struct Phrases {
  std::string_view mandatory;
  std::string_view never_block_1;
  std::string_view owner_deny;
  std::string_view owner_allow;
  std::string_view never_block_2;
  std::string_view security;
  std::string_view bypass;
  std::string_view pause;
  std::string_view category_block;
  std::string_view category_age;
  std::string_view category_limit;
  std::string_view category_safe;
  std::string_view category_allow;
  std::string_view default_block;
  std::string_view default_limit;
  std::string_view default_safe;
  std::string_view default_allow;

  // Who may lift a block.
  std::string_view remedy_mandatory;
  std::string_view remedy_owner_deny;
  std::string_view remedy_security;
  std::string_view remedy_pause;
  std::string_view remedy_owner;

  std::string_view ages_closed;  // {from}, {to}
  std::string_view ages_open;    // {from}
};

inline constexpr Phrases kEnglish = {
    .mandatory = "{name} is blocked: {category} is blocked for everyone.",
    .never_block_1 = "{name} is open: {category} is never blocked, not even by the household.",
    .owner_deny = "{name} is blocked: the line's owner blocked it.",
    .owner_allow = "{name} is open: the line's owner allowed it.",
    .never_block_2 = "{name} is open: {category} is never blocked by a list or by a pause.",
    .security = "{name} is blocked: it is listed as {category}.",
    .bypass = "{name} is blocked: {category} would lead around the filter, for {ages}.",
    .pause = "{name} is blocked: the line is paused.",
    .category_block = "{name} is blocked: {category} is blocked for {ages}.",
    .category_age =
        "{name} is blocked: it is for ages {minimum_age} and over, and the line is set "
        "to {ages}.",
    .category_limit = "{name} is open: {category} counts towards a time limit for {ages}.",
    .category_safe = "{name} is open in its safe mode: {category} is filtered for {ages}.",
    .category_allow = "{name} is open: {category} is allowed for {ages}.",
    .default_block =
        "{name} is blocked: no list knows it, and only known names are open for {ages}.",
    .default_limit =
        "{name} is open: no list knows it, and unknown names count towards a time limit "
        "for {ages}.",
    .default_safe = "{name} is open in its safe mode: no list knows it.",
    .default_allow = "{name} is open: no list knows it, and unknown names are allowed for {ages}.",
    .remedy_mandatory = "Only the authority that listed it can lift it, after an appeal.",
    .remedy_owner_deny = "The line's owner can take it off the names blocked there.",
    .remedy_security = "The line's owner can allow it after confirming the warning.",
    .remedy_pause = "It opens when the pause ends; the line's owner can end it now.",
    .remedy_owner = "The line's owner can allow it.",
    .ages_closed = "ages {from}–{to}",
    .ages_open = "ages {from} and over",
};

}  // namespace luytre::policy
