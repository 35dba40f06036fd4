#include "sim/serve/wrong_hash.hpp"

#include <cctype>
#include <httplib.h>
#include <string>

namespace snapsim {
namespace {

/// Another hex digit.
char other_digit(char digit) {
  return digit == '0' ? '1' : '0';
}

/// Changes the first digit of every hash that a JSON text gives that name to.
void change_hashes(std::string& text, const std::string& name) {
  const std::string start = "\"" + name + "\": \"";
  for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start, at)) {
    at += start.size();
    if (at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0) text[at] = other_digit(text[at]);
  }
}

void change_answer(httplib::Response& response) {
  change_hashes(response.body, "checksum");
  change_hashes(response.body, "os_hash_value");
  // Data of which there is not even one byte.
  const auto md5 = response.headers.find("Content-Md5");
  if (response.content_length_ == 0 && md5 != response.headers.end()) md5->second[0] = other_digit(md5->second[0]);
}

}  // namespace

void add_wrong_hash(AnswerMishap& mishap) {
  mishap.change = change_answer;
  mishap.changes_file = true;
}

}  // namespace snapsim
