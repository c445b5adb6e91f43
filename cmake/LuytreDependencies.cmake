# SPDX-License-Identifier: Apache-2.0
# Every third-party library, all from Debian 12. A target links what it needs PRIVATE, and is the only one to do so.
# The packages are installed by deploy/install-packages.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

pkg_check_modules(LMDB REQUIRED IMPORTED_TARGET lmdb)               # categories/lmdb
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)      # categories/import
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)            # categories/import
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)              # categories/import
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)            # categories/signed
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)             # categories/labels
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)          # categories/index
pkg_check_modules(TOMLPLUSPLUS REQUIRED tomlplusplus)              # headers only: categories, policy, net/daemon
pkg_check_modules(DPDK REQUIRED IMPORTED_TARGET libdpdk)            # dataplane/port
pkg_check_modules(PCAP REQUIRED IMPORTED_TARGET libpcap)            # dataplane/capture
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2)      # dataplane/inspect
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-pull)  # net/metrics
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)            # mgmt/ctl, net/fetch
find_package(OpenSSL REQUIRED)                                      # categories/signed, categories/transfer, dataplane/inspect/quic; tests compare with a real TLS library
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
if(LUYTRE_TESTS)
  find_package(GTest REQUIRED)
endif()
if(LUYTRE_BENCH)
  find_package(benchmark REQUIRED)
endif()
