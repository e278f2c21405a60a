#!/usr/bin/env bash
# Runs the Autobahn TestSuite's fuzzing client against the server's WebSocket code, where a Python 2.7 is at
# hand (the suite knows no other); otherwise the same sections by websocket_cases.py, which needs nothing.
#
#   Tests/Conformance/autobahn.sh [case pattern, default *]
#
# Compression (sections 12 and 13) is left out: the server declines permessage-deflate.
set -euo pipefail
cd "$(dirname "$0")/../.."
port="${AUTOBAHN_PORT:-9191}"
work="$(mktemp -d)"
swift build -c release --product EchoServer
.build/release/EchoServer "$port" > "$work/server.log" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 50); do grep -q listening "$work/server.log" && break; sleep 0.1; done

python2="${PYTHON2:-python2.7}"
if ! "$python2" --version > /dev/null 2>&1; then
  echo "no Python 2.7 (set PYTHON2): running websocket_cases.py instead of the TestSuite"
  python3 Tests/Conformance/websocket_cases.py "$port"
  exit
fi
suite="${AUTOBAHN_ENVIRONMENT:-.build/autobahn}"
if [ ! -x "$suite/bin/wstest" ]; then
  "$python2" -m pip install --user --quiet virtualenv==20.15.1
  "$python2" -m virtualenv --quiet "$suite"
  "$suite/bin/pip" install --quiet autobahntestsuite==0.8.2
fi
cat > "$work/client.json" <<JSON
{"outdir": "$work/reports", "servers": [{"agent": "roost", "url": "ws://127.0.0.1:$port"}],
 "cases": ["${1:-*}"], "exclude-cases": ["12.*", "13.*"], "exclude-agent-cases": {}}
JSON
"$suite/bin/wstest" -m fuzzingclient -s "$work/client.json" > "$work/client.log" 2>&1
python3 - "$work/reports/index.json" <<'PYTHON'
import json, sys
results = json.load(open(sys.argv[1]))["roost"]
good = ("OK", "INFORMATIONAL")
bad = [case for case, r in results.items() if r["behavior"] not in good or r["behaviorClose"] not in good]
print("autobahn: %d cases, %d failed %s" % (len(results), len(bad), " ".join(sorted(bad))))
sys.exit(1 if bad or not results else 0)
PYTHON
