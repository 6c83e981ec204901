#!/bin/sh
# Starts the demo on port 8080, or on the first free port after it, with its data in data/demo.
set -eu
cd "$(dirname "$0")/.."
port=$(node scripts/port.mjs "${PORT:-8080}")
[ "$port" = "${PORT:-8080}" ] || echo "Port ${PORT:-8080} is taken; using $port."
mkdir -p data/demo
echo "Starting the demo: http://127.0.0.1:$port (its data is in data/demo; Ctrl-C stops it)"
exec bin/sallyport serve --demo --data ./data/demo --listen "127.0.0.1:$port"
