// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace luytre::categories {

class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  // In hexadecimal; empty: the library failed, which no hash equals. Ends the computation.
  [[nodiscard]] std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
  bool ok_ = false;
};

}  // namespace luytre::categories
