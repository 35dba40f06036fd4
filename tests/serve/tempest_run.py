#!/usr/bin/python3
"""Runs tempest's tests of the compute and image APIs: tempest_run.py FOLDER EXPECTED [PATTERN]

FOLDER holds tempest.conf and gets what was seen; EXPECTED lists the tests that fail, and why. For
tools/check_tempest.sh, which starts the cloud. Status 1 where something else fails, or what is listed passes.
"""

import importlib
import os
import pkgutil
import sys
import unittest

PACKAGES = ["compute.servers", "compute.images", "compute.flavors", "compute.limits", "compute.keypairs", "image.v2",
            "image.v2.admin"]
MODULES = ["compute.test_quotas", "compute.test_versions"]


def modules_with_tests():
    """Names of modules."""
    names = [f"tempest.api.{name}" for name in MODULES]
    for package in PACKAGES:
        path = importlib.import_module(f"tempest.api.{package}").__path__
        names += [f"tempest.api.{package}.{one.name}" for one in pkgutil.iter_modules(path)]
    return [name for name in names if name.rsplit(".", 1)[1].startswith("test_")]


def tests_in(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from tests_in(one)
        else:
            yield one


def short_name(test_id):
    """"compute.servers.test_servers.ServersTestJSON.test_x", or what setUpClass() failed of."""
    name = test_id.split("[")[0].replace("tempest.api.", "")
    return name.removeprefix("setUpClass (").removesuffix(")")


class Result(unittest.TextTestResult):
    """Counts by short name."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.passed, self.failed = [], []

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed.append(short_name(test.id()))

    def addError(self, test, err, details=None):
        self.fail_of(test, err, details)

    def addFailure(self, test, err, details=None):
        self.fail_of(test, err, details)

    def fail_of(self, test, err, details):
        self.failed.append(short_name(test.id()))
        text = self._exc_info_to_string(err, test) if err else "".join(
            content.as_text() for name, content in details.items() if name.startswith("traceback"))
        self.stream.writeln(f"FAILED {short_name(test.id())}\n{text}")

    def addSkip(self, test, reason=None, details=None):
        super().addSkip(test, reason or details["reason"].as_text())


def main():
    folder, expected_path, pattern = (sys.argv + [""])[1:4]
    os.environ["TEMPEST_CONFIG_DIR"], os.environ["TEMPEST_CONFIG"] = folder, "tempest.conf"
    suite = unittest.TestSuite()
    loader = unittest.defaultTestLoader
    for name in modules_with_tests():
        for test in tests_in(loader.loadTestsFromName(name)):
            if pattern in short_name(test.id()):
                suite.addTest(test)
    with open(os.path.join(folder, "seen.txt"), "w") as seen:
        result = unittest.TextTestRunner(stream=seen, verbosity=2, resultclass=Result).run(suite)
    with open(expected_path) as lines:
        expected = [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]
    print(f"tempest: {len(result.passed)} passed, {len(result.failed)} failed, {len(result.skipped)} skipped")
    bad = 0
    for name in result.failed:
        if name not in expected:
            print(f"failed: {name}")
            bad = 1
    for name in expected:
        if name in result.passed:
            print(f"is listed, and passes: {name}")
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
