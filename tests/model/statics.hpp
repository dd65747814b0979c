// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>

#include "host.hpp"

namespace model {

/// The variables of static storage that namespace abide defines, found through the symbol table of
/// the executable: what the product keeps for the life of a process must begin anew in every run.
class static_storage {
 public:
  /// Reads the symbol table. The program must not be stripped.
  static_storage();

  using content = host_vector<std::byte>;

  content save() const;
  void restore(const content&) const noexcept;

  /// The name of the variable that holds the address, with the offset in it; "" for none.
  std::string name_of(const void* address) const;

  /// Whether the address lies in the writable data of the program or of a library.
  bool contains(const void* address) const noexcept;

 private:
  struct range {
    std::byte* begin;
    std::size_t size;
  };
  struct variable : range {
    std::string symbol;
  };

  void find_data_segments();
  void find_variables();

  host_vector<range> segments_;
  host_vector<variable> variables_;
};

}  // namespace model
