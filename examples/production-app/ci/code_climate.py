"""Turns pylint's JSON (standard input) into the report that GitLab shows in a merge request (standard output)."""

import hashlib
import json
import sys

SEVERITIES = {
    "convention": "info",
    "refactor": "minor",
    "warning": "major",
    "error": "critical",
    "fatal": "blocker",
}


def to_issue(message):
    identity = ":".join([message["path"], message["obj"], message["symbol"], message["message"]])
    return {
        "description": f"{message['message']} ({message['symbol']})",
        "check_name": message["symbol"],
        "fingerprint": hashlib.sha256(identity.encode()).hexdigest(),
        "severity": SEVERITIES.get(message["type"], "info"),
        "location": {"path": message["path"], "lines": {"begin": message["line"]}},
    }


if __name__ == "__main__":
    json.dump([to_issue(message) for message in json.load(sys.stdin)], sys.stdout, indent=2)
