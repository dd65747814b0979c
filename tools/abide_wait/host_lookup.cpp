// SPDX-License-Identifier: BSL-1.0
#include "host_lookup.hpp"

#include <netdb.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <thread>

namespace abide_wait {

std::shared_ptr<const host_lookup> host_lookup::start(const std::string& host, int port) {
  const auto lookup = std::make_shared<host_lookup>();
  std::thread([lookup, host, port] {
    try {
      lookup->run(host, port);
    } catch (const std::exception& e) {
      lookup->error_ = e.what();
    }
    lookup->done_.set();
  }).detach();
  return lookup;
}

void host_lookup::run(const std::string& host, int port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &list);
  if (error != 0) {
    throw std::runtime_error(error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  for (const addrinfo* a = list; a != nullptr; a = a->ai_next) {
    socket_address& address = addresses_.emplace_back();
    std::memcpy(&address.bytes, a->ai_addr, a->ai_addrlen);
    address.size = a->ai_addrlen;
  }
}

const std::vector<socket_address>& host_lookup::addresses() const {
  if (!error_.empty()) throw std::runtime_error(error_);
  return addresses_;
}

}  // namespace abide_wait
