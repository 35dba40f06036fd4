#pragma once

#include <cstdint>
#include <string_view>

#include "sim/explain/access_line.hpp"
#include "sim/explain/event.hpp"

namespace snapsim::event_text {

// What the readers of messages have in common.

inline constexpr std::size_t uuid_length = 36;
bool is_uuid_at(std::string_view text, std::size_t at);
/// The uuid behind `before`; empty: none.
std::string_view uuid_after(std::string_view text, std::string_view before);
/// The number at the beginning; 0 where there is none.
std::int64_t number_at(std::string_view text);
/// What stands between the first `before` and the next `after`; empty: nothing.
std::string_view between(std::string_view text, std::string_view before, std::string_view after);
/// "nova.exception_Remote.UnexpectedTaskStateError_Remote: text" gives UnexpectedTaskStateError. A class name has no
/// space; where there is none, the text has no class.
std::string_view exception_class(std::string_view text);
/// The state within the last "Actual: {'task_state': 'x'}".
std::string_view actual_state(std::string_view text);

// Readers of the messages of one logger each; false: nothing of interest.

/// Of any web server that stands for glance-api.
bool read_glance_answer(const AccessLine& access, ReadEvent& event);
bool read_glance_store(std::string_view message, ReadEvent& event);
bool read_glance_data(std::string_view message, ReadEvent& event);
bool read_glance_client(std::string_view message, ReadEvent& event);

}  // namespace snapsim::event_text
