#include "fake_glance/http/refusal.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "fake_glance/http/python_text.hpp"
#include "real/http/http_status.hpp"

namespace snapsim {
namespace {

struct StatusExplanation {
  int status;
  std::string_view text;
};

/// webob/exc.py. The others have none.
constexpr StatusExplanation status_explanations[] = {
    {400, "The server could not comply with the request since\r\nit is either malformed or otherwise incorrect.\r\n"},
    {401,
     "This server could not verify that you are authorized to access the document you requested. Either you supplied "
     "the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials "
     "required."},
    {403, "Access was denied to this resource."},
    {404, "The resource could not be found."},
    {408, "The server has waited too long for the request to be sent by the client."},
    {409, "There was a conflict when trying to complete your request."},
    {410, "This resource is no longer available.  No forwarding address is given."},
    {411, "Content-Length header required."},
    {413, "The body of your request was too large for this server."},
    {414, "The request URI was too long for this server."},
    {416, "The Range requested is not available."},
    {431, "The request header fields were too large."},
    {500, "The server has either erred or is incapable of performing the requested operation."},
    {503, "The server is currently unavailable. Please try again at a later time."},
    {505, "The HTTP version is not supported."},
};

std::string_view explanation_of(int status) {
  for (const StatusExplanation& one : status_explanations) {
    if (one.status == status) return one.text;
  }
  return "";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// webob.util.html_escape.
std::string html_escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#x27;";
    } else if (byte >= 0xc0) {
      std::uint32_t code = byte >= 0xf0 ? byte & 0x07u : byte >= 0xe0 ? byte & 0x0fu : byte & 0x1fu;
      while (i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xc0) == 0x80) {
        code = code << 6 | (static_cast<unsigned char>(text[++i]) & 0x3fu);
      }
      out += "&#" + std::to_string(code) + ";";
    } else {
      out += c;
    }
  }
  return out;
}

/// webob.exc.strip_tags: newlines are spaces, <br> is a newline, other tags and comment marks go.
std::string without_tags(std::string_view text) {
  std::string flat;
  for (const char c : text) {
    if (c == '\n') flat += ' ';
    if (c != '\n' && c != '\r') flat += c;
  }
  std::string out;
  for (std::size_t i = 0; i < flat.size();) {
    const std::size_t end = flat[i] == '<' ? flat.find('>', i) : std::string::npos;
    if (end == std::string::npos) {
      out += flat[i++];
      continue;
    }
    const bool is_break = i + 2 < flat.size() && std::tolower(flat[i + 1]) == 'b' && std::tolower(flat[i + 2]) == 'r';
    if (is_break) out += '\n';
    i = end + 1;
  }
  return replaced(replaced(out, "<!--", ""), "-->", "");
}

