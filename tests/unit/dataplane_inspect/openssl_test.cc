// SPDX-License-Identifier: Apache-2.0
// The reader of hellos against a real TLS library: hellos that its client makes, and the name that
// its server sees in hellos of ours, mutated ones too. A name that the server sees and the
// inspector does not is a hole in the hedge.

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "inspect.h"
#include "support/client_hello.h"

namespace luytre::test {
namespace {

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using Context = std::unique_ptr<SSL_CTX, Free>;
using Connection = std::unique_ptr<SSL, Free>;

// The first flight of OpenSSL's client. `alpn_protocols` entries of ten octets make it as long as
// wanted.
Bytes client_flight(const char* server_name, int version, std::size_t alpn_protocols = 0) {
  const Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL_CTX_set_security_level(context.get(), 0);
  const Connection client(SSL_new(context.get()));
  Bytes alpn;
  for (std::size_t i = 0; i < alpn_protocols; ++i) {
    append(alpn, std::string_view("\x09protocolX"));
  }
  if (!alpn.empty()) {
    EXPECT_EQ(SSL_set_alpn_protos(client.get(), alpn.data(), static_cast<unsigned>(alpn.size())),
              0);
  }
  if (server_name != nullptr) {
    EXPECT_EQ(SSL_set_tlsext_host_name(client.get(), server_name), 1);
  }
  BIO* const sent = BIO_new(BIO_s_mem());
  SSL_set_bio(client.get(), BIO_new(BIO_s_mem()), sent);
  SSL_set_connect_state(client.get());
  EXPECT_LT(SSL_do_handshake(client.get()), 0);
  Bytes flight(BIO_ctrl_pending(sent));
  EXPECT_EQ(BIO_read(sent, flight.data(), static_cast<int>(flight.size())),
            static_cast<int>(flight.size()));
  return flight;
}

// OpenSSL's server, which notes the name that it would choose its certificate by.
class Server {
 public:
  Server() : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_min_proto_version(context_.get(), SSL3_VERSION);
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_tlsext_servername_callback(context_.get(), &Server::on_server_name);
    SSL_CTX_set_tlsext_servername_arg(context_.get(), this);
  }

  std::optional<std::string> name_in(const Bytes& stream) {
    name_.reset();
    const Connection server(SSL_new(context_.get()));
    BIO* const received = BIO_new(BIO_s_mem());
    EXPECT_EQ(BIO_write(received, stream.data(), static_cast<int>(stream.size())),
              static_cast<int>(stream.size()));
    SSL_set_bio(server.get(), received, BIO_new(BIO_s_mem()));
    SSL_set_accept_state(server.get());
    EXPECT_LT(SSL_do_handshake(server.get()), 1);  // it has no certificate
    return name_;
  }

 private:
  static int on_server_name(SSL* ssl, int* /*alert*/, void* self) {
    if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name); name != nullptr) {
      static_cast<Server*>(self)->name_ = name;
    }
    return SSL_TLSEXT_ERR_OK;
  }

  Context context_;
  std::optional<std::string> name_;
};

TEST(OpensslClient, NameIsFoundInEveryVersion) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_EQ(tls(client_flight("www.example.org", version)), "name:www.example.org") << version;
  }
}

TEST(OpensslClient, HelloWithoutNameIsToldAsSuch) {
  EXPECT_EQ(tls(client_flight(nullptr, TLS1_3_VERSION)), "no name");
}

TEST(OpensslClient, EveryPrefixOfALongHelloNeedsMore) {
  const Bytes flight = client_flight("www.example.org", TLS1_3_VERSION, 180);
  EXPECT_GT(flight.size(), 2000U);
  for (std::size_t size = 0; size < flight.size(); ++size) {
    ASSERT_EQ(tls(cut(flight, size)), "need more") << size;
  }
  EXPECT_EQ(tls(flight), "name:www.example.org");
}

