#include <algorithm>

#include "tests/mutation/mutants.hpp"

namespace snapsim::mutation {
namespace {

/// Something that is put in at an offset.
struct Insertion {
  std::size_t offset = 0;
  bool opens = false;
  std::size_t other_end = 0;
  std::size_t sequence = 0;
  const std::string* text = nullptr;
};

/// What closes stands before what opens there; the outer opens first and closes last.
bool stands_before(const Insertion& left, const Insertion& right) {
  if (left.offset != right.offset) return left.offset < right.offset;
  if (left.opens != right.opens) return right.opens;
  if (left.other_end != right.other_end) return left.other_end > right.other_end;
  return left.opens ? left.sequence < right.sequence : left.sequence > right.sequence;
}

}  // namespace

std::string edited(const std::string& text, std::vector<Edit> edits) {
  std::vector<Insertion> insertions;
  std::map<std::size_t, std::size_t> removed;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    const Edit& edit = edits[i];
    insertions.push_back({edit.begin, true, edit.end, i, &edit.before});
    if (edit.replaces) {
      removed[edit.begin] = edit.end;
    } else {
      insertions.push_back({edit.end, false, edit.begin, i, &edit.after});
    }
  }
  std::sort(insertions.begin(), insertions.end(), stands_before);
  std::string result;
  std::size_t done = 0;
  for (const Insertion& insertion : insertions) {
    result += text.substr(done, insertion.offset - done);
    done = insertion.offset;
    result += *insertion.text;
    const auto hole = removed.find(insertion.offset);
    const bool is_hole = insertion.opens && hole != removed.end() && hole->second == insertion.other_end;
    if (is_hole) done = hole->second;
  }
  return result + text.substr(done);
}

}  // namespace snapsim::mutation
