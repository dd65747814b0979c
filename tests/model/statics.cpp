// SPDX-License-Identifier: BSL-1.0
#include "statics.hpp"

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace model {

namespace {

// The variables of namespace abide, with the static variables of its functions and their guards,
// as the Itanium C++ ABI writes them: _Z [GV] Z* N [K] 5abide ...
bool is_of_the_product(std::string_view name) {
  if (name.substr(0, 2) != "_Z") return false;
  name.remove_prefix(2);
  if (name.substr(0, 2) == "GV") name.remove_prefix(2);
  name.remove_prefix(std::min(name.find_first_not_of('Z'), name.size()));
  if (name.substr(0, 1) != "N") return false;
  name.remove_prefix(1);
  if (name.substr(0, 1) == "K") name.remove_prefix(1);
  return name.substr(0, 6) == "5abide";
}

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "model: cannot read the symbol table: %s\n", why);
  std::abort();
}

// The executable as a file, mapped.
class executable {
 public:
  executable() {
    const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (file < 0 || fstat(file, &about) != 0) give_up("/proc/self/exe");
    size_ = static_cast<std::size_t>(about.st_size);
    void* mapped = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (mapped == MAP_FAILED) give_up("mmap");
    bytes_ = static_cast<const std::byte*>(mapped);
  }
  ~executable() { munmap(const_cast<std::byte*>(bytes_), size_); }
  executable(const executable&) = delete;
  executable& operator=(const executable&) = delete;

  template <class T>
  const T* at(std::size_t offset) const {
    return reinterpret_cast<const T*>(bytes_ + offset);
  }

 private:
  const std::byte* bytes_;
  std::size_t size_;
};

}  // namespace

static_storage::static_storage() {
  find_data_segments();
  find_variables();
}

void static_storage::find_data_segments() {
  dl_iterate_phdr(
      [](dl_phdr_info* module, std::size_t, void* self) {
        for (int i = 0; i < module->dlpi_phnum; ++i) {
          const ElfW(Phdr)& segment = module->dlpi_phdr[i];
          if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) == 0) continue;
          static_cast<static_storage*>(self)->segments_.push_back(
              {reinterpret_cast<std::byte*>(module->dlpi_addr + segment.p_vaddr), segment.p_memsz});
        }
        return 0;
      },
      this);
}

void static_storage::find_variables() {
  // The first module is the program itself. The part that is read-only after relocation cannot
  // change and cannot be written back.
  struct {
    std::uintptr_t base = 0;
    std::uintptr_t constant_begin = 0, constant_end = 0;
  } program;
  dl_iterate_phdr(
      [](dl_phdr_info* module, std::size_t, void* result) {
        auto& found = *static_cast<decltype(program)*>(result);
        found.base = module->dlpi_addr;
        for (int i = 0; i < module->dlpi_phnum; ++i) {
          const ElfW(Phdr)& segment = module->dlpi_phdr[i];
          if (segment.p_type != PT_GNU_RELRO) continue;
          found.constant_begin = found.base + segment.p_vaddr;
          found.constant_end = found.constant_begin + segment.p_memsz;
        }
        return 1;
      },
      &program);

  const executable file;
  const auto& header = *file.at<ElfW(Ehdr)>(0);
  const auto* sections = file.at<ElfW(Shdr)>(header.e_shoff);
  const auto* end = sections + header.e_shnum;
  const auto* table =
      std::find_if(sections, end, [](const auto& s) { return s.sh_type == SHT_SYMTAB; });
  if (table == end) give_up("the program is stripped");
  const char* names = file.at<char>(sections[table->sh_link].sh_offset);
  const auto* symbols = file.at<ElfW(Sym)>(table->sh_offset);
  for (std::size_t i = 0; i < table->sh_size / sizeof(ElfW(Sym)); ++i) {
    const ElfW(Sym)& symbol = symbols[i];
    if (ELF64_ST_TYPE(symbol.st_info) != STT_OBJECT || symbol.st_size == 0) continue;
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= header.e_shnum) continue;
    if ((sections[symbol.st_shndx].sh_flags & SHF_WRITE) == 0) continue;
    const std::uintptr_t address = program.base + symbol.st_value;
    if (address >= program.constant_begin && address < program.constant_end) continue;
    const char* const name = names + symbol.st_name;
    if (!is_of_the_product(name)) continue;
    variables_.push_back({{reinterpret_cast<std::byte*>(address), symbol.st_size}, name});
  }
}

static_storage::content static_storage::save() const {
  content saved;
  for (const variable& v : variables_) {
    saved.insert(saved.end(), v.begin, v.begin + v.size);
  }
  return saved;
}

void static_storage::restore(const content& saved) const noexcept {
  const std::byte* from = saved.data();
  for (const variable& v : variables_) {
    std::memcpy(v.begin, from, v.size);
    from += v.size;
  }
}

std::string static_storage::name_of(const void* address) const {
  for (const variable& v : variables_) {
    const auto offset =
        reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(v.begin);
    if (offset >= v.size) continue;
    int failed = 0;
    char* const demangled = abi::__cxa_demangle(v.symbol.c_str(), nullptr, nullptr, &failed);
    std::string name = failed == 0 ? demangled : v.symbol;
    std::free(demangled);
    return offset == 0 ? name : name + "+" + std::to_string(offset);
  }
  return "";
}

bool static_storage::contains(const void* address) const noexcept {
  return std::any_of(segments_.begin(), segments_.end(), [&](const range& segment) {
    return address >= segment.begin && address < segment.begin + segment.size;
  });
}

}  // namespace model