TEST(OpensslClient, ItsHelloIsFoundOverRecordsCutAtEveryByte) {
  const Bytes flight = client_flight("www.example.org", TLS1_3_VERSION);
  const auto message = std::span(flight).subspan(5);
  for (std::size_t at = 1; at < message.size(); ++at) {
    ASSERT_EQ(tls(tls_records(message, {at})), "name:www.example.org") << at;
  }
}

TEST(OpensslServer, SeesTheSameNameInOurHellos) {
  Server server;
  for (const Bytes& stream :
       {ClientHello().browser_extensions().server_name("www.example.org").stream(),
        browser_hello("www.example.org").stream(),
        tls_records_of(browser_hello("www.example.org").message(), 50)}) {
    EXPECT_EQ(server.name_in(stream), "www.example.org");
    EXPECT_EQ(tls(stream), "name:www.example.org");
  }
}

TEST(OpensslServer, ForgivesWhatTheInspectorForgives) {
  Server server;
  const Bytes message = ClientHello().browser_extensions().server_name("www.example.org").message();
  Bytes after_change = tls_record({}, 20);
  append(after_change, tls_record(message));
  EXPECT_EQ(server.name_in(after_change), "www.example.org") << "an empty ChangeCipherSpec first";
  EXPECT_EQ(server.name_in(tls_records(message, {0, 0, 10})), "www.example.org") << "empty records";
  EXPECT_EQ(server.name_in(ClientHello()
                               .add(0x4a4a, {1})
                               .browser_extensions()
                               .server_name("www.example.org")
                               .add(0x4a4a, {1})
                               .stream()),
            "www.example.org")
      << "an unknown extension twice";
}

// For a failure's message: enough to build the hello again.
std::string hex(const Bytes& bytes) {
  std::string text;
  for (const std::uint8_t octet : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 15U];
  }
  return text;
}

// One of several ways to spoil a hello without making it nothing at all.
Bytes mutate(const Bytes& message, std::mt19937& random) {
  Bytes mutated = message;
  for (std::size_t changes = random() % 3; changes > 0; --changes) {
    mutated[random() % mutated.size()] = static_cast<std::uint8_t>(random());
  }
  Bytes stream;
  const auto noise = [&] {
    switch (random() % 9) {
      case 0:
        append(stream, tls_record({}));
        break;
      case 1:
        append(stream, tls_record(Bytes{1, static_cast<std::uint8_t>(random() % 120)}, 21));
        break;
      case 2:
        append(stream, tls_record(Bytes{1}, 20));
        break;
      case 3:
        append(stream, tls_record({}, static_cast<std::uint8_t>(20 + random() % 5)));
        break;
      default:
        break;
    }
  };
  const std::size_t record = 1 + random() % mutated.size();
  for (std::size_t at = 0; at < mutated.size(); at += record) {
    noise();
    append(stream,
           tls_record(std::span(mutated).subspan(at, std::min(record, mutated.size() - at))));
  }
  if (random() % 2 == 0) {
    stream[random() % stream.size()] = static_cast<std::uint8_t>(random());
  }
  return stream;
}

TEST(OpensslServer, NeverSeesANameThatTheInspectorDoesNotReport) {
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  Server server;
  const Bytes message = ClientHello()
                            .server_name("www.example.org")
                            .browser_extensions()
                            .add(0x4a4a, {1, 2, 3})
                            .padding(5)
                            .message();
  int seen = 0;
  for (int round = 0; round < 20000; ++round) {
    const Bytes stream = mutate(message, random);
    const auto name = server.name_in(stream);
    if (!name) {
      continue;
    }
    ++seen;
    const std::string found = tls(stream);
    const auto host = categories::DomainName::from_hostname(*name);
    ASSERT_EQ(found, host ? "name:" + host->to_text() : "no name")
        << "seed " << seed << " round " << round << ": " << hex(stream);
  }
  EXPECT_GT(seen, 1000);
}

}  // namespace
}  // namespace luytre::test