/// _make_body, with the templates of the three kinds of errors that Glance sends.
std::string body_text(const Refusal& refusal, const ApiRequest& request, bool is_html) {
  const auto shown = [&](const std::string& text) { return is_html ? html_escaped(text) : text; };
  if (refusal.status == 405 && refusal.explanation.empty()) {
    return "The method " + shown(request.method) + " is not allowed for this resource. <br /><br />\n" +
           shown(refusal.detail);
  }
  if (refusal.status == 405) return shown(refusal.explanation);
  if (refusal.status == 501 && refusal.explanation.empty()) {
    return "\nThe request method " + shown(request.method) + " is not implemented for this server. <br /><br />\n" +
           shown(refusal.detail);
  }
  if (refusal.status == 415) {
    const std::string type = request.content_type.value_or("text/plain");
    return "The request media type " + shown(type) + " is not supported by this server.\n<br /><br />\n" +
           shown(refusal.detail);
  }
  return shown(refusal.explanation) + "<br /><br />\n" + shown(refusal.detail) + "\n\n";
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

/// One part of an Accept header: a range of media types and its quality, from 0 to 1000.
struct MediaRange {
  std::string range;  ///< in lower case, with its parameters
  int quality = 1000;
};

/// "0.7" as 700; nothing if it is no quality value.
std::optional<int> parsed_quality(std::string_view text) {
  const bool is_good = !text.empty() && text.size() <= 5 && (text[0] == '0' || text[0] == '1') &&
                       (text.size() == 1 || text[1] == '.') &&
                       std::all_of(text.begin() + std::min<std::ptrdiff_t>(2, std::ssize(text)), text.end(),
                                   [&](char c) { return c >= '0' && c <= (text[0] == '1' ? '0' : '9'); });
  if (!is_good) return std::nullopt;
  int quality = (text[0] - '0') * 1000;
  int scale = 100;
  for (std::size_t i = 2; i < text.size(); ++i, scale /= 10) quality += (text[i] - '0') * scale;
  return quality;
}

/// webob.acceptparse, AcceptValidHeader. Nothing if the header is not valid, which counts as if there were none.
std::optional<std::vector<MediaRange>> parsed_accept(std::string_view accept) {
  std::vector<MediaRange> ranges;
  for (std::size_t at = 0; at < accept.size();) {
    const std::size_t comma = std::min(accept.find(',', at), accept.size());
    MediaRange one;
    bool has_quality = false;
    int part = 0;
    std::string_view item = accept.substr(at, comma - at);
    at = comma + 1;
    if (stripped(item).empty()) continue;
    for (std::size_t begin = 0; begin <= item.size(); ++part) {
      const std::size_t end = std::min(item.find(';', begin), item.size());
      std::string text = stripped(item.substr(begin, end - begin));
      begin = end + 1;
      std::transform(text.begin(), text.end(), text.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      const std::size_t sign = text.find(part == 0 ? '/' : '=');
      if (sign == std::string::npos || !is_token(text.substr(0, sign))) return std::nullopt;
      if (part == 0) {
        const bool is_any = text.starts_with("*/");
        if (!is_token(text.substr(sign + 1)) || (is_any && text != "*/*")) return std::nullopt;
        one.range = text;
      } else if (text.starts_with("q=") && !has_quality) {
        const std::optional<int> quality = parsed_quality(std::string_view(text).substr(2));
        if (!quality) return std::nullopt;
        one.quality = *quality;
        has_quality = true;
      } else if (!has_quality) {
        one.range += ";" + text;
      }
    }
    ranges.push_back(std::move(one));
  }
  return ranges;
}

/// The quality that an Accept header gives a media type, from 0 to 1000; the most specific range counts.
int quality_of(const std::vector<MediaRange>& ranges, std::string_view type) {
  const std::string family = std::string(type.substr(0, type.find('/') + 1)) + "*";
  int quality = 0;
  int best_match = 0;
  for (const MediaRange& one : ranges) {
    const int match = one.range == type ? 3 : one.range == family ? 2 : one.range == "*/*" ? 1 : 0;
    if (match <= best_match) continue;
    best_match = match;
    quality = one.quality;
  }
  return quality;
}

}  // namespace

Refusal Refusal::with_detail(int status, std::string detail) {
  Refusal refusal = plain(status);
  refusal.detail = std::move(detail);
  return refusal;
}

Refusal Refusal::plain(int status) {
  return Refusal(status, std::string(explanation_of(status)));
}

ApiResponse refusal_response(const Refusal& refusal, const ApiRequest& request) {
  ApiResponse response;
  response.status = refusal.status;
  response.headers = refusal.headers;
  if (request.method == "HEAD") {
    response.content_type = "text/html; charset=UTF-8";
    return response;
  }
  const std::string title(status_title(refusal.status));
  const std::string status = std::to_string(refusal.status) + " " + title;
  std::vector<MediaRange> accepted;
  if (request.accept) accepted = parsed_accept(*request.accept).value_or(std::vector<MediaRange>{{"*/*", 1000}});
  const int html = quality_of(accepted, "text/html");
  const int json = quality_of(accepted, "application/json");
  if (html > 0 && html >= json) {
    response.content_type = "text/html; charset=UTF-8";
    response.body = "<html>\n <head>\n  <title>" + status + "</title>\n </head>\n <body>\n  <h1>" + status +
                    "</h1>\n  " + body_text(refusal, request, true) + "\n </body>\n</html>";
  } else if (json > 0) {
    response.content_type = "application/json";
    response.body = "{\"message\": " + ascii_json_string(body_text(refusal, request, false)) + ", \"code\": \"" +
                    status + "\", \"title\": \"" + title + "\"}";
  } else {
    response.content_type = "text/plain; charset=UTF-8";
    response.body = status + "\n\n" + without_tags(body_text(refusal, request, false));
  }
  return response;
}

}  // namespace snapsim
