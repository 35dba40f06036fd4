#pragma once

#include "real/http/answer_mishap.hpp"

namespace snapsim {

/// Makes answers of the image service contradict each other, so that whoever verifies what it downloads finds that out:
/// an image's data comes with its first byte changed, and where an answer tells of images, their `checksum` and
/// `os_hash_value` are others. All lengths stay as they are.
void add_wrong_hash(AnswerMishap& mishap);

}  // namespace snapsim
