#include "tests/explain/log_variations.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/explain/log_line.hpp"
#include "sim/explain/log_source.hpp"

namespace snapsim::test {
namespace {

constexpr std::size_t time_length = 23;  // "2026-11-24 01:46:37.459"
constexpr std::array names{"n-api.log", "n-cpu.log", "g-api.log"};

/// A line and all that stands under it: a traceback has its own prefix, an exception's further words have none.
std::vector<std::string> entries_of(const std::string& text) {
  std::vector<std::string> entries;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    std::int64_t time_us = 0;
    if (read_timestamp(line, time_us) == 0 && !entries.empty()) {
      entries.back() += '\n' + line;
    } else {
      entries.push_back(line);
    }
    at = end + 1;
  }
  return entries;
}

std::string text_of(const std::vector<std::string>& entries) {
  std::string text;
  for (const std::string& entry : entries) text += entry + '\n';
  return text;
}

Logs changed(const Logs& logs,
             const std::function<std::string(const std::string& entry, const std::string& file)>& to) {
  Logs result;
  for (const NamedLog& log : logs) {
    std::vector<std::string> entries = entries_of(log.text);
    for (std::string& entry : entries) entry = to(entry, log.name);
    result.push_back({log.name, text_of(entries)});
  }
  return result;
}

std::int64_t time_of(const std::string& entry) {
  std::int64_t time_us = 0;
  read_timestamp(entry, time_us);
  return time_us;
}

std::string time_text(std::int64_t time_us) {
  // Recorded within one day: what stands before the hour is kept by the caller.
  constexpr std::int64_t day_us = 86'400'000'000;
  const std::int64_t ms = (time_us % day_us) / 1000;
  char text[64];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d.%03d", static_cast<int>(ms / 3'600'000),
                static_cast<int>(ms / 60'000 % 60), static_cast<int>(ms / 1000 % 60), static_cast<int>(ms % 1000));
  return text;
}

std::string moved(const std::string& entry, std::int64_t by_us) {
  if (entry.size() < time_length) return entry;
  return entry.substr(0, 11) + time_text(time_of(entry) + by_us) + entry.substr(time_length);
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

Logs only(const Logs& logs, const std::vector<std::string>& wanted) {
  Logs result;
  for (const NamedLog& log : logs) {
    if (std::ranges::find(wanted, log.name) != wanted.end()) result.push_back(log);
  }
  return result;
}

/// All in one file, in the order of time.
Logs merged(const Logs& logs) {
  std::vector<std::string> all;
  for (const NamedLog& log : logs) {
    for (std::string& entry : entries_of(log.text)) all.push_back(std::move(entry));
  }
  std::ranges::stable_sort(all, {}, time_of);
  return {{"all.log", text_of(all)}};
}

/// Each log in three parts, the newest first.
Logs rotated(const Logs& logs) {
  Logs parts;
  for (int part = 2; part >= 0; --part) {
    for (const NamedLog& log : logs) {
      const std::vector<std::string> entries = entries_of(log.text);
      const auto count = static_cast<std::ptrdiff_t>(entries.size());
      const std::vector<std::string> some(entries.begin() + count * part / 3, entries.begin() + count * (part + 1) / 3);
      parts.push_back({log.name + "." + std::to_string(2 - part), text_of(some)});
    }
  }
  return parts;
}

/// As Liberty to Rocky write the context: no word before the request's id.
Logs without_global_ids(const Logs& logs) {
  return changed(logs, [](std::string entry, const std::string&) {
    replace_all(entry, "[None req-", "[req-");
    return entry;
  });
}

/// As a cloud's glance-api does it that makes ids of its own: Nova's stands before it.
Logs with_global_ids(const Logs& logs) {
  int number = 0;
  return changed(logs, [&number](std::string entry, const std::string& file) {
    if (file != "g-api.log") return entry;
    char id[48];
    std::snprintf(id, sizeof id, "req-00000000-0000-4000-8000-%012d", ++number);
    const std::size_t at = entry.find("[None req-");
    if (at == std::string::npos) return entry;
    const std::string request = entry.substr(at + 6, 40);
    return entry.replace(at, 46, "[" + request + " " + id);
  });
}

/// As an old glance-api does it: its ids say nothing of Nova's.
Logs with_unrelated_ids(const Logs& logs) {
  Logs result = with_global_ids(logs);
  return changed(result, [](std::string entry, const std::string& file) {
    if (file != "g-api.log") return entry;
    const std::size_t at = entry.find("[req-");
    if (at == std::string::npos || entry.substr(at + 42, 4) != "req-") return entry;
    return entry.replace(at, 42, "[");
  });
}

Logs as_syslog(const Logs& logs) {
  return changed(logs, [](std::string entry, const std::string& file) {
    const std::string service = file == "n-api.log" ? "nova-api" : file == "n-cpu.log" ? "nova-compute" : "glance-api";
    std::string all;
    std::size_t at = 0;
    const std::string head = "Nov 24 " + entry.substr(11, 8) + " node-1 " + service + "[77]: ";
    while (at < entry.size()) {
      const std::size_t end = std::min(entry.find('\n', at), entry.size());
      all += (all.empty() ? "" : "\n") + head + entry.substr(at, end - at);
      at = end + 1;
    }
    return all;
  });
}

Logs as_journal(const Logs& logs) {
  return changed(logs, [](const std::string& entry, const std::string& file) {
    const std::string service = file == "n-api.log" ? "nova-api" : file == "n-cpu.log" ? "nova-compute" : "glance-api";
    nlohmann::json record;
    record["__REALTIME_TIMESTAMP"] = std::to_string(time_of(entry));
    record["SYSLOG_IDENTIFIER"] = service;
    record["_PID"] = "77";
    record["MESSAGE"] = entry;
    return record.dump();
  });
}

/// One HTTP request as eventlet's line of it tells; empty: another line.
struct Access {
  std::string client;
  std::string method;
  std::string path;
  int status = 0;
  int length = 0;
  std::int64_t begin_us = 0;
  std::int64_t took_us = 0;
};
std::optional<Access> access_of(const std::string& entry) {
  const bool is_nova = entry.find(" INFO nova.osapi_compute.wsgi.server ") != std::string::npos;
  if (!is_nova && entry.find(" INFO eventlet.wsgi.server ") == std::string::npos) return std::nullopt;
  const std::size_t client = entry.find("] ") + 2;
  const std::size_t quote = entry.find('"', client);
  char method[16];
  char path[200];
  Access access;
  double seconds = 0;
  const char* const format =
      is_nova ? "%15s %199s HTTP/1.1\" status: %d len: %d time: %lf" : "%15s %199s HTTP/1.1\" %d %d %lf";
  const int read =
      std::sscanf(entry.c_str() + quote + 1, format, method, path, &access.status, &access.length, &seconds);
  if (read != 5) return std::nullopt;
  access.client = entry.substr(client, entry.find(' ', client) - client);
  access.method = method;
  access.path = path;
  access.took_us = static_cast<std::int64_t>(seconds * 1e6);
  access.begin_us = time_of(entry) - access.took_us;
  return access;
}

/// "Tue Nov 24 00:32:05 2026".
std::string ctime_text(std::int64_t time_us) {
  return "Tue Nov 24 " + time_text(time_us).substr(0, 8) + " 2026";
}

/// What uWSGI logs of it when it has answered (core/logging.c, log_request). Behind Apache, paths have a prefix.
std::string uwsgi_line(const Access& access, const std::string& prefix) {
  static int number = 0;
  ++number;
  return "[pid: 30937|app: 0|req: " + std::to_string(number) + "/" + std::to_string(2 * number) + "] " + access.client +
         " () {60 vars in 1100 bytes} [" + ctime_text(access.begin_us) + "] " + access.method + " " + prefix +
         access.path + " => generated " + std::to_string(access.length) + " bytes in " +
         std::to_string(access.took_us / 1000) + " msecs (HTTP/1.1 " + std::to_string(access.status) +
         ") 4 headers in 180 bytes (1 switches on core 0)";
}

/// What Apache logs of it (LogFormat "combined").
std::string apache_line(const Access& access, const std::string& prefix) {
  return access.client + " - - [24/Nov/2026:" + time_text(access.begin_us).substr(0, 8) + " +0000] \"" + access.method +
         " " + prefix + access.path + " HTTP/1.1\" " + std::to_string(access.status) + " " +
         std::to_string(access.length) + " \"-\" \"python-novaclient\"";
}

/// As devstack runs the services since Pike: under uWSGI, their lines in the journal (journalctl -o short-precise),
/// without a time of their own. nova-api writes a line of each request itself; glance-api does not, so that uWSGI's is
/// all.
Logs under_uwsgi_in_journal(const Logs& logs) {
  return changed(logs, [](const std::string& entry, const std::string& file) {
    const std::string service = file == "n-api.log" ? "n-api" : file == "n-cpu.log" ? "n-cpu" : "g-api";
    const std::string prefix = file == "n-api.log" ? "/compute" : "/image";
    std::string all;
    std::int64_t time_us = time_of(entry);
    std::size_t at = 0;
    const auto write = [&](const std::string& text) {
      all += (all.empty() ? "Nov 24 " : "\nNov 24 ") + time_text(time_us) + "000 node-1 devstack@" + service +
             ".service[30937]: " + text;
    };
    if (const std::optional<Access> access = access_of(entry)) {
      if (file == "n-api.log") {
        const std::size_t context = entry.find('[');
        write("INFO nova.api.openstack.requestlog " + entry.substr(context, entry.find("] ") + 2 - context) +
              access->client + " \"" + access->method + " " + access->path +
              "\" status: " + std::to_string(access->status) + " len: 0 microversion: 2.1 time: 0.05");
      }
      write(uwsgi_line(*access, prefix));
      return all;
    }
    while (at < entry.size()) {
      const std::size_t end = std::min(entry.find('\n', at), entry.size());
      const std::string line = entry.substr(at, end - at);
      const bool has_time = read_timestamp(line, time_us) != 0;
      write(has_time ? line.substr(line.find(' ', time_length + 1) + 1) : line);
      at = end + 1;
    }
    return all;
  });
}

/// Services behind Apache and uWSGI that write no line of a request themselves: the servers' own files tell of it.
Logs behind_web_servers(const Logs& logs) {
  NamedLog apache{"access.log", {}};
  NamedLog uwsgi{"uwsgi-glance-api.log", {}};
  Logs result;
  for (const NamedLog& log : logs) {
    std::vector<std::string> entries = entries_of(log.text);
    std::erase_if(entries, [&](const std::string& entry) {
      const std::optional<Access> access = access_of(entry);
      if (!access) return false;
      if (log.name == "n-api.log") {
        apache.text += apache_line(*access, "/compute") + '\n';
      } else {
        uwsgi.text += uwsgi_line(*access, "") + '\n';
      }
      return true;
    });
    result.push_back({log.name, text_of(entries)});
  }
  result.push_back(std::move(apache));
  result.push_back(std::move(uwsgi));
  return result;
}

/// As Liberty's Nova speaks to Glance: by version 1 of its API, in which one PUT does what reading, updating, reading
/// and uploading do in version 2, and an image is read by HEAD. glance-api makes request ids of its own. Nova names the
/// server by host and port, and why a call failed in the traceback alone.
Logs with_images_v1(const Logs& logs) {
  std::set<std::string> read;
  Logs result;
  for (const NamedLog& log : without_global_ids(with_unrelated_ids(logs))) {
    std::string text;
    for (std::string& entry : entries_of(log.text)) {
      if (log.name == "g-api.log") {
        if (const std::optional<Access> access = access_of(entry)) {
          const bool is_good = access->status < 400;
          if (access->path == "/v2/schemas/image" || (access->method == "PATCH" && is_good)) continue;
          if (access->method == "GET" && !read.insert(access->path).second && is_good) continue;
          replace_all(entry, "\"GET /v2", "\"HEAD /v1");
          replace_all(entry, " /v2/images", " /v1/images");
          replace_all(entry, "/file HTTP/1.1\" 204", " HTTP/1.1\" 200");
          replace_all(entry, "/file HTTP", " HTTP");
          replace_all(entry, "HTTP/1.1\" 204", "HTTP/1.1\" 200");
        }
      } else if (const std::size_t server = entry.find("Error contacting glance server 'http://");
                 server != std::string::npos) {
        replace_all(entry, "'http://", "'");
        replace_all(entry, "for 'upload'", "for 'update'");
        const std::size_t end = std::min(entry.find('\n'), entry.size());
        const std::size_t reason = entry.find(".: ");
        if (reason < end) entry.erase(reason + 1, end - reason - 1);
      }
      // Python 2 names an exception without its module there.
      replace_all(entry, "nova.image.glance glanceclient.exc.", "nova.image.glance ");
      text += entry + '\n';
    }
    result.push_back({log.name, text});
  }
  return result;
}

Logs as_container(const Logs& logs) {
  return changed(logs, [](const std::string& entry, const std::string&) {
    return entry.substr(0, 10) + "T" + entry.substr(11, 12) + "000000Z stdout F " + entry;
  });
}

Logs coloured(const Logs& logs) {
  return changed(logs, [](std::string entry, const std::string&) {
    replace_all(entry, " INFO ", " \x1b[00;36mINFO ");
    replace_all(entry, "[None req-", "[\x1b[01;36mNone \x1b[00;36mreq-");
    replace_all(entry, "default default] ", "default default\x1b[00;36m] \x1b[01;35m");
    return entry + "\x1b[00m";
  });
}

Logs with_commas_and_returns(const Logs& logs) {
  return changed(logs, [](std::string entry, const std::string&) {
    if (entry.size() > time_length) entry[19] = ',';
    return entry + '\r';
  });
}

/// No process ids, as logging_context_format_string may have it.
Logs without_process_ids(const Logs& logs) {
  return changed(logs, [](std::string entry, const std::string&) {
    const std::size_t end = entry.find(' ', time_length + 1);
    if (end != std::string::npos && entry.find_first_not_of("0123456789", time_length + 1) == end) {
      entry.erase(time_length, end - time_length);
    }
    return entry;
  });
}

Logs damaged(const Logs& logs) {
  std::uint32_t state = 7;
  const auto next = [&state](std::uint32_t of) {
    state = state * 1664525u + 1013904223u;
    return (state >> 16) % of;
  };
  return changed(logs, [&next](std::string entry, const std::string&) {
    if (next(4) != 0) return entry;
    std::string garbage(60, '\0');
    for (char& c : garbage) c = static_cast<char>(next(256));
    std::ranges::replace(garbage, '\n', ' ');
    return entry + '\n' + garbage + '\n' + std::string(2'000, 'x');
  });
}

Logs clocks_apart(const Logs& logs, std::int64_t compute_us, std::int64_t glance_us) {
  return changed(logs, [&](const std::string& entry, const std::string& file) {
    return moved(entry, file == "n-cpu.log" ? compute_us : file == "g-api.log" ? glance_us : 0);
  });
}

/// Another instance's snapshot at the same time, on the same host.
Logs interleaved(const Logs& logs, const std::string& other_case) {
  const Logs other = recorded_logs(other_case);
  const std::int64_t begin = time_of(logs[0].text);
  const std::int64_t other_begin = time_of(other[0].text);
  Logs result;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    std::vector<std::string> all = entries_of(logs[i].text);
    const std::string process =
        all.empty() ? "" : all[0].substr(time_length + 1, all[0].find(' ', time_length + 1) - time_length - 1);
    for (const std::string& entry : entries_of(other[i].text)) {
      std::string theirs = moved(entry, begin - other_begin + 300'000);
      const std::size_t end = theirs.find(' ', time_length + 1);
      if (!process.empty() && end != std::string::npos) theirs.replace(time_length + 1, end - time_length - 1, process);
      all.push_back(std::move(theirs));
    }
    std::ranges::stable_sort(all, {}, time_of);
    result.push_back({logs[i].name, text_of(all)});
  }
  return result;
}

Logs info_only(const Logs& logs) {
  Logs result;
  for (const NamedLog& log : logs) {
    std::vector<std::string> entries = entries_of(log.text);
    std::erase_if(entries, [](const std::string& entry) { return entry.find(" DEBUG ") != std::string::npos; });
    result.push_back({log.name, text_of(entries)});
  }
  return result;
}

/// What all services wrote between two moments, as parts of the whole time.
Logs part_of_time(const Logs& logs, double from, double to) {
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
  for (const NamedLog& log : logs) {
    for (const std::string& entry : entries_of(log.text)) {
      first = std::min(first, time_of(entry));
      last = std::max(last, time_of(entry));
    }
  }
  const auto span = static_cast<double>(last - first);
  const std::int64_t begin = first + static_cast<std::int64_t>(span * from);
  const std::int64_t end = first + static_cast<std::int64_t>(span * to);
  Logs result;
  for (const NamedLog& log : logs) {
    std::vector<std::string> entries = entries_of(log.text);
    std::erase_if(entries, [&](const std::string& entry) { return time_of(entry) < begin || time_of(entry) > end; });
    result.push_back({log.name, text_of(entries)});
  }
  return result;
}

/// One service's log, cut at a part of its lines.
Logs one_cut(const Logs& logs, const std::string& name, double part) {
  Logs result = logs;
  for (NamedLog& log : result) {
    if (log.name != name) continue;
    std::vector<std::string> entries = entries_of(log.text);
    entries.resize(static_cast<std::size_t>(static_cast<double>(entries.size()) * part));
    log.text = text_of(entries);
  }
  return result;
}

std::string_view first_line_of(const std::string& entry) {
  return std::string_view(entry).substr(0, entry.find('\n'));
}

}  // namespace

Logs recorded_logs(const std::string& name) {
  LogSource source(SNAPSIM_SOURCE_DIR "/tests/explain/logs/" + name + ".log.gz");
  REQUIRE(source.failure().empty());
  std::string all;
  while (const auto line = source.next_line()) all += std::string(*line) + '\n';
  // They stand behind each other in one file; a process writes one log.
  const std::vector<std::string> entries = entries_of(all);
  std::map<std::uint32_t, std::size_t> file_of;
  LineParser parser;
  LogLine line;
  for (const std::string& entry : entries) {
    // What is parsed refers to the text.
    if (!parser.parse(first_line_of(entry), line)) continue;
    const std::string_view logger = line.logger;
    if (logger.starts_with("glance") || logger == "eventlet.wsgi.server") {
      file_of[line.process] = 2;
    } else if (logger.starts_with("nova.osapi_compute") || logger.starts_with("nova.api.")) {
      file_of[line.process] = 0;
    } else {
      file_of.emplace(line.process, 1);
    }
  }
  Logs logs;
  for (const char* const file : names) logs.push_back({file, {}});
  std::size_t file = 0;
  for (const std::string& entry : entries) {
    if (parser.parse(first_line_of(entry), line)) file = file_of.at(line.process);
    logs[file].text += entry + '\n';
  }
  return logs;
}

std::vector<Death> deaths_at_every_line(const std::string& whole_case, const std::string& restarted_case) {
  const Logs whole = recorded_logs(whole_case);
  const std::vector<std::string> lines = entries_of(whole[1].text);
  const std::vector<std::string> restarted = entries_of(recorded_logs(restarted_case)[1].text);
  const auto process_of = [](const std::string& entry) {
    return entry.substr(time_length + 1, entry.find(' ', time_length + 1) - time_length - 1);
  };
  const auto uuid_in = [](const std::string& entry) { return entry.substr(entry.find("[instance: ") + 11, 36); };
  const auto has_instance = [](const std::string& entry) { return entry.find("[instance: ") != std::string::npos; };
  const std::string instance = uuid_in(*std::ranges::find_if(lines, has_instance));
  const std::string other = uuid_in(*std::ranges::find_if(restarted, has_instance));
  const auto reborn = std::ranges::find_if(
      restarted, [&](const std::string& entry) { return process_of(entry) != process_of(restarted.front()); });
  const auto second = std::ranges::find_if(reborn, restarted.end(), [](const std::string& entry) {
    return entry.find("instance snapshotting") != std::string::npos;
  });
  std::vector<Death> deaths;
  std::string state = "image_snapshot";
  bool has_begun = false;
  for (std::size_t k = 0; k < lines.size() && process_of(lines[k]) == process_of(lines[0]); ++k) {
    Death death;
    const auto says = [&](std::string_view text) { return lines[k].find(text) != std::string::npos; };
    if (has_begun && state == "image_snapshot") state = "image_pending_upload";
    has_begun |= says("Beginning cold snapshot") || says("Beginning live snapshot");
    if (says("(image_uploading)") || says("Snapshot image upload complete")) state = "image_uploading";
    death.is_uploaded = says("Snapshot image upload complete") || says("to snapshot the instance");
    death.task_state = state;
    death.behind = lines[k].substr(lines[k].find(']') + 2, 60);
    const std::int64_t end_us = time_of(lines[k]) + 1000;
    for (const NamedLog& log : whole) {
      std::vector<std::string> kept = entries_of(log.text);
      std::erase_if(kept, [&](const std::string& entry) { return time_of(entry) > end_us; });
      if (log.name == "n-cpu.log") {
        kept.assign(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(k) + 1);
        for (auto line = reborn; line != second; ++line) {
          std::string entry = moved(*line, end_us + 2'500'000 - time_of(*reborn));
          replace_all(entry, other, instance);
          const std::size_t at = entry.find("transitional state ");
          if (at != std::string::npos) entry.replace(at + 19, entry.find(" at start-up") - at - 19, state);
          kept.push_back(std::move(entry));
        }
      }
      death.logs.push_back({log.name, text_of(kept)});
    }
    deaths.push_back(std::move(death));
  }
  return deaths;
}

const std::vector<LogVariation>& equal_forms() {
  static const std::vector<LogVariation> forms = {
      {"as recorded", [](const Logs& logs) { return logs; }},
      {"files in another order", [](const Logs& logs) { return Logs(logs.rbegin(), logs.rend()); }},
      {"one file", merged},
      {"rotated, the newest first", rotated},
      {"no global ids", without_global_ids},
      {"global ids in Glance", with_global_ids},
      {"unrelated ids in Glance", with_unrelated_ids},
      {"syslog", as_syslog},
      {"journal", as_journal},
      {"container", as_container},
      {"coloured", coloured},
      {"under uWSGI, in the journal", under_uwsgi_in_journal},
      {"commas and carriage returns", with_commas_and_returns},
      {"no process ids", without_process_ids},
      {"garbage and long lines", damaged},
      {"clocks 2 s apart", [](const Logs& logs) { return clocks_apart(logs, 2'000'000, -2'000'000); }},
      {"clocks 2 s apart, the other way", [](const Logs& logs) { return clocks_apart(logs, -2'000'000, 2'000'000); }},
      {"beside a good one", [](const Logs& logs) { return interleaved(logs, "happy-cold-active"); }},
      {"beside a failed one", [](const Logs& logs) { return interleaved(logs, "upload-500-always"); }},
      {"beside a live one", [](const Logs& logs) { return interleaved(logs, "extract-sig9-live"); }},
      {"beside a deleted one",
       [](const Logs& logs) { return interleaved(logs, "server-deleted-cold-extract-before"); }},
  };
  return forms;
}

const std::vector<LogVariation>& poorer_forms() {
  static const std::vector<LogVariation> forms = {
      {"INFO", info_only},
      {"without nova-api",
       [](const Logs& logs) {
         return only(logs, {"n-cpu.log", "g-api.log"});
       }},
      {"without nova-compute",
       [](const Logs& logs) {
         return only(logs, {"n-api.log", "g-api.log"});
       }},
      {"without glance-api",
       [](const Logs& logs) {
         return only(logs, {"n-api.log", "n-cpu.log"});
       }},
      {"nova-api alone", [](const Logs& logs) { return only(logs, {"n-api.log"}); }},
      {"nova-compute alone", [](const Logs& logs) { return only(logs, {"n-cpu.log"}); }},
      {"glance-api alone", [](const Logs& logs) { return only(logs, {"g-api.log"}); }},
      {"INFO of nova-compute alone", [](const Logs& logs) { return info_only(only(logs, {"n-cpu.log"})); }},
      {"the last 90 %", [](const Logs& logs) { return part_of_time(logs, 0.1, 1); }},
      {"the last 60 %", [](const Logs& logs) { return part_of_time(logs, 0.4, 1); }},
      {"the first 90 %", [](const Logs& logs) { return part_of_time(logs, 0, 0.9); }},
      {"the first 60 %", [](const Logs& logs) { return part_of_time(logs, 0, 0.6); }},
      {"the first 30 %", [](const Logs& logs) { return part_of_time(logs, 0, 0.3); }},
      {"behind Apache and uWSGI", behind_web_servers},
      {"version 1 of the Images API", with_images_v1},
      {"nova-compute cut in the middle", [](const Logs& logs) { return one_cut(logs, "n-cpu.log", 0.5); }},
      {"glance-api cut in the middle", [](const Logs& logs) { return one_cut(logs, "g-api.log", 0.5); }},
  };
  return forms;
}

}  // namespace snapsim::test
