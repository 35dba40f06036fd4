#pragma once

#include <vector>

#include "sim/explain/snapshot_story.hpp"

namespace snapsim {

/// For each event of the book, whether another line tells it already: the same line in another file, as where a log is
/// given twice, or a service's own line of an answer that a web server before it (uWSGI, Apache) has written down, too.
std::vector<bool> echoes_in(const LogBook& book);

/// Gives stories, in the order of their beginnings, the lines that no id joins to them but the image, the instance, the
/// method and the time do: those of web servers, which know no request ids, and those of an old glance-api, which has
/// ids of its own. What may be of two stories is given to none of them.
void join_by_time(const LogBook& book, const std::vector<bool>& is_echo, std::vector<SnapshotStory>& stories);

}  // namespace snapsim
