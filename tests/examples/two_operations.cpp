// SPDX-License-Identifier: BSL-1.0

// An object with two operations under way, each with a token of its own, and one for its end: each
// operation links what its caller passed to the object's own, so close() ends both.
#include <abide/abide.hpp>

#include <cstdio>
#include <string>
#include <thread>

class connection {
 public:
  void read(const abide::cancellation_token& stop) {
    const auto both = abide::cancellation_source::linked_to(stop, closed_.token());
    readable_.wait(both.token());
  }
  void write(const abide::cancellation_token& stop) {
    const auto both = abide::cancellation_source::linked_to(stop, closed_.token());
    writable_.wait(both.token());
  }
  void close() { closed_.cancel(std::errc::not_connected); }

 private:
  abide::auto_reset_event readable_;
  abide::auto_reset_event writable_;
  abide::cancellation_source closed_;
};

template <class Operation>
std::string outcome(Operation operation, const abide::cancellation_token& mine) {
  try {
    operation();
  } catch (const abide::operation_canceled& e) {
    return e.caused_by(mine) ? "canceled by its caller" : "closed";
  }
  return "done";
}

int main() {
  connection c;
  abide::cancellation_source reading;
  abide::cancellation_source writing;
  std::string read;
  std::string write;
  std::thread reader([&] { read = outcome([&] { c.read(reading.token()); }, reading.token()); });
  std::thread writer([&] { write = outcome([&] { c.write(writing.token()); }, writing.token()); });
  reading.cancel();  // the write goes on
  reader.join();
  c.close();
  writer.join();
  std::printf("read: %s\nwrite: %s\n", read.c_str(), write.c_str());
  return read == "canceled by its caller" && write == "closed" ? 0 : 1;
}
