// SPDX-License-Identifier: BSL-1.0
#include "fuzz/transcript.hpp"

namespace fuzz {

std::string to_text(const outcome_text& o) {
  std::string text = o.result;
  const char* between = "; ran ";
  for (const auto& [who, result] : o.ran) {
    text += between + who + " (" + result + ")";
    between = ", ";
  }
  if (o.handled != 0) text += "; handled " + std::to_string(o.handled);
  return text;
}

outcome_text read_outcome(std::string_view text) {
  outcome_text o;
  o.result = text.substr(0, text.find(';'));
  if (const auto at = text.find("; handled "); at != text.npos) {
    o.handled = std::stoi(std::string(text.substr(at + 10)));
    text = text.substr(0, at);
  }
  for (auto at = text.find("; ran "); at != text.npos; at = text.find("), ", at)) {
    at += o.ran.empty() ? 6 : 3;
    const auto open = text.find(" (", at);
    const auto close = text.find(')', at);
    o.ran.emplace_back(text.substr(at, open - at), text.substr(open + 2, close - open - 2));
  }
  return o;
}

}  // namespace fuzz
