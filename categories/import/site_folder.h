// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "categories/domain_name.h"
#include "categories/import/importer.h"
#include "categories/labels/site_labels.h"
#include "list_collector.h"

namespace luytre::categories {

// What a crawler fetched: a folder for each host, named after it, with the files that
// categories/labels reads (age-de.xml, age.xml, index.html, headers.txt). Each statement and each
// refusal counts as a line of the list.
class SiteFolder {
 public:
  SiteFolder(const ImportOptions& options, ListCollector& collector)
      : options_(options), collector_(collector) {}

  // Of all hosts, in the order of their names.
  [[nodiscard]] Result<void> read_folder(const std::filesystem::path& root);
  // One file that was fetched from options.host.
  [[nodiscard]] Result<void> read_file(const std::filesystem::path& path);

 private:
  [[nodiscard]] Result<void> read_host(const std::filesystem::path& folder);
  [[nodiscard]] Result<void> take(const DomainName& host, const std::vector<SiteFile>& files);

  const ImportOptions& options_;
  ListCollector& collector_;
};

}  // namespace luytre::categories
