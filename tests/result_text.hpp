#pragma once

#include <string>

#include <boost/system/result.hpp>
#include <catch2/catch.hpp>

/// A failed check of a result prints what the error says.
template <class T, class E>
struct Catch::StringMaker<boost::system::result<T, E>> {
  static std::string convert(const boost::system::result<T, E>& result) {
    if (result) return "a value";
    if constexpr (requires { result.error().message(); }) {
      return "error: " + result.error().message();
    } else if constexpr (requires { result.error().message; }) {
      return "error: " + result.error().message;
    } else if constexpr (requires { result.error().status; }) {
      return "error: status " + std::to_string(result.error().status);
    } else {
      return "error: code " + std::to_string(result.error().code);
    }
  }
};
